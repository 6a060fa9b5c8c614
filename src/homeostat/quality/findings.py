"""Review by exception: everything in the record that a person must look at, the gravest first.

A table of rules; each takes the record's sections and yields what it finds.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from homeostat.ledger.catalogue import LOG_ENDED
from homeostat.quality.model import (
    AlarmLine,
    AttributeLine,
    CommandLine,
    Excursion,
    Finding,
    Header,
    MoveLine,
    ParameterLine,
    PromptLine,
    ReadingLine,
    SampleLine,
    Severity,
    StepLine,
)
from homeostat.quality.wording import HOUR, MINUTE, bounds, count, duration, percent, quantity, times

LATE_ANSWER = 2 * HOUR  # an answer that took longer is shown to the reviewer (assumption)
LONG_GAP = 15 * MINUTE  # shorter gaps are counted in the quality of readings only (assumption)
NOTES = ("findings", "unmapped", "warnings")
_RANK: tuple[Severity, ...] = ("critical", "major", "minor")


@dataclass(frozen=True, slots=True)
class Sections:
    """What the rules look at."""

    header: Header
    readable: bool
    attributes: tuple[AttributeLine, ...]
    parameters: tuple[ParameterLine, ...]
    delays: dict[str, int]
    steps: tuple[StepLine, ...]
    prompts: tuple[PromptLine, ...]
    samples: tuple[SampleLine, ...]
    alarms: tuple[AlarmLine, ...]
    commands: tuple[CommandLine, ...]
    moves: tuple[MoveLine, ...]
    readings: tuple[ReadingLine, ...]

    def lasting(self, line: ParameterLine) -> list[Excursion]:
        """The excursions that lasted as long as the parameter's alarm delay: those that weigh."""
        delay = self.delays.get(line.parameter, 0)
        return [one for one in line.excursions if one.end - one.start >= delay]


def findings(sections: Sections) -> tuple[Finding, ...]:
    """Every finding, by severity, then in the order of the rules, then of time."""
    found = [finding for rule in RULES for finding in rule(sections)]
    return tuple(sorted(found, key=lambda finding: _RANK.index(finding.severity)))


def _ending(sections: Sections) -> Iterator[Finding]:
    header = sections.header
    if header.finished and header.state != "complete":
        because = f": {header.reason}" if header.reason else ""
        text = f"The batch ended {header.state}{because}."
        yield _finding("critical", "state", header.batch, text, header.duration)
    if sections.readable and header.approval.state != "approved":
        text = f"The process {header.process} {header.version} is not approved: its state is {header.approval.state}."
        yield _finding("minor", "approval", header.process, text)
    if not sections.readable:
        text = "The process declaration in the ledger cannot be read: limits and attributes are not shown."
        yield _finding("critical", "declaration", header.process, text)


def _attributes(sections: Sections) -> Iterator[Finding]:
    for line in sections.attributes:
        wanted = bounds(line.low, line.high, line.unit)
        if line.verdict == "outside":
            text = f"{line.title} is {quantity(line.value, line.unit)}; specified is {wanted}."
            yield _finding("critical", "attribute", line.attribute, text, line.judged)
        elif line.verdict == "not measured":
            text = f"{line.title} was not measured; specified is {wanted}."
            yield _finding("major", "attribute", line.attribute, text, line.judged)
        for earlier in line.earlier:
            if earlier.verdict == "outside":
                text = f"{line.title} was {quantity(earlier.value, line.unit)} before it was measured again."
                yield _finding("major", "attribute", line.attribute, text, earlier.time)


def _alarms(sections: Sections) -> Iterator[Finding]:
    for line in sections.alarms:
        grave = line.priority in {"critical", "high"}
        if line.standing:
            severity: Severity = "critical" if grave else "major"
            text = f"Alarm still standing ({line.priority}): {line.text}."
            yield _finding(severity, "alarm", line.alarm, text, line.raised)
        elif grave:
            text = f"Alarm ({line.priority}), cleared after {duration(line.duration)}: {line.text}."
            severity = "major" if line.priority == "critical" else "minor"
            yield _finding(severity, "alarm", line.alarm, text, line.raised)


def _moves(sections: Sections) -> Iterator[Finding]:
    for line in sections.moves:
        if line.status == "done":
            continue
        what = f"{line.kind} {line.target} {quantity(line.value, line.unit)}".replace("  ", " ")
        said = f": {line.detail}" if line.detail else ""
        said += f"; reconciled as “{line.reconciled}”" if line.reconciled else ""
        severity, words = _OUTCOMES[line.status]
        severity = "major" if line.reconciled else severity
        yield _finding(
            severity, "command", line.intent, f"The command “{what}” {words}{said}.", line.intended
        )


_OUTCOMES: dict[str, tuple[Severity, str]] = {
    "refused": ("major", "was refused by the equipment"),
    "unknown": ("critical", "has an unknown outcome"),
    "open": ("critical", "has no recorded outcome"),
}


def _commands(sections: Sections) -> Iterator[Finding]:
    for line in sections.commands:
        if not line.accepted:
            text = f"The batch command “{line.command}” was {line.reason}."
            yield _finding("minor", "batch command", line.command, text, line.time)


def _prompts(sections: Sections) -> Iterator[Finding]:
    for line in sections.prompts:
        asked = f"“{line.text}”"
        if not line.accepted and sections.header.finished:
            yield _finding("major", "prompt", line.prompt, f"{asked} was never settled.", line.asked)
        for answer in line.answers:
            if answer.accepted is False:
                because = f": {answer.reason}" if answer.reason else ""
                text = f"{asked}: the answer “{answer.answer}” was refused{because}."
                yield _finding("minor", "prompt", line.prompt, text, answer.time)
        if line.accepted and line.answers[-1].time - line.asked > LATE_ANSWER:
            waited = duration(line.answers[-1].time - line.asked)
            yield _finding("minor", "prompt", line.prompt, f"{asked} was settled after {waited}.", line.asked)


def _steps(sections: Sections) -> Iterator[Finding]:
    for line in sections.steps:
        if line.state == "stopped" and line.level == "phase" and line.cause != LOG_ENDED:
            because = f": {line.cause}" if line.cause else ""
            text = f"The phase “{line.title}” was stopped{because}."
            yield _finding("major", "step", line.step, text, line.end)


def _samples(sections: Sections) -> Iterator[Finding]:
    for line in sections.samples if sections.header.finished else ():
        if line.missing:
            text = f"Sample {line.sample} has no result of {', '.join(line.missing)}."
            yield _finding("major", "sample", line.sample, text, line.taken)


def _parameters(sections: Sections) -> Iterator[Finding]:
    for line in sections.parameters:
        if line.excursions:
            total = duration(sum(one.end - one.start for one in line.excursions))
            farthest = max(
                line.excursions,
                key=lambda one: max(line.proven[0] - one.extreme, one.extreme - line.proven[1]),
            )
            text = (
                f"{line.title} was outside its proven acceptable range ({bounds(*line.proven, line.unit)})"
                f" {times(len(line.excursions))}, {total} in all, to {quantity(farthest.extreme, line.unit)}."
            )
            severity: Severity = "major" if sections.lasting(line) else "minor"
            yield _finding(severity, "parameter", line.parameter, text, line.excursions[0].start)


def _gaps(sections: Sections) -> Iterator[Finding]:
    critical = {line.tag for line in sections.parameters}
    for line in sections.readings:
        severity: Severity = "major" if line.tag in critical else "minor"
        if line.usable == 0.0:
            text = f"{line.title} ({line.tag}) has no usable reading at all."
            yield _finding(severity, "readings", line.tag, text)
            continue
        gaps = [gap for gap in line.gaps if gap.end - gap.start > LONG_GAP]
        if gaps:
            longest = max(gap.end - gap.start for gap in gaps)
            text = (
                f"{line.title} ({line.tag}) has {count(len(gaps), 'gap')} of more than {duration(LONG_GAP)},"
                f" the longest {duration(longest)}; usable are {percent(line.usable)} of its readings."
            )
            yield _finding(severity, "readings", line.tag, text, gaps[0].start)


def _equipment(sections: Sections) -> Iterator[Finding]:
    """What the driver itself reported, such as columns of a log that are not mapped."""
    for key in NOTES:
        noted = sections.header.equipment.get(key, [])
        for note in noted if isinstance(noted, list) else [noted]:
            yield _finding("minor", "equipment", key, f"{note}" if key == "findings" else f"{key}: {note}")


def _finding(severity: Severity, kind: str, subject: str, text: str, time: int | None = None) -> Finding:
    return Finding(severity=severity, kind=kind, subject=subject, text=_closed(text), time=time)


def _closed(text: str) -> str:
    """One full stop at the end, also where a quoted text brought its own."""
    return text.rstrip(".") + "."


RULES: tuple[Callable[[Sections], Iterable[Finding]], ...] = (
    _ending,
    _attributes,
    _alarms,
    _moves,
    _parameters,
    _steps,
    _prompts,
    _samples,
    _gaps,
    _commands,
    _equipment,
)
