"""Samples as they arrive: late, duplicate, out of order, lost, or stamped by a clock that runs ahead.

    admit(intake, last, sample, now) -> (last, verdict)

A sample that is older than one already admitted is never used as the newest value: it is reported, so that the
historian can keep it at its own time. Nothing that was concluded is changed by it.
"""

from dataclasses import dataclass

from homeostat.monitoring.signals.finding import Finding, Kind, number, spell

CLOCK = 2_000_000  # µs by which the source's clock may run ahead of ours (assumption)


@dataclass(frozen=True, slots=True)
class Intake:
    """How a tag's samples are expected to come: `late` µs after being taken, `ahead` µs of clock error."""

    tag: str
    title: str
    late: int
    ahead: int = CLOCK


@dataclass(frozen=True, slots=True)
class Sample:
    """A value with the source's time stamp (µs of process time) and its running number, where the source counts."""

    value: float
    taken: int
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Last:
    """The newest sample that was admitted, and the highest number seen; None before the first."""

    sample: Sample | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sample is the newest value now, and what was found about it."""

    admitted: bool
    findings: tuple[Finding, ...] = ()


def admit(intake: Intake, last: Last, sample: Sample, now: int) -> tuple[Last, Verdict]:
    """Judge a sample that arrived at `now` µs by what came before it.

    A late sample is admitted when it is still the newest there is, and is reported; its age makes its value stale.
    """
    if sample.taken - now > intake.ahead:
        return last, _refuse(
            intake, "clock", sample, f"is stamped {spell(sample.taken - now)} ahead of the clock"
        )
    before = last.sample
    if before is not None and _same(before, sample):
        return last, _refuse(intake, "duplicate", sample, "came a second time")
    if before is not None and (sample.taken <= before.taken or _passed(last, sample)):
        return last, _refuse(intake, "out-of-order", sample, _order(before, sample))
    findings = []
    if now - sample.taken > intake.late:
        findings.append(
            _finding(intake, "late", sample, f"came {spell(now - sample.taken)} after it was taken")
        )
    missing = _missing(last, sample)
    if missing > 0:
        findings.append(_finding(intake, "lost", sample, f"{missing} before it did not come"))
    number = last.number if sample.number is None else sample.number
    return Last(sample, number), Verdict(True, tuple(findings))


def _same(before: Sample, sample: Sample) -> bool:
    if sample.number is not None and before.number is not None:
        return sample.number == before.number
    same = sample.value == before.value or (sample.value != sample.value and before.value != before.value)
    return sample.taken == before.taken and same


def _passed(last: Last, sample: Sample) -> bool:
    return sample.number is not None and last.number is not None and sample.number < last.number


def _missing(last: Last, sample: Sample) -> int:
    if sample.number is None or last.number is None:
        return 0
    return sample.number - last.number - 1


def _order(before: Sample, sample: Sample) -> str:
    if sample.taken < before.taken:
        return f"came after one that is {spell(before.taken - sample.taken)} younger"
    return "came after one that was counted or taken later"


def _refuse(intake: Intake, kind: Kind, sample: Sample, what: str) -> Verdict:
    return Verdict(False, (_finding(intake, kind, sample, what),))


def _finding(intake: Intake, kind: Kind, sample: Sample, what: str) -> Finding:
    return Finding(intake.tag, kind, sample.taken, number(sample.value), f"{intake.title}: a sample {what}")
