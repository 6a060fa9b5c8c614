"""What lies ahead, with an interval: the filter run on over a planned schedule without readings.

In: an estimate, planned inputs and jumps, times. Out: the value of a state or output at each, and its quantiles. Model
error enters as the filter's own process noise, so an interval that covers what it says needs noise tuned to runs.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.engine import Jump, Segment
from homeostat.twin.observer.course import Course
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
    jumps: Sequence[Jump] = (),
    level: float = 0.9,
    positive: bool | None = None,
) -> Forecast:
    """Forecast a state or output at each of `hours` (ascending, from now), with the `level` interval.

    `plan` gives the inputs from each `start_h` on; those it does not name stay as they are before. `jumps` are what
    is planned to be added, drawn or exchanged, from now on; the value at an hour is that after its jumps. Both count
    hours from now and are taken as certain. The interval of a `positive` quantity (by default: a state without upper
    bound) is that of a logarithmic normal distribution while its deviation is not larger than its value (else see
    `_ends`), any other's that of a normal one. Raises TwinError for unknown names, contradictory times, and where the
    model cannot be followed.
    """
    times = [float(hour) for hour in hours]
    ascending = times and times[0] >= 0.0 and all(b >= a for a, b in pairwise(times))
    if not (ascending and math.isfinite(times[-1]) and 0.0 < level < 1.0):
        raise TwinError("a forecast needs ascending times from 0 and a level between 0 and 1", where=quantity)
    values, deviations = [], []
    course = Course.of(plan, jumps)
    course.check(of, 0.0)
    for later in _settled(of, estimate, times, course):
        value, gradient = of.expectation(later, quantity)
        values.append(value)
        deviations.append(math.sqrt(max(_variance(of, later, gradient), 0.0)))
    logarithmic = _positive(of, quantity) if positive is None else positive
    told, doubt = np.array(values), np.array(deviations)
    normal = NormalDist().inv_cdf(0.5 + level / 2.0)
    ends = _ends(told, doubt, normal, _bounds(of, quantity)) if logarithmic else None
    low, high = ends or (told - normal * doubt, told + normal * doubt)
    return Forecast(quantity, np.array(times), told, doubt, low, high, level)


def _settled(of: Filter, estimate: Estimate, times: Sequence[float], course: Course) -> Iterator[Estimate]:
    """The estimate at each of `times`, its covariance up to date."""
    estimate = course.begin(of, estimate, 0.0)
    for start, end in pairwise((0.0, *times)):
        estimate = of.settle(course.carry(of, estimate, start, end))
        if not estimate.sound:
            raise TwinError(f"the model cannot be followed to {end:g} h ahead", where=of.model.__name__)
        yield estimate


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
