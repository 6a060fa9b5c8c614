"""How probable it is that normal quantities lie within one specification."""

from collections.abc import Sequence

import numpy as np

from homeostat.monitoring.frozen.normal import normal_cdf


def within(
    means: Sequence[float], deviations: Sequence[float], low: float | None, high: float | None
) -> list[float]:
    """The probability of each normal variable to lie in [low, high]; an end that is None does not limit it.

    Without a deviation it is 1 or 0. The same bits on every machine, and however many are asked for at once: all of
    them cost hardly more than one.
    """
    pairs = list(zip(means, deviations, strict=True))
    above = [1.0] * len(pairs) if low is None else _below(low, pairs)
    beyond = [0.0] * len(pairs) if high is None else _below(high, pairs)
    return [
        max(p - q, 0.0) if deviation > 0.0 else _certain(mean, low, high)
        for (mean, deviation), p, q in zip(pairs, above, beyond, strict=True)
    ]


def _certain(mean: float, low: float | None, high: float | None) -> float:
    return float((low is None or mean >= low) and (high is None or mean <= high))


def _below(end: float, pairs: Sequence[tuple[float, float]]) -> list[float]:
    """The share of each variable that lies on the far side of `end`; of one without a deviation it means nothing."""
    z = [(mean - end) / deviation if deviation > 0.0 else 0.0 for mean, deviation in pairs]
    return normal_cdf(np.array(z)).tolist()  # type: ignore[no-any-return]
