"""An interval whose two sides are calibrated each for itself: for errors that are larger on one side."""

from typing import Literal

from pydantic import Field

from homeostat.monitoring.frozen.arrays import Array
from homeostat.monitoring.prediction.interval import Band, Interval


class SidedInterval(Interval):
    """From `value` less `below` to `value` plus `above`.

    Each side is the conformal quantile of the signed residuals at half of the share that may lie outside (Linusson,
    Johansson & Löfström 2014, signed-error conformal regression).
    """

    kind: Literal["sided"] = "sided"
    below: float = Field(ge=0.0, allow_inf_nan=False)
    above: float = Field(ge=0.0, allow_inf_nan=False)

    def band(self, x: Array, value: Array, scale: Array) -> Band:
        """Low and high (n,)."""
        return self._kept(value - self.below, value + self.above)
