"""How probable it is that a normal quantity lies within its specification."""

import numpy as np

from homeostat.monitoring.frozen.normal import normal_cdf


def within(mean: float, deviation: float, low: float | None, high: float | None) -> float:
    """The probability that a normal variable lies in [low, high]; an end that is None does not limit it.

    Without a deviation it is 1 or 0. The same bits on every machine.
    """
    if not deviation > 0.0:
        return float((low is None or mean >= low) and (high is None or mean <= high))
    above = 1.0 if low is None else _below((mean - low) / deviation)
    beyond = 0.0 if high is None else _below((mean - high) / deviation)
    return max(above - beyond, 0.0)


def _below(z: float) -> float:
    return float(normal_cdf(np.array([z]))[0])
