"""Values that stand in for missing ones: always flagged, never counted as measured.

A model that needs all its inputs gets, in this order: the measurement, the last good value while it is young enough,
what the twin or a balance predicts, or nothing. What it got is told with it, and how many were measured.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from homeostat.process import LAST_USABLE, Quality

Basis = Literal["measured", "carried", "predicted", "absent"]


@dataclass(frozen=True, slots=True)
class Filled:
    """A value and what it rests on; `quality` is that of the measurement, GOOD or HELD for a measured value only."""

    value: float
    basis: Basis
    quality: Quality

    @property
    def measured(self) -> bool:
        """Whether an instrument said so: the only values that statistics may count."""
        return self.basis == "measured"


def fill(
    value: float,
    quality: Quality,
    *,
    last: float,
    age: int | None,
    longest: int,
    predicted: float = float("nan"),
) -> Filled:
    """The measurement if it can be used, else `last` while its `age` is at most `longest` µs, else `predicted`."""
    if quality <= LAST_USABLE and _finite(value):
        return Filled(value, "measured", quality)
    doubt = max(quality, Quality.UNCERTAIN)
    if age is not None and age <= longest and _finite(last):
        return Filled(last, "carried", doubt)
    if _finite(predicted):
        return Filled(predicted, "predicted", doubt)
    return Filled(float("nan"), "absent", max(doubt, Quality.MISSING))


def share_measured(values: Iterable[Filled]) -> float:
    """The share of values that were measured; 1 where there are none to measure."""
    flags = [value.measured for value in values]
    return sum(flags) / len(flags) if flags else 1.0


def _finite(value: float) -> bool:
    return value - value == 0.0
