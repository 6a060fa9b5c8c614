"""Missing values (NaN) in latent-variable models: scores of incomplete rows, and filling of a training table.

Both regress on *trimmed scores*, those made of the observed columns alone (F. Arteaga & A. Ferrer, Journal of
Chemometrics 16 (2002) 408-418). The covariances it takes are those of the model: T'X/(n-1) is exact, and residuals are
taken to be uncorrelated between columns. A complete row gets its ordinary scores.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent.decomposition import leading

Mask = NDArray[np.bool_]
Places = NDArray[np.intp]

_TOLERANCE = 1e-8
_ROUNDS = 500


@dataclass(frozen=True)
class Plane:
    """What estimating scores takes: R, P (p, a), score variance (a,) and residual variance by column (p,)."""

    rotations: Array
    loadings: Array
    variance: Array
    residual: Array

    def scores(self, z: Array) -> Array:
        """Scores (n, a) of scaled rows `z` (n, p), some of which have gaps."""
        scores = np.where(np.isnan(z), 0.0, z) @ self.rotations
        for pattern, rows in patterns(z):
            scores[rows] = scores[rows] @ self._map(pattern).T
        return np.asarray(scores, np.float64)

    def _map(self, missing: Mask) -> Array:
        """The matrix (a, a) from trimmed scores to scores: cov(t, trimmed) cov(trimmed)^-1."""
        r, p = self.rotations[~missing], self.loadings[~missing]
        seen = (r.T @ p) * self.variance
        lost = self.rotations[missing]
        noise = lost.T @ (self.residual[missing, None] * lost)
        return np.asarray(np.linalg.lstsq(seen @ (r.T @ p).T + noise, seen, rcond=1e-12)[0].T, np.float64)


def patterns(z: Array) -> Iterator[tuple[Mask, Places]]:
    """Each distinct pattern of gaps in `z` (n, p), as the columns missing (p,) and the places of its rows (k,)."""
    gaps = np.isnan(z)
    incomplete = np.flatnonzero(gaps.any(axis=1))
    if not incomplete.size:
        return
    distinct, which = np.unique(gaps[incomplete], axis=0, return_inverse=True)
    for number, pattern in enumerate(distinct):
        yield pattern, incomplete[which.reshape(-1) == number]


def fill(z: Array, count: int) -> tuple[Array, Array]:
    """Scaled rows `z` (n, p) with their gaps filled and centred anew, and the shift (p,) of the means.

    Trimmed-score regression from a model of `count` components, repeated until the values stand still (A.
    Folch-Fortuny, F. Arteaga & A. Ferrer, Chemometrics and Intelligent Laboratory Systems 146 (2015) 77-88).
    """
    gaps = np.isnan(z)
    filled = np.where(gaps, 0.0, z)
    found = list(patterns(z))
    for _ in range(_ROUNDS):
        mean = filled.mean(axis=0)
        centred = filled - mean
        loadings = leading(centred, count).loadings
        before = filled[gaps]
        for pattern, rows in found:
            filled[np.ix_(rows, pattern)] = mean[pattern] + _regressed(centred, loadings, pattern, rows)
        change = filled[gaps] - before
        if float(change @ change) <= _TOLERANCE**2 * max(float(before @ before), 1.0):
            break
    mean = filled.mean(axis=0)
    return filled - mean, mean


def _regressed(centred: Array, loadings: Array, missing: Mask, rows: Places) -> Array:
    """The missing columns of `rows`, regressed on the trimmed scores over all rows."""
    trimmed = centred[:, ~missing] @ loadings[~missing]
    slope = np.linalg.lstsq(trimmed, centred[:, missing], rcond=1e-10)[0]
    return np.asarray(trimmed[rows] @ slope, np.float64)
