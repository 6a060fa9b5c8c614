"""Limits of monitoring statistics, and how often they are passed.

    model         -> parametric limit: right when rows are independent, normal and many; too tight otherwise
    held-out rows -> limit from their quantile, with the rate measured on rows that did not set it

On Tennessee Eastman's normal operation a parametric 1 % limit was passed by 5 to 6 % of samples; hence `held_out`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent.errors import LatentError


@dataclass(frozen=True)
class Rate:
    """`count` of `total` rows, as a `rate` within the 95 % interval `low` to `high`."""

    count: int
    total: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class HeldOut:
    """A limit from held-out rows at `confidence`, and the rate at which held-out rows that did not set it pass it."""

    limit: float
    confidence: float
    rate: Rate


def t2_limit(rows: int, components: int, confidence: float) -> float:
    """The limit of T² for a new row: a(n²-1)/(n(n-a)) F(a, n-a), with n `rows` learned from and a `components`.

    Source: N. D. Tracy, J. C. Young & R. L. Mason, Journal of Quality Technology 24 (1992) 88-95.
    """
    if components == 0:
        return 0.0
    if components >= rows:
        raise LatentError(
            f"{rows} rows give no limit for {components} components",
            mend="learn from more rows than components",
        )
    factor = components * (rows**2 - 1) / (rows * (rows - components))
    return float(factor * stats.f.ppf(confidence, components, rows - components))


def spe_limit(thetas: Array, confidence: float) -> float:
    """The limit of SPE from the sums (3,) of the 1st to 3rd powers of the variances that the model leaves out.

    Source: J. E. Jackson & G. S. Mudholkar, Technometrics 21 (1979) 341-349. Where nothing is left out it is 0, and
    where its exponent is not positive, Box's weighted chi-square (1954) takes its place.
    """
    first, second, third = (float(theta) for theta in thetas)
    if not (first > 0.0 and second > 0.0):
        return 0.0
    exponent = 1.0 - 2.0 * first * third / (3.0 * second**2)
    if exponent <= 0.0:
        return float(second / first * stats.chi2.ppf(confidence, first**2 / second))
    normal = float(stats.norm.ppf(confidence))
    inner = normal * np.sqrt(2.0 * second * exponent**2) / first
    inner += 1.0 + second * exponent * (exponent - 1.0) / first**2
    return float(first * max(inner, 0.0) ** (1.0 / exponent))


def quantile(values: Array, confidence: float) -> float:
    """The limit that at least a share `confidence` of new rows stays within, from held-out `values` (n,).

    The order statistic ceil((n + 1) confidence): a new row passes it with probability 1 - `confidence` at most when all
    rows are exchangeable (J. Lei et al., Journal of the American Statistical Association 113 (2018) 1094-1111). Raises
    LatentError when there are too few rows for that.
    """
    place = int(np.ceil((len(values) + 1) * confidence - 1e-9))
    if place > len(values):
        raise LatentError(
            f"{len(values)} held-out rows cannot set a limit at {confidence:.2%}",
            mend=f"hold out {int(np.ceil(confidence / (1.0 - confidence) - 1e-9))} rows or lower the confidence",
        )
    return float(np.sort(values)[place - 1])


def held_out(values: Array, confidence: float, groups: Sequence[object] | None = None) -> HeldOut:
    """The limit from all held-out `values` (n,), and the rate measured by leaving out each group (or fifth) in turn.

    `groups` (n,) says which rows belong together: batches, donors, runs. Without it, fifths in the order of rows are
    left out, so that neighbours in time stay together.
    """
    kinds = fifths(len(values)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    passed = np.zeros(len(values), np.bool_)
    for kind in range(int(kinds.max()) + 1):
        own = kinds == kind
        passed[own] = values[own] > quantile(values[~own], confidence)
    return HeldOut(quantile(values, confidence), confidence, rate(passed, kinds))


def fifths(rows: int) -> NDArray[np.int64]:
    """The numbers 0 to 4 (n,) of five runs of neighbouring rows."""
    return np.arange(rows) * 5 // max(rows, 1)


def rate(passed: ArrayLike, groups: ArrayLike | None = None) -> Rate:
    """How often `passed` (n,) is true, with its 95 % Wilson interval.

    With `groups` (n,) the interval allows for rows that resemble each other within a group: it counts as many rows as
    are worth that by the spread between groups (the design effect; L. Kish, Survey Sampling, 1965), at most all.
    """
    flags = np.asarray(passed, np.bool_)
    count, total = int(flags.sum()), len(flags)
    worth = float(total) if groups is None else total / _design_effect(flags, np.asarray(groups))
    low, high = wilson(count / total, worth)
    return Rate(count, total, count / total, low, high)


def wilson(share: float, total: float, confidence: float = 0.95) -> tuple[float, float]:
    """The interval of a `share` of `total` rows (E. B. Wilson, J. Am. Statistical Association 22 (1927) 209-212)."""
    z = float(stats.norm.ppf(0.5 + confidence / 2.0))
    centre = (share + z * z / (2.0 * total)) / (1.0 + z * z / total)
    half = z / (1.0 + z * z / total) * np.sqrt(share * (1.0 - share) / total + (z / (2.0 * total)) ** 2)
    return max(float(centre - half), 0.0), min(float(centre + half), 1.0)


def _design_effect(flags: NDArray[np.bool_], groups: NDArray[np.generic]) -> float:
    """How many times greater the variance of the rate is than of independent rows; at least 1."""
    _, kinds = np.unique(groups, return_inverse=True)
    sizes = np.bincount(kinds)
    share, count, total = float(flags.mean()), len(sizes), len(flags)
    if count < 2 or not 0.0 < share < 1.0:
        return 1.0
    excess = np.bincount(kinds, weights=flags) - share * sizes
    between = count / (count - 1) * float(np.sum(excess**2)) / total**2
    return max(between / (share * (1.0 - share) / total), 1.0)
