"""Canonical variate analysis: the past of a time series in; its states, and what they leave over, out.

    past, future -> the directions of the past that tell most about the future (states) and those that tell the least

Source: W. E. Larimore, Proc. American Control Conference (1983) 445-451; as a monitor: E. L. Russell, L. H. Chiang &
R. D. Braatz, Chemometrics and Intelligent Laboratory Systems 51 (2000) 81-93.
"""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent.estimator import component_count, refusing
from homeostat.monitoring.latent.scaling import Scaling, learn
from homeostat.monitoring.latent.statistics import t2_contributions
from homeostat.monitoring.latent.windows import by_variable, past_and_future, windows

_FLOOR = 1e-6
"""The least variance of the past that is divided by, as a share of the greatest."""


class CVA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """States of a dynamic process from windows of `lags` readings, and the statistics T² of states and of residuals.

    Rows are windows: `windows` makes them of a series to judge, `past_and_future` those to learn from.

    Learned: `scaling_`, `states_` J (p, a) and `residuals_` L (p, r), which take scaled windows to states and to
    residuals of unit variance; `correlations_` (a,), the canonical correlations; `n_components_`.
    """

    def __init__(self, n_components: int = 2, *, lags: int = 3) -> None:
        self.n_components = n_components
        self.lags = lags

    def windows(self, series: Any) -> Array:
        """The rows (n - lags + 1, p * lags) to judge, of a time series (n, p); the newest reading is within."""
        return windows(np.asarray(series, np.float64), self.lags)

    def past_and_future(self, series: Any, outputs: Any) -> tuple[Array, Array]:
        """What `fit` takes: windows of the series (n, p), and of the `outputs` (n, m) that follow each."""
        return past_and_future(np.asarray(series, np.float64), np.asarray(outputs, np.float64), self.lags)

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from the past `X` (n, p) and the future `y` (n,) or (n, m). Raises LatentError."""
        with refusing():
            past, future = validate_data(
                self, X, y, dtype=np.float64, ensure_min_samples=2, multi_output=True, y_numeric=True
            )
        future = np.asarray(future, np.float64).reshape(len(past), -1)
        self.scaling_, _ = learn(past)
        ahead, _ = learn(future)
        z, f = self.scaling_.apply(past), ahead.apply(future)
        white = _whitening(z, self.scaling_)
        shared = (f @ _whitening(f, ahead)).T @ (z @ white) / (len(z) - 1)
        _, correlations, directions = np.linalg.svd(shared, full_matrices=True)
        count = min(component_count(self.n_components), len(correlations))
        self.n_components_ = self._n_features_out = count
        self.correlations_ = correlations[:count]
        self.states_ = white @ directions[:count].T
        self.residuals_ = white @ directions[count:].T
        return self

    def transform(self, X: Any) -> Array:
        """The states (n, a) of windows `X` (n, p)."""
        return np.asarray(self._scaled(X) @ self.states_, np.float64)

    def remainder(self, X: Any) -> Array:
        """What the states leave over of windows `X` (n, p): (n, r), of unit variance where it was learned."""
        return np.asarray(self._scaled(X) @ self.residuals_, np.float64)

    def t2(self, X: Any) -> Array:
        """Hotelling's T² (n,) of the states."""
        return np.asarray(np.sum(self.transform(X) ** 2, axis=1), np.float64)

    def residual_t2(self, X: Any) -> Array:
        """Hotelling's T² (n,) of the residuals."""
        return np.asarray(np.sum(self.remainder(X) ** 2, axis=1), np.float64)

    def t2_contributions(self, X: Any) -> Array:
        """What each column of windows adds to T² of the states, (n, p): none is negative, rows sum to it."""
        return t2_contributions(self._scaled(X), self.states_, np.ones(self.n_components_))

    def residual_t2_contributions(self, X: Any) -> Array:
        """What each column of windows adds to T² of the residuals, (n, p): none is negative, rows sum to it."""
        return t2_contributions(self._scaled(X), self.residuals_, np.ones(self.residuals_.shape[1]))

    def by_variable(self, contributions: Array) -> Array:
        """Contributions (n, p * lags) added up over the lags for each of the p variables."""
        return by_variable(contributions, self.lags)

    def _scaled(self, X: Any) -> Array:
        check_is_fitted(self)
        with refusing():
            rows = validate_data(self, X, reset=False, dtype=np.float64)
        return self.scaling_.apply(rows)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        return tags


def _whitening(z: Array, scaling: Scaling) -> Array:
    """The matrix (p, k) that takes scaled rows `z` (n, p) to uncorrelated columns of unit variance.

    Constant columns have no part in it. A direction with hardly any variance, where variables depend on each other, is
    kept with the least variance that is divided by: a break of the dependence is what a monitor must see.
    """
    varies = ~scaling.constant
    values, vectors = np.linalg.eigh(z[:, varies].T @ z[:, varies] / (len(z) - 1))
    found = np.zeros((len(varies), len(values)))
    found[varies] = vectors / np.sqrt(np.maximum(values, _FLOOR * values.max(initial=0.0)))
    return found
