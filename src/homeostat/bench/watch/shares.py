"""Confidence intervals of shares: successes out of trials in, low and high out."""

from math import sqrt

Z = 1.959963984540054
"""Of the standard normal distribution at 97.5 %."""


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    share = successes / trials
    middle = share + Z * Z / (2.0 * trials)
    half = Z * sqrt(share * (1.0 - share) / trials + Z * Z / (4.0 * trials * trials))
    whole = 1.0 + Z * Z / trials
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)
