"""Partial least squares regression: rows and targets in; predictions, scores and distances out."""

from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, RegressorMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent.estimator import Latent, component_count, refusing
from homeostat.monitoring.latent.kernel import Components, kernel_pls
from homeostat.monitoring.latent.missing import Plane
from homeostat.monitoring.latent.scaling import Scaling, learn
from homeostat.monitoring.latent.statistics import vip


class PLS(ClassNamePrefixFeaturesOutMixin, TransformerMixin, RegressorMixin, Latent):
    """PLS1 and PLS2 by the improved kernel algorithm 1 (Dayal & MacGregor 1997).

    One fit serves every component count up to `n_components`: see `predict_sizes`. NaN in X is a missing value; a
    constant column has no influence. `scale` divides the columns of X and y by their standard deviation.

    Learned: `n_components_` (fewer than asked for when X or y hold no more), `x_weights_` W, `x_loadings_` P,
    `x_rotations_` R (p, a), `y_loadings_` Q (m, a), `x_scores_` T, `y_scores_` U (n, a), `scaling_` and `y_scaling_`,
    `plane_`, `coef_` (m, p) and `intercept_` (m,) in the columns' own units.
    """

    def __init__(self, n_components: int = 2, *, scale: bool = True) -> None:
        self.n_components = n_components
        self.scale = scale

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from rows `X` (n, p), n >= 2, and their targets `y` (n,) or (n, m). Raises LatentError."""
        with refusing():
            x, targets = validate_data(
                self,
                X,
                y,
                dtype=np.float64,
                ensure_all_finite=False,
                ensure_min_samples=2,
                multi_output=True,
                y_numeric=True,
            )
        self.one_target_ = targets.ndim == 1
        targets = np.asarray(targets, np.float64).reshape(len(x), -1)
        wanted = component_count(self.n_components)
        x, scaling = self._learn_scaling(np.asarray(x, np.float64), scale=self.scale, count=wanted)
        self.y_scaling_, _ = learn(targets, scale=self.scale)
        zy = self.y_scaling_.apply(targets)
        self._keep(zy, kernel_pls(x, zy, min(wanted, len(x) - 1, x.shape[1]), scaling), scaling)
        return self

    def _keep(self, zy: Array, found: Components, scaling: Scaling) -> None:
        self.n_components_ = found.scores.shape[1]
        self.x_weights_, self.x_loadings_, self.x_rotations_ = found.weights, found.loadings, found.rotations
        self.y_loadings_, self.x_scores_ = found.y_loadings, found.scores
        self.y_scores_ = _y_scores(zy, found)
        variance = np.sum(found.scores**2, axis=0) / (len(zy) - 1)
        lost = np.maximum((scaling.deviation / scaling.scale) ** 2 - found.loadings**2 @ variance, 0.0)
        self.plane_ = Plane(found.rotations, found.loadings, variance, lost)
        self.coef_ = self.coefficients(self.n_components_)
        self.intercept_ = self.y_scaling_.mean - self.coef_ @ self.scaling_.mean

    def coefficients(self, size: int) -> Array:
        """Coefficients (m, p) of the first `size` components, in the units of X and y; all when there are fewer."""
        scaled = self.y_loadings_[:, :size] @ self.x_rotations_[:, :size].T
        return np.asarray(scaled * self.y_scaling_.scale[:, None] / self.scaling_.scale, np.float64)

    def transform(self, X: Any) -> Array:
        """The scores (n, a) of rows `X` (n, p)."""
        return self._scores(self._scaled(X))

    def predict(self, X: Any) -> Array:
        """The targets (n,) or (n, m), as `y` was, of rows `X` (n, p), from all components."""
        return self._targets(self.transform(X) @ self.y_loadings_.T)

    def predict_sizes(self, X: Any) -> Array:
        """Predictions with 1, 2, ... `n_components` components: (sizes, n) or (sizes, n, m).

        Beyond `n_components_`, where there was nothing more to learn, the last prediction is repeated.
        """
        parts = self.transform(X).T[:, :, None] * self.y_loadings_.T[:, None, :]
        sizes = np.cumsum(parts, axis=0)
        missing = component_count(self.n_components) - len(sizes)
        last = sizes[-1:] if len(sizes) else np.zeros((1, *parts.shape[1:]))
        return self._targets(np.concatenate([sizes, np.repeat(last, missing, axis=0)]))

    def vip(self) -> Array:
        """Variable importance in projection (p,) of each column; above 1 is more than the average."""
        check_is_fitted(self)
        return vip(self.x_weights_, self.y_loadings_, self.x_scores_)

    def _targets(self, scaled: Array) -> Array:
        targets = self.y_scaling_.undo(scaled)
        return targets[..., 0] if self.one_target_ else targets

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _y_scores(zy: Array, found: Components) -> Array:
    """U (n, a): what is left of Y before each component, projected on that component's Y loading."""
    left, scores = zy, np.empty_like(found.scores)
    for number, (loading, score) in enumerate(zip(found.y_loadings.T, found.scores.T, strict=True)):
        scores[:, number] = left @ loading / (loading @ loading)
        left = left - np.outer(score, loading)
    return scores
