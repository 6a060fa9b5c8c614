"""Scores of a batch some of whose values are missing: the same regression on the trimmed scores that there are.

A missing value adds nothing to the trimmed scores, to x'x or to P'P. The covariance of the trimmed scores is G L G,
which is exact for what is left, and that of the residuals, for which the complete batches' is taken: some more noise
than there is, so that scores are drawn to the mean rather than exaggerated. Without gaps it is the covariance learned.
"""

from typing import NamedTuple

from homeostat.monitoring.batches.operators import inverse, product, score_map
from homeostat.monitoring.frozen import Array


class Remaining(NamedTuple):
    """Matrices (A, A) of what was measured: `gram` G, `to_scores` L G M⁻¹ and `precision` M⁻¹."""

    gram: Array
    to_scores: Array
    precision: Array


def remaining(gram: Array, trimmed: Array, variance: Array, lost: Array) -> Remaining:
    """The matrices after values with P'P of `lost` (A, A) were missing; `gram`, `trimmed` are of complete batches."""
    left = gram - lost
    noise = trimmed - _signal(gram, variance)
    precision = inverse(noise + _signal(left, variance))
    return Remaining(left, score_map(variance, left, precision), precision)


def _signal(gram: Array, variance: Array) -> Array:
    return product(gram * variance, gram)
