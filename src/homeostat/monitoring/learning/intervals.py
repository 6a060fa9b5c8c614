"""Intervals from rows that were held out with their group: symmetric, or with a side of its own above and below.

And the ruling on the task's rule, from the same rows.

In: truth and held-out predictions. Out: a frozen `Interval`, or `Ruling`, of `monitoring.prediction`. A skewed error,
as that of a share near 100 %, needs far less room on one side; so does a rule that has its limit there. An interval
ends where the possible does: no truth lies beyond, so that its coverage stays the same.
"""

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Integers
from homeostat.monitoring.learning.groups import Labels, members
from homeostat.monitoring.learning.task import Task
from homeostat.monitoring.prediction import Interval, LabelInterval, Rule, Ruling, calibrate_ruling
from homeostat.monitoring.prediction.calibration import calibrate, likelier
from homeostat.monitoring.prediction.grouped import quantile, weigh
from homeostat.monitoring.prediction.sided import SidedInterval


def interval(task: Task, held_out: Array, level: float, rows: Integers | None = None) -> Interval:
    """The interval at `level` from the task's rows (all, or `rows`).

    Of groups too few to promise it by random effects, alike on both sides; see `prediction.few`.
    """
    places = np.arange(len(task.y)) if rows is None else rows
    truth, said, groups = task.y[places], held_out[places], members(task)[places]
    if task.question.classes:
        return labels(truth, said, groups, level)
    floor, ceiling = task.possible.low, task.possible.high
    even = calibrate(truth, said, groups, coverage=level, floor=floor, ceiling=ceiling)
    if even.promised is not None:
        return even
    above, below = (_side(sign * (truth - said), groups, level) for sign in (1.0, -1.0))
    if above is None or below is None or above + below >= 2.0 * even.quantile:
        return even
    method = "residuals of groups held out, each side for itself"
    return SidedInterval(
        coverage=level,
        method=method,
        rows=even.rows,
        groups=even.groups,
        floor=floor,
        ceiling=ceiling,
        below=below,
        above=above,
    )


def ruling(
    task: Task, held_out: Array, level: float, rows: Integers | None = None, inner: Array | None = None
) -> Ruling | None:
    """What may be said of the rule, from the task's rows (all, or `rows`); None without a rule, and for classes,
    whose interval says it already.

    The probability is learnt from the values `inner` (n,) where they are given, one for each of the rows.
    """
    rule = task.question.rule
    if rule is None or task.question.classes:
        return None
    places = np.arange(len(task.y)) if rows is None else rows
    given = task.y[places], held_out[places], members(task)[places]
    return calibrate_ruling(Rule.parse(rule), *given, coverage=level, inner=inner)


def labels(truth: Array, probability: Array, groups: Labels, level: float) -> LabelInterval:
    """The sets of classes for a probability of class 1, each class with its own limit (class-conditional, Vovk 2012).

    As for values, the mass of a group to come follows from how alike the rows of a group are.
    """
    first, second = likelier(
        *(_class_limit(truth, probability, groups, level, label) for label in (0.0, 1.0))
    )
    return LabelInterval(
        coverage=level,
        method="class-conditional, groups held out",
        rows=len(truth),
        groups=len(np.unique(groups)),
        first=first,
        second=second,
    )


def _class_limit(truth: Array, probability: Array, groups: Labels, level: float, label: float) -> float:
    mine = truth == label
    if not mine.any():
        return 1.0
    found = _quantile(np.abs(truth - probability)[mine], groups[mine], level)
    return 1.0 if found is None else min(1.0, found)


def _side(residuals: Array, groups: Labels, level: float) -> float | None:
    """How far the truth lies on one side, but for half of the share outside; None where the rows are too few."""
    found = _quantile(residuals, groups, 0.5 + 0.5 * level)
    return None if found is None else max(found, 0.0)


def _quantile(scores: Array, groups: Labels, level: float) -> float | None:
    try:
        return quantile(scores, weigh(scores, groups, guaranteed=False), level, guaranteed=False)
    except MonitoringError:
        return None
