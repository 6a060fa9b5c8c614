"""What monitoring found: how alarms served, orders of persons, findings about signals, what was foreseen."""

from typing import Literal

from pydantic import Field

from homeostat.quality.model.base import Part, Priority

Standing = Literal["undecided", "ok", "alert", "action"]


class OrderLine(Part):
    """A person's order about an alarm; `refused` says why it was not followed (empty: it was)."""

    order: str
    alarm: str
    by: str
    why: str
    time: int
    until: int | None
    refused: str


class Tally(Part):
    """An alarm and a number: how often, or for how long (µs)."""

    alarm: str
    amount: int


class PerformanceLine(Part):
    """How the alarms served the operators (measures of ISA-18.2), over the whole batch.

    `alerts` are alarms that came up; `peak` is the most in ten minutes, `in_flood` a share of the time (0 to 1),
    `stale` the longest standing in µs, `acknowledged` the mean time in µs until acknowledgement.
    """

    alerts: int
    per_day: float
    peak: int
    floods: int
    in_flood: float
    actors: tuple[Tally, ...]
    chattering: tuple[Tally, ...]
    fleeting: tuple[Tally, ...]
    stale: tuple[Tally, ...]
    shares: dict[Priority, float]
    acknowledged: float | None
    owed: tuple[str, ...]


class SignalLine(Part):
    """Something that was wrong with a signal for a while; `standing` where it never ended."""

    tag: str
    title: str
    kind: str
    text: str
    since: int
    opened: int
    closed: int | None
    standing: bool
    value: float | None
    unit: str


class SampleNote(Part):
    """Single samples of a signal that were wrong in one way: how many, the first and the last."""

    tag: str
    title: str
    kind: str
    amount: int
    first: int
    last: int


class VerdictLine(Part):
    """What was foreseen of an attribute got another verdict; see `verdict.changed` for the fields."""

    time: int
    before: Standing
    verdict: Standing
    probability: float | None
    value: float | None
    low: float | None
    high: float | None
    at: int | None
    breach: int | None
    drivers: tuple[str, ...]
    reason: str


class OutlookLine(Part):
    """What was foreseen of one attribute: the verdict now and since when, the latest figures, every change.

    `value`, `low`, `high` (its 90 % interval) and `probability` are the last ones recorded, `least` is the smallest
    probability of all. `at`, `breach`, `drivers` and `reason` come from the last change of the verdict.
    """

    attribute: str
    title: str
    unit: str
    specified: tuple[float | None, float | None]
    verdict: Standing
    since: int
    probability: float | None
    least: float | None
    value: float | None
    low: float | None
    high: float | None
    at: int | None
    breach: int | None
    drivers: tuple[str, ...]
    reason: str
    changes: tuple[VerdictLine, ...]


class AnswerLine(Part):
    """A frozen model decided something else, or its inputs left or entered again what it knows; the first answer, too.

    A soft sensor tells a `value` with its interval, and the `strangers` that take its inputs `outside`; one that
    watches tells its statistics as `ratios` to their limits. `drivers` are the inputs that contribute most, the
    largest first.
    """

    time: int
    before: Standing
    decision: Standing
    value: float | None = None
    low: float | None = None
    high: float | None = None
    outside: bool = False
    ratios: dict[str, float] = Field(default_factory=dict)
    drivers: tuple[tuple[str, float], ...] = ()
    strangers: tuple[tuple[str, float], ...] = ()
    missing: tuple[str, ...] = ()
    reason: str = ""


class ModelLine(Part):
    """A frozen model that ran beside the batch: its package by name and content hash, and what it answered.

    A batch starts, resumes and replays only with packages whose self-test gives the same bits on the machine: `tested`
    is the number of its rows. `value`, `low` and `high` are the last ones recorded.
    """

    model: str
    title: str
    package: str
    hash: str
    question: str
    critical: bool
    tested: int
    loaded: int
    unit: str
    decision: Standing
    since: int
    value: float | None
    low: float | None
    high: float | None
    changes: tuple[AnswerLine, ...]
