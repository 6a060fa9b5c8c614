"""Principal component analysis: rows in; scores, distances from the model and their parametric limits out."""

from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent import limits
from homeostat.monitoring.latent.decomposition import leading
from homeostat.monitoring.latent.estimator import Latent, component_count
from homeostat.monitoring.latent.missing import Plane


class PCA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Latent):
    """PCA with missing values (NaN), constant columns, T², SPE, contributions and limits.

    `scale` divides the columns by their standard deviation.

    Learned: `n_components_` (fewer than asked for when the rank is lower), `components_` (a, p), `explained_variance_`
    and `explained_variance_ratio_` (a,), `n_samples_`, `thetas_` (the sums of the 1st to 3rd powers of the variances
    left out), `scaling_`, `plane_`.
    """

    def __init__(self, n_components: int = 2, *, scale: bool = True) -> None:
        self.n_components = n_components
        self.scale = scale

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from rows `X` (n, p), n >= 2; `y` is not looked at. Raises LatentError."""
        return self._learn(self._learning_rows(X))

    def _learn(self, x: Array) -> Self:
        wanted = component_count(self.n_components)
        rows, scaling = self._learn_scaling(x, scale=self.scale, count=wanted)
        z = scaling.apply(rows)
        found = leading(z, wanted)
        total = float(np.sum((scaling.deviation / scaling.scale) ** 2))
        self.n_samples_ = len(z)
        self.n_components_ = len(found.variance)
        self.components_ = found.loadings.T
        self.explained_variance_ = found.variance
        self.explained_variance_ratio_ = found.variance / (total or 1.0)
        self.thetas_ = found.thetas
        modelled = found.loadings**2 @ found.variance
        lost = np.maximum((scaling.deviation / scaling.scale) ** 2 - modelled, 0.0)
        self.plane_ = Plane(found.loadings, found.loadings, found.variance, lost)
        return self

    def transform(self, X: Any) -> Array:
        """The scores (n, a) of rows `X` (n, p)."""
        return self._scores(self._scaled(X))

    def inverse_transform(self, X: Any) -> Array:
        """The rows (n, p) that the model makes of scores `X` (n, a)."""
        return self.scaling_.undo(np.asarray(X, np.float64) @ self.components_)

    def t2_limit(self, confidence: float = 0.99) -> float:
        """The parametric limit of T² at `confidence`: see `limits.t2_limit`."""
        return limits.t2_limit(self.n_samples_, self.n_components_, confidence)

    def spe_limit(self, confidence: float = 0.99) -> float:
        """The parametric limit of SPE at `confidence`: see `limits.spe_limit`."""
        return limits.spe_limit(self.thetas_, confidence)
