"""What a fault-free past says of residuals: centre, scale and autocorrelation for the drift chart.

Robust, so that a few outliers in the past do not widen the chart: median and median absolute deviation, and the
autocorrelation of residuals within three deviations. Done once, from held-out runs; never while a batch runs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import fsum

from homeostat.errors import MonitoringError
from homeostat.monitoring.signals.drift import Watch

LEAST = 50
"""Residuals that are needed at least."""

CONSISTENT = 1.4826022185056018
"""Standard deviation of a normal distribution for one median absolute deviation: 1 / 0.6745 (Huber 1981)."""

_CUT = 3.0
_STEADIEST = 0.98  # a higher autocorrelation would need more past than there is to be told from a drift


@dataclass(frozen=True, slots=True)
class Habit:
    """Centre, scale (1 s.d.) and lag-1 autocorrelation of fault-free residuals."""

    centre: float
    scale: float
    correlation: float


def learn(runs: Iterable[Sequence[float]]) -> Habit:
    """The habit of residuals in fault-free `runs`, each in the order of time; gaps are NaN.

    Raises MonitoringError for fewer than `LEAST` residuals, or for residuals that do not scatter.
    """
    runs = [tuple(run) for run in runs]
    found = [r for run in runs for r in run if r - r == 0.0]
    if len(found) < LEAST:
        raise MonitoringError(f"{len(found)} residuals are too few", mend=f"give at least {LEAST}")
    centre = median(found)
    scale = CONSISTENT * median([abs(r - centre) for r in found])
    if scale == 0.0:
        raise MonitoringError(
            "the residuals do not scatter", mend="is the reference computed from the signal?"
        )
    return Habit(centre, scale, _autocorrelation(runs, centre, _CUT * scale))


def applied(watch: Watch, habit: Habit) -> Watch:
    """The watch with a learnt habit."""
    return replace(watch, centre=habit.centre, scale=habit.scale, correlation=habit.correlation)


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two middle ones."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else 0.5 * (ordered[middle - 1] + ordered[middle])


def _autocorrelation(runs: Iterable[Sequence[float]], centre: float, cut: float) -> float:
    """Of neighbours that both lie within +-`cut`; a negative one is taken as none: it would only blunt the chart."""
    products, squares = list[float](), list[float]()
    for run in runs:
        for one, other in pairwise(r - centre for r in run):
            if abs(one) <= cut and abs(other) <= cut:
                products.append(one * other)
                squares.append(0.5 * (one * one + other * other))
    total = fsum(squares)
    return min(max(fsum(products) / total, 0.0), _STEADIEST) if total > 0.0 else 0.0
