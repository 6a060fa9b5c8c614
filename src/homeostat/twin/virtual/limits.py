"""A specification of one column at the end of a batch."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError


@dataclass(frozen=True)
class Limit:
    """`low` <= `column` <= `high` at the last time, in the column's own unit; an end may be infinite."""

    column: str
    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise TwinError(f"{self.column}: nothing lies between {self.low:g} and {self.high:g}")

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether each of `values` (n,) is within; one that is not a number is not."""
        return np.logical_and(values >= self.low, values <= self.high)
