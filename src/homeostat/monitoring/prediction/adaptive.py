"""Adaptive conformal intervals for drifting processes, for uses that are not critical.

After every truth that becomes known, the coverage that is asked of the calibration moves against the error, so that the
share covered in the long run is the nominal one whatever the drift (Gibbs & Candès 2021, eq. 2). The interval then
depends on what came before: where the declared use is critical this is refused, and a frozen interval stays.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array


@dataclass(frozen=True, slots=True)
class AdaptiveCoverage:
    """`miss` is the error rate asked for now, `nominal` that wanted in the long run, `rate` the size of a move."""

    nominal: float
    rate: float
    miss: float

    @classmethod
    def start(cls, coverage: float, *, critical: bool, rate: float = 0.02) -> Self:
        """The state before any truth is known. Raises `MonitoringError` where the use is critical."""
        if critical:
            raise MonitoringError(
                "an adaptive interval is refused where the declared use is critical",
                where="adaptive interval",
                mend="keep the frozen interval, or declare a use that is not critical",
            )
        if not (0.0 < coverage < 1.0 and 0.0 < rate < 1.0):
            raise MonitoringError("coverage and rate lie between 0 and 1", where="adaptive interval")
        return cls(1.0 - coverage, rate, 1.0 - coverage)

    def known(self, *, covered: bool) -> Self:
        """The state once a truth is known, which the interval `covered` or not."""
        return replace(self, miss=self.miss + self.rate * (self.nominal - (0.0 if covered else 1.0)))

    def half_width(self, scores: Array) -> float:
        """The half-width from calibration `scores` (n,): infinite where the coverage asked for exceeds them."""
        rank = int(np.ceil((1.0 - self.miss) * (len(scores) + 1)))
        if rank > len(scores):
            return float("inf")
        return float(np.sort(scores)[rank - 1]) if rank > 0 else 0.0
