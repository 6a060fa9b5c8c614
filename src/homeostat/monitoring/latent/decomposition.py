"""The leading principal components of a centred table, by the cheapest exact way for its shape.

wide (n < p)    eigenvectors of the Gram matrix XX'
tall            eigenvectors of the covariance X'X
small           the singular value decomposition, which keeps the digits of the least components
"""

from dataclasses import dataclass

import numpy as np

from homeostat.monitoring.frozen import Array

_SMALL = 40_000
"""Up to this many entries the SVD costs nothing worth saving."""
_RANK = 1e-10
"""A singular value below this share of the greatest is rounding."""
_SQUARED = 1e-13
"""An eigenvalue of a product, below this share of the greatest, is rounding."""


@dataclass(frozen=True)
class Principal:
    """Unit loadings (p, a), score variance (a,), and `thetas`: sums of the 1st to 3rd powers of those left out."""

    loadings: Array
    variance: Array
    thetas: Array


def leading(x: Array, count: int) -> Principal:
    """Up to `count` principal components of centred `x` (n, p), n >= 2; fewer when its rank is lower.

    Signs are fixed: the greatest entry of each loading is positive.
    """
    singular, vectors = _by_svd(x) if x.size <= _SMALL else _by_products(x, count)
    rank = int(np.sum(singular > _RANK * singular.max(initial=0.0)))
    kept = min(count, rank)
    loadings = vectors[:, :kept]
    signs = np.sign(loadings[np.abs(loadings).argmax(axis=0), np.arange(kept)])
    variance = singular**2 / (len(x) - 1)
    thetas = np.array([np.sum(variance[kept:] ** power) for power in (1, 2, 3)])
    return Principal(loadings * signs, variance[:kept], thetas)


def _by_svd(x: Array) -> tuple[Array, Array]:
    _, singular, vectors = np.linalg.svd(x, full_matrices=False)
    return singular, vectors.T


def _by_products(x: Array, count: int) -> tuple[Array, Array]:
    """All singular values, and up to `count` loadings, from the eigenvectors of XX' or X'X, whichever is smaller."""
    wide = x.shape[0] < x.shape[1]
    values, vectors = np.linalg.eigh(x @ x.T if wide else x.T @ x)
    values, vectors = values[::-1], vectors[:, ::-1][:, :count]
    singular = np.sqrt(np.where(values > _SQUARED * values[0], values, 0.0))
    if wide:
        lengths = np.where(singular > 0.0, singular, 1.0)[:count]
        vectors = ((vectors / lengths).T @ x).T
    return singular, np.asarray(vectors, np.float64)
