"""Scores that come in groups (donors, batches): what they weigh, and the quantile that keeps its coverage.

Rows of one donor resemble each other, so rows are not exchangeable with a row of a donor to come; whole groups are.
Each group weighs the same, its rows share its weight, and a mass stands for the group to come. With a mass of
1 / (K + 1) for K groups the coverage of a new group is guaranteed (Lee, Barber & Willett 2023, hierarchical conformal
prediction; compare Dunn, Wasserman & Ramdas 2023). That is too wide where groups hardly differ: a mass of
1 / (effective number + 1) with the design effect of the scores' ranks (Kish 1965) is close to nominal, without proof.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen.arrays import Array

Labels = NDArray[Any]


class Weighing(NamedTuple):
    """The `weights` (n,) of rows, summing to 1 less the mass of the group to come; `groups` in number."""

    weights: Array
    groups: int


def attainable(groups: int) -> float:
    """The highest coverage that so many groups can give: a quantile beyond the largest score is unknown."""
    return groups / (groups + 1.0)


def weigh(scores: Array, groups: Labels, *, guaranteed: bool) -> Weighing:
    """The weights of `scores` (n,) in `groups` (n,), with the mass that guarantees or the effective one."""
    if len(scores) != len(groups) or not len(scores):
        raise MonitoringError("as many groups as scores are wanted", where="calibration")
    if not np.isfinite(scores).all():
        raise MonitoringError("a held-out prediction or its truth is not finite", where="calibration")
    _, member, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    count = len(sizes)
    number = float(count) if guaranteed else effective_number(scores, groups)
    mass = 1.0 / (number + 1.0)
    return Weighing((1.0 - mass) / (count * sizes[member].astype(np.float64)), count)


def effective_number(scores: Array, groups: Labels) -> float:
    """How many independent rows the rows are worth: n over the design effect, between K groups and n rows.

    The intraclass correlation is that of the ranks, by analysis of variance (Donner 1986).
    """
    _, member, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    n, count = len(scores), len(sizes)
    if count in {n, 1}:
        return float(count)
    ranks = _ranks(scores)
    means = np.bincount(member, ranks) / sizes
    between = np.sum(sizes * (means - ranks.mean()) ** 2) / (count - 1)
    within = np.sum((ranks - means[member]) ** 2) / (n - count)
    size = (n - np.sum(sizes**2) / n) / (count - 1)
    whole = between + (size - 1.0) * within
    correlation = min(1.0, max(0.0, (between - within) / whole)) if whole > 0.0 else 1.0
    return max(float(count), n / (1.0 + (n / count - 1.0) * correlation))


def _ranks(scores: Array) -> Array:
    """Ranks (n,) from 0.5 on, equal scores sharing the middle of theirs."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle: Array = np.cumsum(counts) - counts / 2.0
    return middle[place]


def quantile(scores: Array, weighing: Weighing, coverage: float, *, guaranteed: bool) -> float:
    """The weighted quantile of `scores` at `coverage`; between two scores unless the coverage is to be guaranteed.

    Raises `MonitoringError` when so few groups cannot give that coverage.
    """
    order = np.argsort(scores, kind="stable")
    reached = np.cumsum(weighing.weights[order])
    if coverage > reached[-1] + 1e-12:
        raise MonitoringError(
            f"{weighing.groups} groups cannot give a coverage of {coverage:g}",
            where="calibration",
            mend=f"ask for at most {reached[-1]:.3f}, or give more groups",
        )
    ordered = scores[order]
    if guaranteed:
        return float(ordered[np.argmax(reached >= coverage - 1e-12)])
    return float(np.interp(coverage, reached, ordered))
