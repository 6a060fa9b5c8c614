"""An interval by factors: for a positive value whose errors are shares of it, as those of titres and counts are."""

from typing import Literal

from pydantic import Field

from homeostat.monitoring.frozen.arrays import Array
from homeostat.monitoring.prediction.interval import Band, Interval


class FactorInterval(Interval):
    """From `value` over `below` to `value` times `above`: an interval of the logarithm, told in the target's unit."""

    kind: Literal["factor"] = "factor"
    below: float = Field(ge=1.0, allow_inf_nan=False)
    above: float = Field(ge=1.0, allow_inf_nan=False)

    def band(self, x: Array, value: Array, scale: Array) -> Band:
        """Low and high (n,)."""
        return self._kept(value / self.below, value * self.above)
