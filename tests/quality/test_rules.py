"""Review by exception: what is wrong is on the list, what is right is not, and the gravest comes first."""

import math

import pytest

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
from homeostat.quality.exceptions import NEWEST, rule_set

from .tale import DECLARATION, HOUR, MINUTE, Tale


def findings(tale: Tale, kind: str) -> list[tuple[str, str]]:
    """Severity and text of the findings of one kind."""
    return [(one.severity, one.text) for one in tale.record().exceptions if one.kind == kind]


LONGEST_ANSWER = next(rule for rule in rule_set(NEWEST).rules if rule.id == "prompts").span("longest answer")


def end(tale: Tale, state: str = "complete", reason: str = "") -> None:
    """The batch ends after ten hours."""
    tale.tell(BatchEnded(state=state, scans=61, reason=reason), 10 * HOUR)


def recipe(tale: Tale) -> None:
    """Both phases of the demonstration process run to their end."""
    for hour, name in enumerate(("grow", "harvest"), 1):
        facts = {"level": "phase", "step": f"main/expand/{name}", "title": name, "cause": ""}
        for state in ("running", "complete"):
            tale.tell(StepChanged.model_validate(facts | {"state": state}), hour * HOUR)


def judge(tale: Tale, name: str, value: float, verdict: str) -> None:
    """A judgement of one of the two attributes against a specification of at least 2."""
    facts = {"attribute": name, "sample": "S", "value": value, "unit": "%", "low": 2.0, "high": None}
    tale.tell(AttributeJudged.model_validate(facts | {"verdict": verdict}), HOUR)


def test_a_flawless_batch_has_no_findings(tale: Tale) -> None:
    tale.start()
    judge(tale, "density", 3.0, "within")
    judge(tale, "viability", 90.0, "within")
    tale.command(HOUR)
    tale.tape("temperature", "degC", [37.0] * 60)
    recipe(tale)
    end(tale)
    record = tale.record()
    assert record.exceptions == ()
    assert record.passed.attributes == (2, 2)
    assert record.passed.commands == (1, 1)
    assert record.summary == "Complete. 2 of 2 quality attributes within specification. No alarms."


def test_attributes_outside_and_unmeasured(tale: Tale) -> None:
    tale.start()
    judge(tale, "density", 1.5, "outside")
    end(tale)
    assert findings(tale, "attribute") == [
        ("critical", "Viable cell density is 1.5 %; specified is at least 2 %."),
        ("major", "Viability was not measured; specified is 70 to 100 %."),
    ]


def test_a_later_good_result_does_not_hide_an_earlier_bad_one(tale: Tale) -> None:
    tale.start()
    judge(tale, "density", 1.5, "outside")
    judge(tale, "density", 2.5, "within")
    assert findings(tale, "attribute") == [
        ("major", "Viable cell density was 1.5 % before it was measured again.")
    ]


@pytest.mark.parametrize(
    ("priority", "clears", "severity"),
    [
        ("low", True, None),
        ("medium", True, None),
        ("high", True, "minor"),
        ("critical", True, "major"),
        ("low", False, "major"),
        ("high", False, "critical"),
        ("critical", False, "critical"),
    ],
)
def test_alarms_by_priority(tale: Tale, priority: str, clears: bool, severity: str | None) -> None:
    tale.start()
    for state in ["raised", "cleared"][: 1 + clears]:
        facts = {
            "alarm": "a",
            "priority": priority,
            "text": "Too cold",
            "value": 1.0,
            "limit": 2.0,
            "unit": "degC",
        }
        tale.tell(
            AlarmChanged.model_validate(facts | {"state": state}), HOUR if state == "raised" else 2 * HOUR
        )
    assert [found for found, _ in findings(tale, "alarm")] == ([severity] if severity else [])


def test_commands_that_were_refused_or_lost(tale: Tale) -> None:
    tale.start()
    tale.command(HOUR, "refused")
    tale.command(HOUR, "unknown")
    tale.command(HOUR, None, kind="draw", target="", value=5.0, unit="mL")
    assert findings(tale, "command") == [
        ("critical", "The command “set perfusion 20 mL/h” has an unknown outcome."),
        ("critical", "The command “draw 5 mL” has no recorded outcome."),
        ("major", "The command “set perfusion 20 mL/h” was refused by the equipment."),
    ]


def test_batch_commands_that_were_refused(tale: Tale) -> None:
    tale.start()
    tale.tell(CommandGiven(command="hold", reason=""), HOUR)
    tale.tell(CommandRefused(command="hold", state="held"), HOUR)
    assert findings(tale, "batch command") == [
        ("minor", "The batch command “hold” was not allowed while held.")
    ]


def test_prompts_refused_late_and_unsettled(tale: Tale) -> None:
    tale.start()
    for name in ("late", "open"):
        tale.tell(PromptOpened(prompt=name, step="m", text=name, kind="confirm", unit="1", choices=()), HOUR)
    tale.tell(PromptAnswered(prompt="late", answer="x"), 2 * HOUR)
    tale.tell(PromptClosed(prompt="late", accepted=False, reason="no"), 2 * HOUR)
    tale.tell(PromptAnswered(prompt="late", answer="y"), HOUR + LONGEST_ANSWER + MINUTE)
    tale.tell(PromptClosed(prompt="late", accepted=True, reason=""), HOUR + LONGEST_ANSWER + MINUTE)
    assert findings(tale, "prompt") == [
        ("minor", "“late”: the answer “x” was refused: no."),
        ("minor", "“late” was settled after 2 h 1 min."),
    ]
    end(tale)
    assert findings(tale, "prompt")[0] == ("major", "“open” was never settled.")


def test_samples_without_result_matter_once_the_batch_has_ended(tale: Tale) -> None:
    tale.start()
    tale.tell(SampleDrawn(sample="S1", step="m", assays=("count", "chemistry"), volume=1.0), HOUR)
    assert findings(tale, "sample") == []
    end(tale)
    assert findings(tale, "sample") == [("major", "Sample S1 has no result of count, chemistry.")]


def test_every_excursion_is_told_and_those_longer_than_the_alarm_delay_weigh(tale: Tale) -> None:
    tale.start()
    warm = [
        37.0,
        39.0,
        39.5,
        37.0,
        37.0,
        35.9,
        34.0,
        35.0,
        37.0,
    ]  # 20 min above, 30 min below; the delay is 30 min
    tale.tape("temperature", "degC", warm)
    text = "Temperature was outside its proven acceptable range (36 to 38 °C) twice, 50 min in all, to 34 °C."
    assert findings(tale, "parameter") == [("major", text)]
    assert tale.record().passed.parameters == (0, 2)


def test_a_short_excursion_is_a_minor_finding_and_no_pass(tale: Tale) -> None:
    tale.start()
    tale.tape("temperature", "degC", [37.0, 39.0, 37.0, 37.0])
    text = "Temperature was outside its proven acceptable range (36 to 38 °C) once, 10 min in all, to 39 °C."
    assert findings(tale, "parameter") == [("minor", text)]
    assert tale.record().passed.parameters[0] == 0


def test_long_gaps_and_silent_tags(tale: Tale) -> None:
    tale.start()
    tale.tape("temperature", "degC", [37.0, math.nan, math.nan, 37.0], qualities=[0, 5, 5, 0])
    tale.tape("oxygen", "%", [math.nan] * 2, qualities=[5, 5])
    tale.tape("heater", "%", [1.0, math.nan, 1.0], qualities=[0, 4, 0])
    gap = (
        "Temperature (temperature) has 1 gap of more than 15 min, the longest 20 min;"
        " usable are 50.0 % of its readings."
    )
    silent = "Dissolved oxygen (oxygen) has no usable reading at all."
    assert findings(tale, "readings") == [("major", gap), ("major", silent)]


def test_stopped_phases_and_batches(tale: Tale) -> None:
    tale.start()
    facts = {"title": "Growth", "state": "stopped", "cause": "batch aborted"}
    tale.tell(StepChanged.model_validate({"level": "phase", "step": "m/g"} | facts), HOUR)
    tale.tell(StepChanged.model_validate({"level": "operation", "step": "m"} | facts), HOUR)
    end(tale, "aborted", "contamination")
    assert findings(tale, "step") == [("major", "The phase “Growth” was stopped: batch aborted.")]
    assert findings(tale, "state") == [("critical", "The batch ended aborted: contamination.")]


def test_what_the_equipment_noted_is_passed_on(tale: Tale) -> None:
    tale.start(equipment={"kind": "recorded", "unmapped": ["pO2_2"], "findings": ["12 rows are unreadable"]})
    assert [text for _, text in findings(tale, "equipment")] == [
        "12 rows are unreadable.",
        "unmapped: pO2_2.",
    ]


def test_a_draft_is_a_remark_at_a_training_site_and_grave_at_a_gmp_site(tale: Tale) -> None:
    draft = {**DECLARATION, "approval": {"state": "draft"}}
    text = "The process demo 1.2.0 is not approved: its state is draft."
    tale.start(draft)
    assert findings(tale, "approval") == []
    assert [one.text for one in tale.record().remarks] == [text]
    tale.batch = "B0002"
    tale.start(draft, site_kind="gmp")
    assert findings(tale, "approval") == [("critical", text)]


def test_an_unreadable_declaration_is_a_finding_and_no_failure(tale: Tale) -> None:
    tale.start(declaration_text='{"homeostat": "99"}')
    assert findings(tale, "declaration")[0][0] == "critical"


def test_the_gravest_come_first(tale: Tale) -> None:
    tale.start(equipment={"findings": ["x"]})
    tale.command(HOUR, "refused")
    judge(tale, "density", 1.0, "outside")
    assert [one.severity for one in tale.record().exceptions] == ["critical", "major", "minor"]
