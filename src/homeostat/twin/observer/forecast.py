"""What lies ahead, with an interval: the filter run on over a planned schedule without readings.

In: an estimate, planned inputs, times. Out: the value of a state or output at each, and its quantiles. Model error
enters as the filter's own process noise, so an interval that covers what it says needs noise that was tuned to runs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.engine import Segment
from homeostat.twin.observer.filter import Estimate, Filter

Array = NDArray[np.float64]
LARGE = 1.0
"""Deviation over value above which a positive quantity's interval is no longer logarithmic normal."""


@dataclass(frozen=True)
class Forecast:
    """Forecast of `quantity` at `hours` (n,) from now: `value`, `deviation` (1 s.d.), and the interval's ends."""

    quantity: str
    hours: Array
    value: Array
    deviation: Array
    low: Array
    high: Array
    level: float


def forecast(
    of: Filter,
    estimate: Estimate,
    quantity: str,
    hours: Sequence[float],
    plan: Sequence[Segment] = (),
    *,
    level: float = 0.9,
    positive: bool | None = None,
) -> Forecast:
    """Forecast a state or output at each of `hours` (ascending, from now), with the `level` interval.

    `plan` gives the inputs from each `start_h` on; those it does not name stay as they are before. The interval of a
    `positive` quantity (by default: a state without upper bound) is that of a logarithmic normal distribution while
    its deviation is not larger than its value (else see `_ends`), any other's that of a normal one. Raises TwinError
    for contradictory times, and where the model cannot be followed.
    """
    times = [float(hour) for hour in hours]
    ascending = times and times[0] >= 0.0 and all(b >= a for a, b in pairwise(times))
    if not (ascending and math.isfinite(times[-1]) and 0.0 < level < 1.0):
        raise TwinError("a forecast needs ascending times from 0 and a level between 0 and 1", where=quantity)
    run = _Run(of, sorted(plan, key=lambda segment: segment.start_h))
    values, deviations, clock = [], [], 0.0
    for time in times:
        estimate = run.reach(estimate, clock, time)
        value, gradient = of.expectation(estimate, quantity)
        values.append(value)
        deviations.append(math.sqrt(max(_variance(of, estimate, gradient), 0.0)))
        clock = time
    logarithmic = _positive(of, quantity) if positive is None else positive
    told, doubt = np.array(values), np.array(deviations)
    normal = NormalDist().inv_cdf(0.5 + level / 2.0)
    ends = _ends(told, doubt, normal, _bounds(of, quantity)) if logarithmic else None
    low, high = ends or (told - normal * doubt, told + normal * doubt)
    return Forecast(quantity, np.array(times), told, doubt, low, high, level)


class _Run:
    """The filter over planned inputs, with no readings."""

    def __init__(self, of: Filter, plan: Sequence[Segment]) -> None:
        self.of, self.plan = of, plan
        for segment in plan:
            for name in segment.values:
                of.signature.inputs.index(name)

    def reach(self, estimate: Estimate, start: float, end: float) -> Estimate:
        """The settled estimate at `end`, both times in hours from now."""
        stops = [s.start_h for s in self.plan if start < s.start_h < end]
        for a, b in pairwise((start, *stops, end)):
            inputs = self._inputs(estimate, a)
            pieces = max(1, math.ceil((b - a) / self.of.stride - 1e-9))
            for _ in range(pieces):
                estimate = self.of.advance(estimate, inputs, (b - a) / pieces)
        estimate = self.of.settle(estimate)
        if not estimate.sound:
            raise TwinError(f"the model cannot be followed to {end:g} h", where=self.of.model.__name__)
        return estimate

    def _inputs(self, estimate: Estimate, time: float) -> tuple[float, ...]:
        names = self.of.signature.inputs.names
        values = dict(zip(names, estimate.inputs, strict=True))
        for segment in self.plan:
            if segment.start_h <= time:
                values |= segment.values
        return tuple(values[name] for name in names)


def _positive(of: Filter, quantity: str) -> bool:
    states = of.signature.states
    return quantity in states.names and states[quantity].low >= 0.0 and math.isinf(states[quantity].high)


def _variance(of: Filter, estimate: Estimate, gradient: Sequence[float]) -> float:
    total = 0.0
    for (i, j), entry in zip(of.layout.pairs, estimate.covariance, strict=True):
        total += entry * gradient[i] * gradient[j] * (1.0 if i == j else 2.0)
    return total


def _bounds(of: Filter, quantity: str) -> tuple[float, float]:
    """The bounds of a state; an output that is said to be positive has the lower one only."""
    states = of.signature.states
    return (states[quantity].low, states[quantity].high) if quantity in states.names else (0.0, math.inf)


def _ends(value: Array, deviation: Array, normal: float, bounds: tuple[float, float]) -> tuple[Array, Array]:
    """The ends of a positive quantity's interval, `normal` standard deviations away.

    Logarithmic normal up to a deviation as large as the value. Beyond, where that distribution would put nearly all
    its weight next to zero: normal, cut off at the `bounds`; its upper end begins where the other regime's ends, so
    that more doubt never makes the interval narrower.
    """
    least, most = bounds
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(deviation > 0.0, np.where(value > 0.0, deviation / value, math.inf), 0.0)
    factor = np.exp(normal * np.sqrt(np.log1p(np.minimum(relative, LARGE) ** 2)))
    sure = relative <= LARGE
    low = np.where(sure, value / factor, np.minimum(np.maximum(value - normal * deviation, least), value))
    high = np.where(sure, value * factor, np.maximum(value + normal * deviation, value * factor))
    return low, np.maximum(np.minimum(high, most), value)
