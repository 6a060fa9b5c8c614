"""Sums of products whose bits do not depend on the machine: elementwise products, numpy's own pairwise sum.

BLAS may change the order of a sum with the processor, `np.add.reduce` along contiguous rows never does.
"""

import numpy as np

from homeostat.monitoring.frozen import Array


def total(rows: Array) -> Array:
    """The sum (n,) of each row of `rows` (n, p)."""
    return np.asarray(np.add.reduce(np.ascontiguousarray(rows), axis=1))


def products(x: Array, weights: Array) -> Array:
    """The products (n, k) of each row of `x` (n, p) with each row of `weights` (k, p)."""
    sums = [total(x * weight) for weight in weights]
    return np.stack(sums, axis=1) if sums else np.zeros((len(x), 0))


def spanned(factors: Array, vectors: Array) -> Array:
    """The sums (n, p) of `vectors` (k, p), each row with its `factors` (n, k), added in their order."""
    summed = np.zeros((len(factors), vectors.shape[1]))
    for factor, vector in zip(factors.T, vectors, strict=True):
        summed += factor[:, None] * vector
    return summed
