"""Few groups: what they can promise, and the interval of a row of a new group where that is less than is asked for.

K groups of unknown errors can promise no more than K / (K + 1): beyond the largest error nothing is known. What lies
there has to be assumed: here, that errors are those of a one-way random-effects model, a normal effect of the group
plus a normal deviation of the row. The half width is a t quantile times the root of their summed variances (prediction
intervals of random effects: Higgins, Thompson & Spiegelhalter 2009; of linear mixed models: Francq, Lin & Hoyer 2019),
its degrees of freedom those of Satterthwaite 1946, groups of unequal size weighed alike (unweighted means: Thomas &
Hultquist 1978). Held-out errors count from 0, and one degree of freedom less than there are groups: the models that
told them share all groups but one.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen.arrays import Array
from homeostat.monitoring.prediction.grouped import Labels, attainable


class Effects(NamedTuple):
    """The variance of a new row's error in a new group, and the degrees of freedom that the estimate is worth."""

    variance: float
    freedom: float


def too_few(groups: int, coverage: float) -> bool:
    """Whether so many groups cannot promise the coverage, whatever the errors look like."""
    return coverage > attainable(groups) + 1e-12


def effects(errors: Array, groups: Labels) -> Effects:
    """The random effects behind `errors` (n,) of rows that were held out with their whole group.

    Raises `MonitoringError` for fewer than two groups, or errors that are not finite.
    """
    if len(errors) != len(groups):
        raise MonitoringError("as many groups as scores are wanted", where="calibration")
    if not np.isfinite(errors).all():
        raise MonitoringError("a held-out prediction or its truth is not finite", where="calibration")
    _, member, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    count, rows = len(sizes), len(errors)
    if count < 2:
        raise MonitoringError(
            "one group tells nothing of the next", where="calibration", mend="bring rows of more groups"
        )
    means = np.bincount(member, errors) / sizes
    within = float(np.sum((errors - means[member]) ** 2)) / max(rows - count, 1)
    between = float(np.mean(means**2))
    rest = within * (1.0 - float(np.mean(1.0 / sizes)))
    whole = between + rest
    if whole <= 0.0:
        return Effects(0.0, count - 1.0)
    lost = between**2 / (count - 1.0) + rest**2 / max(rows - count, 1)
    return Effects(whole, whole**2 / lost)


def reach(found: Effects, share: float) -> float:
    """The error that a new row of a new group stays below with probability `share`."""
    return float(stdtrit(found.freedom, share)) * float(np.sqrt(found.variance))


def promised(inside: Labels, groups: Labels) -> float:
    """What the groups promise of an interval that held the rows `inside` (n,) true, whatever their errors look like.

    Each group weighs 1 / (K + 1), its rows share that, and the group to come is taken to lie outside (hierarchical
    conformal prediction, Lee, Barber & Willett 2023, read backwards: from the interval to its level).
    """
    _, member, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    shares = np.bincount(member, inside.astype(np.float64)) / sizes
    return float(shares.sum()) / (len(sizes) + 1.0)
