"""How often intervals held the truth, over all rows and in every subgroup, with its own uncertainty."""

from typing import NamedTuple

import numpy as np
from scipy.special import betaincinv

from homeostat.monitoring.frozen.arrays import Array
from homeostat.monitoring.prediction.grouped import Labels


class Covered(NamedTuple):
    """The `share` of `rows` whose truth lay within the interval, and its 95 % confidence interval."""

    rows: int
    share: float
    low: float
    high: float


def covered(low: Array, high: Array, truth: Array) -> Covered:
    """The share (Clopper & Pearson 1934) of rows (n,) with `truth` from `low` to `high`; n > 0."""
    inside = int(np.sum((truth >= low) & (truth <= high)))
    return Covered(len(truth), inside / len(truth), *share_interval(inside, len(truth)))


def coverage_by(subgroups: Labels, low: Array, high: Array, truth: Array) -> dict[str, Covered]:
    """The share in each of the `subgroups` (n,), by name."""
    places = {str(name): subgroups == name for name in np.unique(subgroups)}
    return {name: covered(low[rows], high[rows], truth[rows]) for name, rows in places.items()}


def share_interval(count: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """The exact confidence interval of a share: `count` of `of` (Clopper & Pearson 1934)."""
    tail = (1.0 - level) / 2.0
    low = float(betaincinv(count, of - count + 1, tail)) if count else 0.0
    high = float(betaincinv(count + 1, of - count, 1.0 - tail)) if count < of else 1.0
    return low, high
