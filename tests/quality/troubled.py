"""A batch in which much goes wrong, told by hand: one of each kind that the first rules of review knew."""

import math

from homeostat.ledger.catalogue import (
    AlarmChanged,
    AttributeJudged,
    BatchEnded,
    CommandGiven,
    CommandRefused,
    PromptAnswered,
    PromptClosed,
    PromptOpened,
    SampleDrawn,
    StepChanged,
)

from .tale import DECLARATION, HOUR, Tale


def troubled(tale: Tale) -> None:
    """Everything that rule set 0 has a word for, in one batch."""
    draft = {**DECLARATION, "approval": {"state": "draft"}}
    tale.start(
        draft, equipment={"kind": "recorded", "unmapped": ["pO2_2"], "findings": ["12 rows are unreadable"]}
    )
    _measured(tale)
    _alarms(tale)
    tale.command(HOUR, "refused")
    tale.command(HOUR, "unknown")
    tale.command(HOUR, None, kind="draw", target="", value=5.0, unit="mL")
    tale.tell(CommandGiven(command="hold", reason=""), HOUR)
    tale.tell(CommandRefused(command="hold", state="held"), HOUR)
    _asked(tale)
    tale.tell(SampleDrawn(sample="S1", step="m", assays=("count", "chemistry"), volume=1.0), 3 * HOUR)
    facts = {"level": "phase", "step": "main/expand/grow", "title": "Growth", "cause": "batch stopped"}
    tale.tell(StepChanged.model_validate(facts | {"state": "running"}), HOUR)
    tale.tell(StepChanged.model_validate(facts | {"state": "stopped"}), 9 * HOUR)
    tale.tell(BatchEnded(state="stopped", scans=61, reason="a leak"), 10 * HOUR)


def _measured(tale: Tale) -> None:
    tale.tape("temperature", "degC", [37.0, 39.0, 39.5, 37.0, 37.0, 35.9, 34.0, 35.0, 37.0])
    tale.tape("oxygen", "%", [50.0, *[math.nan] * 5, 50.0, 50.0, 50.0], qualities=[0, *[5] * 5, 0, 0, 0])
    tale.tape("heater", "%", [1.0, *[math.nan] * 3, 1.0], qualities=[0, *[4] * 3, 0])
    tale.tape("perfusion", "mL/h", [math.nan] * 4, qualities=[5] * 4)
    facts = {"attribute": "density", "sample": "S", "unit": "1e6 cell/mL", "low": 2.0, "high": None}
    tale.tell(AttributeJudged.model_validate(facts | {"value": 1.5, "verdict": "outside"}), HOUR)
    tale.tell(AttributeJudged.model_validate(facts | {"value": 1.8, "verdict": "outside"}), 2 * HOUR)


def _alarms(tale: Tale) -> None:
    for name, priority, states in (
        ("cold", "critical", ("raised", "cleared")),
        ("foam", "high", ("raised", "cleared")),
        ("door", "low", ("raised", "cleared")),
        ("level", "medium", ("raised",)),
        ("gas", "high", ("raised",)),
    ):
        limit = {"priority": priority, "text": f"Alarm of {name}", "value": 1.0, "limit": 2.0, "unit": "degC"}
        for hour, state in enumerate(states, 1):
            facts = {"alarm": name, "state": state} | limit
            tale.tell(AlarmChanged.model_validate(facts), hour * HOUR)


def _asked(tale: Tale) -> None:
    for name in ("late", "open"):
        tale.tell(PromptOpened(prompt=name, step="m", text=name, kind="confirm", unit="1", choices=()), HOUR)
    tale.tell(PromptAnswered(prompt="late", answer="x"), 2 * HOUR)
    tale.tell(PromptClosed(prompt="late", accepted=False, reason="no"), 2 * HOUR)
    tale.tell(PromptAnswered(prompt="late", answer="y"), 4 * HOUR)
    tale.tell(PromptClosed(prompt="late", accepted=True, reason=""), 4 * HOUR)
