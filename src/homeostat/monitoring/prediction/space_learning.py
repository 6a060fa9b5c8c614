"""Learning an input space: components from all rows, limits from rows held out by whole groups.

Limits from the training rows themselves would flag far more than they say: nominal 1 % gave 5 to 6 % false alarms.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import gammaincinv

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen.arrays import Array
from homeostat.monitoring.prediction.grouped import Labels, quantile, weigh
from homeostat.monitoring.prediction.space import InputSpace, Limits

FOLDS = 10
EXPLAINED = 0.9
MOST_COMPONENTS = 10
_TINY = 1e-9
"""What rounding leaves of a squared residual in each autoscaled column."""


class _Plane(NamedTuple):
    mean: Array
    deviation: Array
    loadings: Array
    variance: Array


def learn_space(
    x: Array,
    groups: Labels,
    *,
    components: int | None = None,
    level: float = 0.99,
    warning: float = 0.95,
    after: int = 0,
) -> InputSpace:
    """The input space of rows `x` (n, p), as they are after `after` steps of the package, NaN where missing.

    `components` are as many as explain 90 % of the variance, ten at most, unless given. `level` and `warning` are the
    shares of rows of a new group within the limits. With too few groups for a level, its limit is the largest
    held-out distance or, if greater, the quantile of the scaled chi-square with their mean and variance (Box 1954;
    Nomikos & MacGregor 1995). Raises `MonitoringError` for fewer than three rows or infinite values.
    """
    if len(x) < 3 or len(groups) != len(x) or not x.shape[1]:
        raise MonitoringError("an input space needs three rows with at least one column", where="input space")
    if np.isinf(x).any():
        raise MonitoringError("a value is infinite", where="input space")
    names, member = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        member = np.arange(len(x))
    plane = _plane(x, components)
    t2, spe = _held_out(x, member, plane.loadings.shape[1])
    limits = [
        Limits(_limit(t2, member, at), max(_limit(spe, member, at), _TINY * x.shape[1]), at)
        for at in (warning, level)
    ]
    return InputSpace(**plane._asdict(), warning=limits[0], limit=limits[1], rows=len(x), after=after)


def _held_out(x: Array, member: Labels, count: int) -> tuple[Array, Array]:
    t2, spe = np.zeros(len(x)), np.zeros(len(x))
    folds = min(FOLDS, int(member.max()) + 1)
    for fold in range(folds):
        out = member % folds == fold
        plane = _plane(x[~out], count)
        z = _scaled(x[out], plane)
        scores = z @ plane.loadings
        t2[out] = np.sum(scores**2 / plane.variance, axis=1)
        spe[out] = np.sum((z - scores @ plane.loadings.T) ** 2, axis=1)
    return t2, spe


def _plane(x: Array, components: int | None) -> _Plane:
    known = ~np.isnan(x)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, x, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, (x - mean) ** 2, 0.0).sum(axis=0) / np.maximum(count - 1, 1))
    deviation = np.where(spread > 1e-12 * np.maximum(np.abs(mean), 1e-300), spread, 1.0)
    z = np.where(known, (x - mean) / deviation, 0.0)
    _, singular, right = np.linalg.svd(z, full_matrices=False)
    variance = singular**2 / max(len(x) - 1, 1)
    real = max(1, int(np.sum(variance > 1e-10 * max(variance[0], 1e-300))))
    chosen = min(components or _explaining(variance), real, max(1, (len(x) - 1) // 2))
    return _Plane(mean, deviation, right[:chosen].T, np.maximum(variance[:chosen], 1e-12))


def _explaining(variance: Array) -> int:
    shares = np.cumsum(variance) / max(float(variance.sum()), 1e-300)
    return min(int(np.searchsorted(shares, EXPLAINED)) + 1, MOST_COMPONENTS)


def _scaled(x: Array, plane: _Plane) -> Array:
    return np.where(np.isnan(x), 0.0, (x - plane.mean) / plane.deviation)


def _limit(distances: Array, member: Labels, level: float) -> float:
    try:
        weighing = weigh(distances, member, guaranteed=False)
        return quantile(distances, weighing, level, guaranteed=False)
    except MonitoringError:
        return max(float(distances.max()), _matched(distances, level))


def _matched(distances: Array, level: float) -> float:
    """The quantile of g chi-square(h) with the mean and variance of `distances`: g = v / 2m, h = 2 m^2 / v."""
    mean, variance = float(distances.mean()), float(distances.var(ddof=1))
    if mean <= 0.0 or variance <= 0.0:
        return mean
    return variance / (2.0 * mean) * 2.0 * float(gammaincinv(mean * mean / variance, level))
