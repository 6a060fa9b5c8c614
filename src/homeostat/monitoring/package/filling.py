"""How far a filled input can put a value off, and whether that is too far to decide.

A gap is filled with what is usual, and the interval was calibrated on what was measured. So some of the training rows
are kept in the package: their values stand in for the missing ones, the row's own stay, and the model tells what it
would have told. Nothing is drawn at random, and inputs that are missing together are replaced together.
"""

import math
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from pydantic import Field, model_validator

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.package.hashed import Finite, Part
from homeostat.monitoring.prediction import Interval, LabelInterval

KEPT = 40
"""Training rows that are kept, evenly spaced."""
FEWEST = 10
"""Fewer say nothing of nine in ten."""
MOST_NUMBERS = 20_000
"""So many numbers are kept at most: of wide rows fewer, of spectra of more than 2,000 points none."""
REACHED = 0.9
"""Share of the kept values by which the value is put off no further than is told."""
SHARE = 0.25
"""Share of the interval's half width up to which that is let pass. An error apart, as wide as this at the same level,
lowers the coverage of a 90 % interval to 89 % (normal errors: their variances add)."""


class Filling(Part):
    """Training rows as they were given (k, p), None where a value was missing there as well."""

    rows: tuple[tuple[Finite | None, ...], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rectangular(self) -> "Filling":
        if len({len(row) for row in self.rows}) != 1:
            raise ValueError("the rows kept for filled inputs differ in width")
        return self

    @property
    def width(self) -> int:
        """How many inputs a row has."""
        return len(self.rows[0])

    def reach(self, row: Sequence[float], value: float, tell: Callable[[Array], Array]) -> float | None:
        """How far from `value` nine in ten of the values of `tell` (m, p) -> (m,) lie on the row with stand-ins.

        None where one of these has no finite value.
        """
        given = np.array(row)
        told = tell(np.where(np.isnan(given), self._known, given))
        off: list[float] = np.sort(np.abs(told - value)).tolist()
        return off[math.ceil(REACHED * len(off)) - 1] if math.isfinite(sum(off)) else None

    @cached_property
    def _known(self) -> Array:
        return np.array([[math.nan if each is None else each for each in row] for row in self.rows])


def keep_rows(x: Array) -> Filling | None:
    """What is kept of the training rows `x` (n, p); None where the rows are too few, or too wide."""
    count = min(KEPT, len(x), MOST_NUMBERS // x.shape[1])
    if count < FEWEST:
        return None
    kept = x[np.unique(np.linspace(0, len(x) - 1, count).astype(int))]
    return Filling(rows=tuple(tuple(each if each == each else None for each in row) for row in kept.tolist()))


def matters(interval: Interval, value: float, ends: tuple[float, float], reach: float) -> bool:
    """Whether a value that may be off by `reach` is too uncertain beside its interval, which is from end to end.

    Of classes: whether a value as far off would exclude others.
    """
    if isinstance(interval, LabelInterval):
        low, high = interval.band(np.empty((2, 0)), np.array([value - reach, value + reach]), np.ones(2))
        return any(pair != ends for pair in zip(low.tolist(), high.tolist(), strict=True))
    return reach > SHARE * 0.5 * (ends[1] - ends[0])
