"""What can be wrong with a signal: kinds of findings, what each does to the quality of a value, and its words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from homeostat.process import Quality

Kind = Literal[
    "range",
    "rate",
    "frozen",
    "stuck",
    "spike",
    "erratic",
    "drop-out",
    "drift",
    "balance",
    "late",
    "duplicate",
    "out-of-order",
    "lost",
    "clock",
]

QUALITY: Mapping[Kind, Quality] = {
    "range": Quality.UNCERTAIN,
    "rate": Quality.UNCERTAIN,
    "frozen": Quality.UNCERTAIN,
    "stuck": Quality.UNCERTAIN,
    "spike": Quality.UNCERTAIN,
    "erratic": Quality.GOOD,
    "drop-out": Quality.MISSING,
    "drift": Quality.GOOD,
    "balance": Quality.GOOD,
    "late": Quality.STALE,
    "duplicate": Quality.HELD,
    "out-of-order": Quality.STALE,
    "lost": Quality.GOOD,
    "clock": Quality.BAD,
}
"""The best quality that a value with such a finding can have.

A drift or a balance that does not close says that sensor and reference differ, not which of them is wrong: it is
reported and leaves the quality as it is, or a wrong twin would blind the loops. Of an erratic signal each spike is held
out; its other values are as good as ever.
"""

MOMENTARY: frozenset[Kind] = frozenset({"spike", "late", "duplicate", "out-of-order", "lost", "clock"})
"""Findings about one sample: they are reported once and do not stand."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with the signal `tag`: since when (µs of process time), with which value, in words."""

    tag: str
    kind: Kind
    since: int
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A finding that was `opened` (a momentary one is only ever opened) or closed at `time`."""

    finding: Finding
    opened: bool
    time: int


def worst(*qualities: int) -> Quality:
    """The worst of several qualities: quality travels with a value, and only ever gets worse."""
    return Quality(max(qualities))


def changes(before: tuple[Finding, ...], after: tuple[Finding, ...], time: int) -> tuple[Change, ...]:
    """What was closed and what was opened between two sets of standing findings, closed ones first."""
    if before is after:
        return ()
    closed = _of_other_kinds(before, after)
    opened = _of_other_kinds(after, before)
    return (*(Change(x, False, time) for x in closed), *(Change(x, True, time) for x in opened))


def _of_other_kinds(some: Iterable[Finding], others: Iterable[Finding]) -> list[Finding]:
    kinds = [other.kind for other in others]
    return [finding for finding in some if finding.kind not in kinds]


def number(value: float) -> float:
    """The value, or NaN where it is infinite: a record has numbers or nothing."""
    return value if value - value == 0.0 else float("nan")


def spell(duration: int) -> str:
    """A duration in µs in the largest unit that gives at least 1, for people."""
    for size, unit in _UNITS:
        if duration >= size:
            return f"{duration / size:.3g} {unit}"
    return f"{duration} µs"


_UNITS = ((86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "min"), (1_000_000, "s"))
