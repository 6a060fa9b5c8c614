"""The logarithm of a target that spans decades, such as a titre or a number of cells: whether it is better learnt.

In: a task, and what was told of its rows held out, learnt as it is and on its logarithm. Out: which one is taken.

Both are compared in the target's own unit. The logarithm is taken where its squared errors are not clearly greater, and
they or the interval scores (Gneiting & Raftery 2007, eq. 43) of intervals by factors are clearly less: by more than a
standard error of the paired differences, counted over groups if they are many. What is told is e to the power of what
was learnt: the middle of the likely, not their mean, for a mean would lean on the largest errors of few rows.
"""

from dataclasses import replace

import numpy as np

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.groups import clearly_above_zero, members
from homeostat.monitoring.learning.intervals import interval, interval_score
from homeostat.monitoring.learning.possible import ANYTHING
from homeostat.monitoring.learning.task import Task

DECADE = 10.0
"""Greatest over least target from which on the logarithm is tried (assumption)."""
WIDEST = 1e30
"""Greatest over least target up to which it is: nothing measured spans more, and factors would leave the numbers."""
BEYOND = 0.1
"""How far beyond the logarithms learnt from it reports, as a share of their span: as models of spectra do."""
LEVEL = 0.9
"""Of the intervals that are compared."""


def spans_decades(task: Task) -> bool:
    """Whether the logarithm is tried: of positive numbers over a decade or more, whose logarithms are less skewed.

    A share of which most rows reach nearly all is more so. Spectra are linear in amounts.
    """
    if task.axis is not None or task.question.classes or task.y.min() <= 0.0:
        return False
    span = float(task.y.max() / task.y.min()) if task.y.min() >= task.y.max() / WIDEST else np.inf
    return DECADE <= span <= WIDEST and abs(_skewness(np.log(task.y))) < abs(_skewness(task.y))


def _skewness(values: Array) -> float:
    away = values / np.abs(values).max()
    away = away - away.mean()
    return float(np.mean(away**3) / np.mean(away**2) ** 1.5)


def of_logarithm(task: Task) -> Task:
    """The same task on the logarithm of its target."""
    return replace(task, y=np.log(task.y), possible=ANYTHING)


def reported(logarithms: Array, y: Array) -> Array:
    """Values (n,) of `logarithms` (n,), none far beyond the targets `y` (m,) learnt from."""
    low, high = ends(y)
    return np.exp(np.clip(logarithms, low, high))


def ends(y: Array) -> tuple[float, float]:
    """The least and the greatest logarithm that is told, of targets `y` (m,)."""
    known = np.log(y)
    span = BEYOND * float(np.ptp(known))
    return float(known.min()) - span, float(known.max()) + span


def preferred(task: Task, plain: Array, logged: Array) -> bool:
    """Whether the values `logged` (n,) are to be preferred to `plain` (n,), both held out."""
    labels = members(task)
    squared = (plain - task.y) ** 2 - (logged - task.y) ** 2
    if clearly_above_zero(-squared, labels):
        return False
    scores = [
        interval_score(task.y, *_band(task, told, by_factors=by_factors), LEVEL)
        for told, by_factors in ((plain, False), (logged, True))
    ]
    return clearly_above_zero(squared, labels) or clearly_above_zero(scores[0] - scores[1], labels)


def _band(task: Task, told: Array, *, by_factors: bool) -> tuple[Array, Array]:
    found = interval(task, told, LEVEL, by_factors=by_factors)
    return found.band(np.zeros((len(told), 1)), told, np.ones(len(told)))
