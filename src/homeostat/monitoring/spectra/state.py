"""What a live calibration remembers of a batch, and what it answers: small immutable values, which `written` writes."""

from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import ConfigDict

from homeostat.monitoring.spectra.smoothing import Level
from homeostat.monitoring.spectra.transfer import Correction, Doubt, Sample

HOUR = 3_600_000_000
"""Microseconds."""
SPARSE, OLDER = HOUR // 12, 288
"""Before the memory, a value each five minutes is kept for a day: late results are matched to it (assumption)."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was live at one `time` (µs): the smoothed, uncorrected `value` and its expected error."""

    time: int
    value: float
    deviation: float


@dataclass(frozen=True, slots=True)
class LiveState:
    """All that a live calibration remembers of a batch. JSON holds it.

    `waiting` is the last at-line result, if it was far off what stood and corrects nothing yet. `last` is what the
    newest spectrum said and was expected to err by, `before` what those before it did, and `again` how many have come
    in a row since then that were any of them bit for bit. `older` are some of those that were live before `past`.
    `doubt` is what samples showed beyond what was expected: None before the first, and before edition 4.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", allow_inf_nan=False)

    level: Level | None = None
    usual: float = 0.0
    accepted: int = 0
    outliers: int = 0
    past: tuple[Past, ...] = ()
    samples: tuple[Sample, ...] = ()
    correction: Correction = field(default_factory=Correction)
    waiting: Sample | None = None
    last: tuple[float, float] | None = None
    again: int = 0
    unsettled: bool = False
    before: tuple[tuple[float, float], ...] = ()
    older: tuple[Past, ...] = ()
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class LiveValue:
    """The answer to one spectrum: None where there is none, and then `reason` says why; else what is to be known.

    `raw` is what this spectrum alone says, `deviation` its expected error without any at-line sample.
    """

    time: int
    value: float | None
    low: float | None
    high: float | None
    raw: float | None = None
    deviation: float | None = None
    reason: str = ""
