"""What is known of a parameter: its value, how far it spreads between patients, its unit and its source.

In: a declared value. Out: its quantile at any probability, so that equal draws give equal patients.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, ndtri

from homeostat.errors import TwinError

Array = NDArray[np.float64]


class Shape(StrEnum):
    """How a parameter spreads, and in what its spread is told."""

    FIXED = "fixed"
    """Not at all."""
    LOGNORMAL = "lognormal"
    """The logarithm is normal; the spread is its standard deviation (0.1 is about 10 %)."""
    FRACTION = "fraction"
    """The logit is normal; the spread is the standard deviation of the fraction itself, for small spreads."""


@dataclass(frozen=True)
class Uncertain:
    """A parameter with its median `value` in `unit`, cut off at [`low`, `high`]; made by the functions below."""

    value: float
    spread: float
    unit: str
    source: str
    shape: Shape
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (self.unit.strip() and self.source.strip()):
            raise TwinError("a parameter needs a unit and a source", mend="source='assumption: ...' will do")
        if not (math.isfinite(self.value) and self.low <= self.value <= self.high):
            raise TwinError(f"{self.value} {self.unit} lies outside [{self.low}, {self.high}]")
        if not (math.isfinite(self.spread) and self.spread >= 0.0):
            raise TwinError(f"{self.spread} is no spread", mend="give a finite number that is not negative")
        if self.spread > 0.0 and (self.value in {self.low, self.high} or self.shape is Shape.FIXED):
            raise TwinError(f"{self.value} {self.unit} is at its bound or fixed, and cannot spread")

    def at(self, probability: Array) -> Array:
        """Return the quantiles (n,) at `probability` (n,), each within (0, 1)."""
        if self.spread == 0.0:
            return np.full(probability.shape, self.value)
        centre, deviation = self._normal()
        low, high = (ndtr((self._forth(bound) - centre) / deviation) for bound in (self.low, self.high))
        normal = centre + deviation * ndtri(low + probability * (high - low))
        values = np.exp(normal) if self.shape is Shape.LOGNORMAL else expit(normal)
        return np.clip(np.asarray(values, dtype=np.float64), self.low, self.high)

    def _normal(self) -> tuple[float, float]:
        """Mean and standard deviation on the scale where the parameter is normal."""
        slope = 1.0 if self.shape is Shape.LOGNORMAL else self.value * (1.0 - self.value)
        return self._forth(self.value), self.spread / slope

    def _forth(self, value: float) -> float:
        if self.shape is Shape.LOGNORMAL:
            return math.log(value) if value > 0.0 else -math.inf
        return float(logit(value))


def fixed(value: float, unit: str, source: str, *, low: float = 0.0, high: float = math.inf) -> Uncertain:
    """Declare a parameter that is the same for every patient: a set-point, a recipe's amount."""
    return Uncertain(float(value), 0.0, unit, source, Shape.FIXED, float(low), float(high))


def lognormal(
    value: float, spread: float, unit: str, source: str, *, low: float = 0.0, high: float = math.inf
) -> Uncertain:
    """Declare a positive parameter with median `value`; `spread` is the standard deviation of its logarithm."""
    return Uncertain(float(value), float(spread), unit, source, Shape.LOGNORMAL, float(low), float(high))


def fraction(value: float, spread: float, source: str, *, low: float = 0.0, high: float = 1.0) -> Uncertain:
    """Declare a yield, purity or share in [0, 1] with median `value` and standard deviation `spread`."""
    if low < 0.0 or high > 1.0:
        raise TwinError(f"[{low}, {high}] are no bounds of a fraction", mend="keep them within [0, 1]")
    return Uncertain(float(value), float(spread), "1", source, Shape.FRACTION, float(low), float(high))
