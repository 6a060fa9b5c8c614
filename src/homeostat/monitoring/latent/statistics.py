"""How far a row lies from the model, and which columns put it there.

    scores (n, a)      -> T²:  distance within the plane of the model
    residuals (n, p)   -> SPE: squared distance to the plane

The complete decomposition splits either statistic, a quadratic form z'Mz, into the non-negative parts of its columns,
(M^½ z)_i² (C. F. Alcala & S. J. Qin, Journal of Process Control 21 (2011) 322-330).
"""

import numpy as np

from homeostat.monitoring.frozen import Array


def hotelling_t2(scores: Array, variance: Array) -> Array:
    """Hotelling's T² (n,) of each row of `scores` (n, a), given the score `variance` (a,)."""
    return np.asarray(np.sum(scores**2 / variance, axis=-1), np.float64)


def squared_error(residuals: Array) -> Array:
    """The squared prediction error SPE (n,) of each row of `residuals` (n, p); missing entries count as nothing."""
    return np.asarray(np.sum(np.where(np.isnan(residuals), 0.0, residuals) ** 2, axis=-1), np.float64)


def t2_contributions(z: Array, rotations: Array, variance: Array) -> Array:
    """The complete decomposition (n, p) of T² over the columns of scaled rows `z` (n, p); rows sum to T².

    T² = z'Mz with M = R diag(1/variance) R', whose square root is applied through the thin SVD of R diag(variance)^-½.
    """
    left, singular, _ = np.linalg.svd(rotations / np.sqrt(variance), full_matrices=False)
    return np.asarray((((z @ left) * singular) @ left.T) ** 2, np.float64)


def vip(weights: Array, y_loadings: Array, scores: Array) -> Array:
    """Variable importance in projection (p,) from W (p, a), Q (m, a) and T (n, a); squares average to 1.

    Source: S. Wold, E. Johansson & M. Cocchi, in H. Kubinyi (ed.), 3D QSAR in Drug Design (1993).
    """
    explained = np.sum(y_loadings**2, axis=0) * np.sum(scores**2, axis=0)
    if not explained.sum() > 0.0:
        return np.zeros(len(weights))
    unit = weights**2 / np.sum(weights**2, axis=0)
    return np.asarray(np.sqrt(len(weights) * (unit @ explained) / explained.sum()), np.float64)
