"""Intervals from rows that were held out with their group: symmetric, or with a side of its own above and below.

And the ruling on the task's rule, from the same rows.

In: truth and held-out predictions. Out: a frozen `Interval`, or `Ruling`, of `monitoring.prediction`. A skewed error,
as that of a share near 100 %, needs far less room on one side; so does a rule that has its limit there. An interval
ends where the possible does: no truth lies beyond, so that its coverage stays the same.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Form, Integers
from homeostat.monitoring.learning.groups import Labels, members
from homeostat.monitoring.learning.possible import ANYTHING
from homeostat.monitoring.learning.task import Task
from homeostat.monitoring.learning.widths import Rows, Scale, better, scales
from homeostat.monitoring.prediction import (
    Interval,
    LabelInterval,
    Rule,
    Ruling,
    SymmetricInterval,
    calibrate_ruling,
)
from homeostat.monitoring.prediction.calibration import calibrate, likelier
from homeostat.monitoring.prediction.factor import FactorInterval
from homeostat.monitoring.prediction.grouped import quantile, weigh
from homeostat.monitoring.prediction.sided import SidedInterval

LARGEST = 0.5 * float(np.log(np.finfo(np.float64).max))
"""Logarithm of a factor that still leaves room for the value it goes with."""


class Banded(NamedTuple):
    """An interval, and the scale that its width follows; None where it is of one width, or a share of the value."""

    interval: Interval
    scale: Scale | None

    def band(self, x: Array, value: Array) -> tuple[Array, Array]:
        """Low and high (n,) of rows `x` (n, q) as the form sees them, with their values (n,)."""
        scale = np.ones(len(value)) if self.scale is None else self.scale.of(x, value)
        return self.interval.band(x, value, scale)

    def on(self, form: Form) -> Form:
        """The form, with the scale that the interval asks it for."""
        return form if self.scale is None else self.scale.on(form)


def banded(
    task: Task,
    held_out: Array,
    level: float,
    rows: Integers | None = None,
    *,
    seen: Array | None = None,
    logged: bool = False,
) -> Banded:
    """The interval at `level` from the task's rows (all, or `rows`), as wide as its errors are expected to be.

    `seen` (n, q) are all rows as the form sees them, None where that says nothing; `logged`: the model was learnt on
    the logarithm of the target, and errors are shares of the value.
    """
    found = interval(task, held_out, level, rows, by_factors=logged)
    if task.question.classes or isinstance(found, FactorInterval):
        return Banded(found, None)
    places = np.arange(len(task.y)) if rows is None else rows
    truth, said, groups = task.y[places], held_out[places], members(task)[places]
    given = Rows(truth - said, said, None if seen is None else seen[places], groups)
    nowhere, ones = np.zeros((len(said), 1)), np.ones(len(said))
    even = interval_score(truth, *found.band(nowhere, said, ones), level)
    best, least = Banded(found, None), float(even.mean())
    for scale, sizes in scales(given):
        other = _calibrated(task, truth, said, groups, level, sizes)
        scores = interval_score(truth, *other.band(nowhere, said, sizes), level)
        if float(scores.mean()) < least and better(scores, even, groups):
            told = other.model_copy(update={"method": f"{other.method}, {scale.told}"})
            best, least = Banded(told, scale), float(scores.mean())
    return best


def interval(
    task: Task, held_out: Array, level: float, rows: Integers | None = None, *, by_factors: bool = False
) -> Interval:
    """The interval of one width at `level` from the task's rows (all, or `rows`), or `by_factors` of the value.

    Of groups too few to promise it by random effects, alike on both sides; see `prediction.few`. By factors all values
    and truths must be positive, and the factors numbers; otherwise the interval is of one width.
    """
    places = np.arange(len(task.y)) if rows is None else rows
    truth, said, groups = task.y[places], held_out[places], members(task)[places]
    if task.question.classes:
        return labels(truth, said, groups, level)
    if by_factors and min(float(truth.min()), float(said.min())) > 0.0:
        free = replace(task, possible=ANYTHING)
        found = _one_width(free, np.log(truth), np.log(said), groups, level)
        if max(map(abs, found.band_of([], 0.0, 1.0))) <= LARGEST:
            return _factors(task, found)
    return _one_width(task, truth, said, groups, level)


def _one_width(task: Task, truth: Array, said: Array, groups: Labels, level: float) -> Interval:
    even = _calibrated(task, truth, said, groups, level)
    if even.promised is not None:
        return even
    above, below = (_side(sign * (truth - said), groups, level) for sign in (1.0, -1.0))
    if above is None or below is None or above + below >= 2.0 * even.quantile:
        return even
    return SidedInterval(
        coverage=level,
        method="residuals of groups held out, each side for itself",
        rows=even.rows,
        groups=even.groups,
        floor=even.floor,
        ceiling=even.ceiling,
        below=below,
        above=above,
    )


def _calibrated(
    task: Task, truth: Array, said: Array, groups: Labels, level: float, scale: Array | None = None
) -> SymmetricInterval:
    floor, ceiling = task.possible.low, task.possible.high
    return calibrate(truth, said, groups, coverage=level, scale=scale, floor=floor, ceiling=ceiling)


def _factors(task: Task, found: Interval) -> FactorInterval:
    """An interval of the logarithm as one of the value."""
    low, high = found.band_of([], 0.0, 1.0)
    return FactorInterval(
        coverage=found.coverage,
        method=f"{found.method}, of the logarithm",
        rows=found.rows,
        groups=found.groups,
        promised=found.promised,
        floor=task.possible.low,
        ceiling=task.possible.high,
        below=float(np.exp(-low)),
        above=float(np.exp(high)),
    )


def interval_score(truth: Array, low: Array, high: Array, level: float) -> Array:
    """The width of each interval, and what the truth lies beyond it times 2 / (1 - level): less is better, (n,).

    Gneiting & Raftery 2007, eq. 43.
    """
    miss = np.maximum(low - truth, 0.0) + np.maximum(truth - high, 0.0)
    return (high - low) + 2.0 / (1.0 - level) * miss


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
