"""A part of the spectrum: the points from one index to another."""

from typing import Literal, Self

import numpy as np
from pydantic import Field

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.spectra.linear import LinearStep


class Cut(LinearStep):
    """Points `start` to `stop` (exclusive) of each spectrum."""

    kind: Literal["cut"] = "cut"
    start: int = Field(ge=0)
    stop: int = Field(gt=0)

    @classmethod
    def between(cls, axis: Array, low: float, high: float) -> Self:
        """From the point of `axis` (p,) nearest to `low`, to the one before that nearest to `high`.

        As chemotools' RangeCut counts. Raises MonitoringError when no point lies between.
        """
        ends = sorted(int(np.argmin(np.abs(axis - end))) for end in (low, high))
        if ends[0] == ends[1]:
            raise MonitoringError(
                f"no wavelength lies between {low:g} and {high:g}",
                mend=f"choose a range within {axis.min():g} to {axis.max():g}",
            )
        return cls(start=ends[0], stop=ends[1])

    def apply(self, x: Array) -> Array:
        """The points kept, (n, stop - start)."""
        return x[:, self.start : self.stop]

    def back(self, x: Array, parts: Array) -> Array:
        """Nothing for the points that were left out."""
        whole = np.zeros(x.shape)
        whole[:, self.start : self.stop] = parts
        return whole

    def folded(self, weights: Array, width: int) -> tuple[Array, Array]:
        """Zeros where nothing is kept."""
        whole = np.zeros((len(weights), width))
        whole[:, self.start : self.stop] = weights
        return whole, np.zeros(len(weights))
