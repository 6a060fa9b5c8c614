"""The two models that regulatory loops are tuned by: a lag with dead time, and an integrator with dead time.

Both are exact for an input that is constant between samples, with a delay that need not be a whole number of them.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lagged:
    """K exp(-θ s) / (τ s + 1): `gain` in tag units per output unit, `lag` and `delay` in hours."""

    gain: float
    lag: float
    delay: float

    def course(self, inputs: Array, hours: float) -> Array:
        """The tag at each sample, from rest at 0, for `inputs` (n,) each held for `hours` from its sample on."""
        return self.gain * lagged(inputs, hours, self.lag, self.delay)


@dataclass(frozen=True, slots=True)
class Integrating:
    """k exp(-θ s) / s: `slope` in tag units per hour and output unit, `delay` in hours."""

    slope: float
    delay: float

    def course(self, inputs: Array, hours: float) -> Array:
        """The tag at each sample, from 0 with no input before, for `inputs` (n,) each held for `hours`."""
        return self.slope * integrated(inputs, hours, self.delay)


Model = Lagged | Integrating


def lagged(inputs: Array, hours: float, lag: float, delay: float) -> Array:
    """A lag of gain 1 behind a dead time; what stood at the input before is taken to be 0."""
    early, late, part = _delayed(inputs, hours, delay)
    keep, first = math.exp(-hours / lag), math.exp(-(1.0 - part) * hours / lag)
    forced = (first - keep) * early + (1.0 - first) * late
    course, level = np.empty(len(inputs)), 0.0
    for k, force in enumerate(forced.tolist()):
        course[k] = level
        level = keep * level + force
    return course


def integrated(inputs: Array, hours: float, delay: float) -> Array:
    """An integrator of slope 1 behind a dead time, from 0."""
    early, late, part = _delayed(inputs, hours, delay)
    grown = np.cumsum(hours * (part * early + (1.0 - part) * late))
    return np.concatenate([[0.0], grown[:-1]])


def _delayed(inputs: Array, hours: float, delay: float) -> tuple[Array, Array, float]:
    """The delayed input in each interval: its first value, its second, and the share of the interval of the first."""
    whole = math.floor(delay / hours)
    padded = np.concatenate([np.zeros(whole + 1), inputs])
    return padded[: len(inputs)], padded[1 : len(inputs) + 1], delay / hours - whole
