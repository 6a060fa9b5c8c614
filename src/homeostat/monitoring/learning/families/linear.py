"""Families that end in one coefficient a column: PLS, principal components, ridge, elastic net.

Each gives the coefficients of all its sizes from one decomposition of the centred rows.
"""

import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import enet_path

from homeostat.monitoring import latent
from homeostat.monitoring.frozen import Array, Form
from homeostat.monitoring.frozen.linear import Linear

TINY = 1e-12
PENALTIES = tuple(10.0 ** (power / 2.0) for power in range(6, -11, -1))
"""Ridge penalties from the strongest, in units of the columns' mean sum of squares."""
SHARES = tuple(10.0 ** (-place / 8.0) for place in range(1, 21))
"""Penalties of the elastic net, in units of the one that leaves no column in."""


class LinearFamily(ABC):
    """A family whose models are `mean of y + coefficients times (x less its mean)`."""

    @abstractmethod
    def coefficients(self, x: Array, y: Array) -> Array:
        """Coefficients (sizes, p) for centred `x` (n, p) and `y` (n,)."""

    def path(self, x: Array, y: Array, new: Array) -> Array:
        """Predictions (sizes, m) for rows `new` (m, p)."""
        center, level = x.mean(axis=0), y.mean()
        return np.asarray(level + self.coefficients(x - center, y - level) @ (new - center).T, np.float64)

    def freeze(self, x: Array, y: Array, size: int) -> Form:
        """The linear form of one size."""
        center, level = x.mean(axis=0), float(y.mean())
        found = self.coefficients(x - center, y - level)[size]
        return Linear(coefficients=found, center=center, intercept=level)


@dataclass(frozen=True)
class PLS(LinearFamily):
    """Partial least squares with 1 to `most` components."""

    most: int
    name: str = "PLS"

    @property
    def sizes(self) -> tuple[str, ...]:
        """Numbers of components."""
        return _components(self.most)

    def coefficients(self, x: Array, y: Array) -> Array:
        """Of all component counts; beyond what the rows hold, the last are repeated."""
        count = min(self.most, len(x) - 1, x.shape[1])
        found = latent.PLS(count, scale=False).fit(x, y)
        return _filled(np.cumsum(found.x_rotations_ * found.y_loadings_[0], axis=1).T, self.most)


@dataclass(frozen=True)
class PCR(LinearFamily):
    """Regression on 1 to `most` principal components."""

    most: int
    name: str = "principal components"

    @property
    def sizes(self) -> tuple[str, ...]:
        """Numbers of components."""
        return _components(self.most)

    def coefficients(self, x: Array, y: Array) -> Array:
        """Of all component counts."""
        u, s, vt = np.linalg.svd(x, full_matrices=False)
        kept = min(self.most, int(np.sum(s > TINY * s[0])) if len(s) else 0)
        return _filled(np.cumsum((u[:, :kept].T @ y / s[:kept])[:, None] * vt[:kept], axis=0), self.most)


@dataclass(frozen=True)
class Ridge(LinearFamily):
    """Ridge regression (Hoerl & Kennard 1970) over `PENALTIES`."""

    name: str = "ridge"

    @property
    def sizes(self) -> tuple[str, ...]:
        """Penalties, from the strongest."""
        return tuple(f"penalty {penalty:.2g}" for penalty in PENALTIES)

    def coefficients(self, x: Array, y: Array) -> Array:
        """Of all penalties."""
        unit = max(float(np.sum(x * x)) / x.shape[1], TINY)
        penalties = unit * np.array(PENALTIES)[:, None]
        if len(x) > x.shape[1]:
            values, vectors = np.linalg.eigh(x.T @ x)
            along = vectors.T @ (x.T @ y)
            return np.asarray((along / (np.maximum(values, 0.0) + penalties)) @ vectors.T, np.float64)
        values, vectors = np.linalg.eigh(x @ x.T)
        weights = (vectors.T @ y / (np.maximum(values, 0.0) + penalties)) @ vectors.T
        return np.asarray(weights @ x, np.float64)


@dataclass(frozen=True)
class ElasticNet(LinearFamily):
    """Elastic net (Zou & Hastie 2005) with `share` of lasso, over `SHARES`."""

    share: float = 0.5
    name: str = "elastic net"

    @property
    def sizes(self) -> tuple[str, ...]:
        """Penalties, from the strongest."""
        return tuple(f"penalty {share:.2g}" for share in SHARES)

    def coefficients(self, x: Array, y: Array) -> Array:
        """Of all penalties."""
        top = float(np.abs(x.T @ y).max()) / (len(x) * self.share)
        if top <= 0.0:
            return np.zeros((len(SHARES), x.shape[1]))
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", ConvergenceWarning
            )  # the weakest penalties lose in the comparison anyway
            _, found, _ = enet_path(
                x, y, l1_ratio=self.share, alphas=[top * share for share in SHARES], max_iter=300, tol=1e-3
            )
        return np.asarray(found.T, np.float64)


def _components(most: int) -> tuple[str, ...]:
    return ("1 component", *(f"{count} components" for count in range(2, most + 1)))


def _filled(found: Array, count: int) -> Array:
    """Rows repeated up to `count`; zeros where there is none."""
    last = found[-1:] if len(found) else np.zeros((1, found.shape[1]))
    return np.concatenate([found, np.repeat(last, count - len(found), axis=0)])
