"""Partial least squares by the improved kernel algorithm 1 of Dayal & MacGregor.

    X (n, p), Y (n, m) -> weights, loadings, rotations, Y loadings, scores, for all component counts at once

Only X'Y is deflated, never X: a component costs two products with X. Source: B. S. Dayal & J. F. MacGregor,
"Improved PLS algorithms", Journal of Chemometrics 11 (1997) 73-85.
"""

from dataclasses import dataclass

import numpy as np

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent.scaling import Scaling

_EXHAUSTED = 1e-12
"""X'Y is used up when no column of it is longer than this share of what it was."""


@dataclass(frozen=True)
class Components:
    """What `a` components of a PLS model are; `scores` = X @ `rotations`, X ~ `scores` @ `loadings`.T."""

    weights: Array
    """W (p, a), of unit length."""
    loadings: Array
    """P (p, a)."""
    rotations: Array
    """R (p, a)."""
    y_loadings: Array
    """Q (m, a)."""
    scores: Array
    """T (n, a), orthogonal."""


def kernel_pls(x: Array, y: Array, count: int, scaling: Scaling) -> Components:
    """Up to `count` components of `x` (n, p), scaled by `scaling`, and centred `y` (n, m).

    Fewer when the covariance of the two is used up. The products with scaled X are taken from `x` as it is, which
    saves a copy of it; constant columns get weight 0.
    """
    divisor = np.where(scaling.constant, np.inf, scaling.scale)
    covariance = (x.T @ y) / divisor[:, None]
    least = _EXHAUSTED * float(np.abs(covariance).max(initial=0.0))
    w, p, r = (np.empty((count, len(divisor))) for _ in range(3))
    q, t = np.empty((count, y.shape[1])), np.empty((count, len(x)))
    found = 0
    while found < count and float(np.abs(covariance).max(initial=0.0)) > least:
        w[found] = _weight(covariance)
        r[found] = w[found] - (p[:found] @ w[found]) @ r[:found]
        own = r[found] / divisor
        t[found] = x @ own - scaling.mean @ own
        squared = float(t[found] @ t[found])
        if found and squared <= _EXHAUSTED * float(t[0] @ t[0]):
            break
        p[found] = (t[found] @ x - t[found].sum() * scaling.mean) / divisor / squared
        q[found] = r[found] @ covariance / squared
        covariance -= squared * np.outer(p[found], q[found])
        found += 1
    return Components(w[:found].T, p[:found].T, r[:found].T, q[:found].T, t[:found].T)


def _weight(covariance: Array) -> Array:
    """The unit weight (p,): X'y itself, or its dominant left singular vector where there are several targets."""
    if covariance.shape[1] == 1:
        direction = covariance[:, 0]
    else:
        _, vectors = np.linalg.eigh(covariance.T @ covariance)
        strongest = vectors[:, -1]
        direction = covariance @ (strongest * np.sign(strongest[np.abs(strongest).argmax()]))
    return np.asarray(direction / np.sqrt(direction @ direction), np.float64)
