"""Calibration: from predictions of rows held out by whole groups to an interval with the stated coverage.

In: the truth and the held-out predictions, row by row, and the group of each row. Out: a frozen `Interval`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Form
from homeostat.monitoring.prediction.few import effects, promised, reach, too_few
from homeostat.monitoring.prediction.grouped import Labels, quantile, weigh
from homeostat.monitoring.prediction.interval import CrossInterval, LabelInterval, SymmetricInterval

EVEN = 0.5
BELOW_EVEN = float(np.nextafter(EVEN, 0.0))
"""A probability of one half is told as the second class."""


def calibrate(
    truth: Array,
    held_out: Array,
    groups: Labels,
    *,
    coverage: float = 0.9,
    scale: Array | None = None,
    floor: float | None = None,
    ceiling: float | None = None,
    guaranteed: bool = False,
) -> SymmetricInterval:
    """A symmetric interval from the residuals of rows (n,) that were held out with their whole group.

    With `scale` (n,), that of the form that did not see the row, residuals are divided by it (Lei et al. 2018). The
    coverage of a new group is guaranteed, or, unless asked for, calibrated to be close to nominal; see `grouped`.
    Groups that are too few to promise `coverage` at all are taken for random effects, unless it is to be guaranteed;
    see `few`. Raises `MonitoringError` when there are too few groups to guarantee it, or a number is not finite.
    """
    errors = truth - held_out
    if scale is not None:
        if not (scale > 0.0).all():
            raise MonitoringError("a scale is not positive", where="calibration")
        errors = errors / scale
    if len(errors) != len(groups) or not len(errors):
        raise MonitoringError("as many groups as scores are wanted", where="calibration")
    count = len(np.unique(groups))
    found = (
        _of_few(errors, groups, coverage)
        if too_few(count, coverage) and not guaranteed
        else _of_many(np.abs(errors), groups, coverage, guaranteed=guaranteed)
    )
    return SymmetricInterval(
        coverage=coverage,
        method=f"residuals of groups held out, {found.method}",
        rows=len(errors),
        groups=count,
        promised=found.promised,
        floor=floor,
        ceiling=ceiling,
        quantile=found.half,
        normalised=scale is not None,
    )


class _Found(NamedTuple):
    """A half width, how it was found, and what the groups promise of it; None where that is what is asked for."""

    half: float
    method: str
    promised: float | None = None


def _of_many(scores: Array, groups: Labels, coverage: float, *, guaranteed: bool) -> _Found:
    weighing = weigh(scores, groups, guaranteed=guaranteed)
    half = quantile(scores, weighing, coverage, guaranteed=guaranteed)
    return _Found(half, "guaranteed" if guaranteed else "calibrated")


def _of_few(errors: Array, groups: Labels, coverage: float) -> _Found:
    """By random effects."""
    found = effects(errors, groups)
    half = reach(found, 0.5 + 0.5 * coverage)
    told = f"random effects, t with {found.freedom:.3g} degrees of freedom"
    return _Found(half, told, promised(np.abs(errors) <= half, groups))


def calibrate_cross(
    forms: Sequence[Form],
    fold: Sequence[int],
    truth: Array,
    held_out: Array,
    groups: Labels,
    *,
    coverage: float = 0.9,
    floor: float | None = None,
    ceiling: float | None = None,
) -> CrossInterval:
    """A CV+ interval: `fold` (n,) is the place in `forms` of the one fitted without the row and its group.

    Guaranteed at 1 - 2 (1 - coverage) for a new group, close to `coverage` in practice (Barber et al. 2021;
    Lee, Barber & Willett 2023 for groups). Raises `MonitoringError` as `calibrate` does.
    """
    residuals = np.abs(truth - held_out)
    weighing = weigh(residuals, groups, guaranteed=True)
    quantile(residuals, weighing, coverage, guaranteed=True)
    return CrossInterval(
        coverage=coverage,
        method="CV+ by groups",
        rows=len(residuals),
        groups=weighing.groups,
        floor=floor,
        ceiling=ceiling,
        forms=tuple(forms),
        residuals=residuals,
        fold=np.asarray(fold),
        weights=weighing.weights,
    )


def calibrate_labels(
    truth: Array, probability: Array, groups: Labels, *, coverage: float = 0.9
) -> LabelInterval:
    """The sets of classes for a probability of class 1: `truth` (n,) is 0 or 1, `probability` (n,) that held out.

    Each class keeps its own coverage (class-conditional, Vovk 2012); a class with too few groups is never excluded.
    """
    if not np.isin(truth, (0.0, 1.0)).all():
        raise MonitoringError("the classes are 0 and 1", where="calibration")
    first, second = likelier(
        *(
            _class_limit(np.abs(truth - probability)[truth == label], groups[truth == label], coverage)
            for label in (0.0, 1.0)
        )
    )
    return LabelInterval(
        coverage=coverage,
        method="class-conditional, groups held out",
        rows=len(truth),
        groups=len(np.unique(groups)),
        first=first,
        second=second,
    )


def likelier(first: float, second: float) -> tuple[float, float]:
    """The limits of a `LabelInterval` under which no row is told to be of the class that its probability calls the less
    likely; given those that only keep the coverage of each class.

    Where one class is rare, rows of the common one that look least like it may still look more like it than not. Both
    limits are moved only so that fewer rows are decided: no class loses coverage.
    """
    if first + second < 1.0:  # between them a row is strange to both classes
        return min(first, BELOW_EVEN), min(second, EVEN)
    return max(first, EVEN), max(second, EVEN)


def mondrian(
    scores: Array, subgroups: Labels, groups: Labels, *, coverage: float = 0.9
) -> dict[str, float | None]:
    """The quantile each subgroup would need for itself (Vovk 2012), None where it has too few groups."""
    found: dict[str, float | None] = {}
    for name in np.unique(subgroups):
        mine = subgroups == name
        try:
            weighing = weigh(scores[mine], groups[mine], guaranteed=False)
            found[str(name)] = quantile(scores[mine], weighing, coverage, guaranteed=False)
        except MonitoringError:
            found[str(name)] = None
    return found


def _class_limit(scores: Array, groups: Labels, coverage: float) -> float:
    try:
        limit = quantile(scores, weigh(scores, groups, guaranteed=True), coverage, guaranteed=True)
    except MonitoringError:
        return 1.0
    return min(1.0, limit)
