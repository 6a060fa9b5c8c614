"""A batch that went as it should, and faults to put into it: each has to be found, once, and nothing else."""

import math
from collections.abc import Callable, Collection, Mapping

from homeostat.ledger.catalogue import (
    AlarmOrdered,
    AttributeJudged,
    BatchEnded,
    BatchResumed,
    CommandGiven,
    ControlChanged,
    ControlOrdered,
    EntryJudged,
    Payload,
    PromptAnswered,
    PromptClosed,
    PromptOpened,
    SampleDrawn,
    SampleResult,
    SignalChanged,
    StepChanged,
    VerdictChanged,
)

from .tale import HOUR, MINUTE, Tale

Fault = Callable[[Tale], None]
_DONE = 10 * HOUR


def clean(tale: Tale, faults: Collection[str] = (), *, midst: Fault = lambda _: None) -> None:
    """A batch of ten hours without a fault, but for those that are named and what `midst` tells before its end."""
    tale.start()
    for tag, unit, value in (("oxygen", "%", 50.0), ("heater", "%", 1.0)):
        values, qualities = [value] * 60, [0] * 60
        for name, bad in (("gap", ("oxygen", 5)), ("stale sensor", ("heater", 3))):
            if name in faults and bad[0] == tag:
                values[20:30], qualities[20:30] = [math.nan] * 10, [bad[1]] * 10
        tale.tape(tag, unit, values, qualities=qualities)
    warm = [39.0 if "excursion" in faults and 10 <= place < 12 else 37.0 for place in range(60)]
    tale.tape("temperature", "degC", warm)
    phases(tale, faults)
    ask(tale, "count-in", answered="expired lot" not in faults)
    tale.tell(SampleDrawn(sample="S1", step="main/expand/grow", assays=("count",), volume=1.0), 3 * HOUR)
    tale.tell(counted(2.5), 3 * HOUR + (2 * 24 * HOUR if "late result" in faults else MINUTE))
    if "open sample" in faults:
        tale.tell(SampleDrawn(sample="S2", step="main/expand/grow", assays=("count",), volume=1.0), 4 * HOUR)
    for name, value in (("density", 3.0), ("viability", 90.0)):
        facts = {"attribute": name, "sample": "S1", "value": value, "unit": "%", "low": 2.0, "high": None}
        tale.tell(AttributeJudged.model_validate(facts | {"verdict": "within"}), 4 * HOUR)
    tale.command(HOUR, "refused" if "device fault" in faults else "done")
    for name, fault in _MIDST.items():
        if name in faults:
            fault(tale)
    midst(tale)
    tale.tell(BatchEnded(state="complete", scans=60, reason="recipe complete"), _DONE)


def telling(*told: tuple[Payload, int]) -> Fault:
    """Tells these, each at its time (µs)."""

    def tell(tale: Tale) -> None:
        for payload, time in told:
            tale.tell(payload, time)

    return tell


def phases(tale: Tale, faults: Collection[str]) -> None:
    """Both phases of the recipe, one of them twice or not at all."""
    names = ["grow", *["grow"] * ("repeat" in faults), *["harvest"] * ("skip" not in faults)]
    for hour, name in enumerate(names, 1):
        facts = {"level": "phase", "step": f"main/expand/{name}", "title": name, "cause": ""}
        for state in ("running", "complete"):
            tale.tell(StepChanged.model_validate(facts | {"state": state}), hour * HOUR)


def ask(tale: Tale, prompt: str, *, answered: bool = True, refused: str = "") -> None:
    """A question that is answered; the first answer is refused where a reason is given."""
    tale.tell(
        PromptOpened(prompt=prompt, step="m", text=prompt, kind="confirm", unit="1", choices=()), 2 * HOUR
    )
    for reason in [refused] * bool(refused) + [""]:
        if answered or reason:
            tale.tell(PromptAnswered(prompt=prompt, answer="x"), 2 * HOUR + MINUTE, actor="operator")
            tale.tell(PromptClosed(prompt=prompt, accepted=not reason, reason=reason), 2 * HOUR + MINUTE)


def counted(value: float) -> SampleResult:
    """A cell count of the one sample."""
    return SampleResult(
        sample="S1", assay="count", taken=3 * HOUR, values={"viable": value}, units={"viable": "1e6 cell/mL"}
    )


def entry(**facts: object) -> EntryJudged:
    """A judged entry of an operator."""
    plain = {"prompt": "count-in", "act": "answer", "status": "taken", "by": "ada", "answer": "5", "old": ""}
    return EntryJudged.model_validate({**plain, "value": 5.0, "unit": "1", "reason": "", **facts})


def _signal(tale: Tale) -> None:
    facts = {"tag": "heater", "kind": "stuck", "value": 1.0, "text": "stuck", "since": 4 * HOUR}
    tale.tell(SignalChanged.model_validate(facts | {"state": "opened"}), 5 * HOUR)
    tale.tell(SignalChanged.model_validate(facts | {"state": "closed"}), 6 * HOUR)


def _lot(tale: Tale) -> None:
    tale.tell(PromptAnswered(prompt="count-in", answer="L-1"), 2 * HOUR, actor="operator")
    reason = "the lot L-1 expired on 2025-01-01"
    tale.tell(PromptClosed(prompt="count-in", accepted=False, reason=reason), 2 * HOUR)
    tale.tell(PromptAnswered(prompt="count-in", answer="L-2"), 2 * HOUR, actor="operator")
    tale.tell(PromptClosed(prompt="count-in", accepted=True, reason=""), 2 * HOUR)


def _control(tale: Tale) -> None:
    facts = {"controller": "c", "authority": "autonomous", "reason": "no plan"}
    tale.tell(ControlChanged.model_validate(facts | {"before": "plan", "rung": "hold"}), 5 * HOUR)


def _overridden(tale: Tale) -> None:
    order = ControlOrdered(order="refuse", controller="c", by="ada", reason="too fast", proposal="p1")
    tale.tell(order, 5 * HOUR)


def _undecided(tale: Tale) -> None:
    for before, after in (("undecided", "ok"), ("ok", "undecided")):
        facts = {"attribute": "density", "before": before, "verdict": after, "unit": "1", "reason": "lost"}
        empty = dict.fromkeys(("probability", "value", "low", "high", "at", "breach"))
        tale.tell(VerdictChanged.model_validate({**facts, **empty, "drivers": ()}), 5 * HOUR)


def _corrected(tale: Tale) -> None:
    tale.tell(entry(act="correction", status="corrected", old="4", reason="a slip of the pen"), 5 * HOUR)


def _resumed(tale: Tale) -> None:
    tale.tell(BatchResumed(batch=tale.batch, scan=30, reason="power cut"), 0, batch="")


def _shelved(tale: Tale) -> None:
    tale.tell(AlarmOrdered(order="shelve", alarm="a", by="ada", reason="known"), 5 * HOUR)


_MIDST: Mapping[str, Fault] = {
    "expired lot": _lot,
    "uncalibrated source": lambda tale: ask(
        tale, "weigh", refused="the calibration of scale-1 was due 2025-01-01"
    ),
    "unsigned answer": lambda tale: ask(tale, "ready", refused="it is not signed"),
    "wrong code": lambda tale: ask(tale, "bag", refused="another code is expected: C-1"),
    "late entry": lambda tale: _told(tale, entry(flags=("late entry: 40 min after the event",))),
    "late step": lambda tale: _told(tale, entry(flags=("was done later than 5 min after it was asked",))),
    "unsigned step": lambda tale: _told(tale, entry(prompt="other", status="unverified")),
    "corrected entry": _corrected,
    "changed result": lambda tale: _told(tale, counted(2.6)),
    "held by hand": lambda tale: _told(tale, CommandGiven(command="hold", reason="to look")),
    "shelved alarm": _shelved,
    "doubted signal": _signal,
    "controller down": _control,
    "controller overridden": _overridden,
    "outlook lost": _undecided,
    "interruption": _resumed,
}


def _told(tale: Tale, payload: EntryJudged | SampleResult | CommandGiven) -> None:
    tale.tell(payload, 5 * HOUR)


FAULTS: Mapping[str, str] = {
    "gap": "gap",
    "stale sensor": "device fault",
    "excursion": "excursion",
    "repeat": "skipped or repeated step",
    "skip": "skipped or repeated step",
    "open sample": "open sample",
    "late result": "late entry",
    "device fault": "device fault",
    "expired lot": "expired lot",
    "uncalibrated source": "out-of-calibration source",
    "unsigned answer": "unsigned step",
    "wrong code": "identity mismatch",
    "late entry": "late entry",
    "late step": "late step",
    "unsigned step": "unsigned step",
    "corrected entry": "changed entry",
    "changed result": "changed entry",
    "held by hand": "override",
    "shelved alarm": "override",
    "doubted signal": "device fault",
    "controller down": "controller",
    "controller overridden": "controller",
    "outlook lost": "model",
    "interruption": "interrupted run",
}
"""Every fault with the class of its exception."""
