"""What all latent-variable estimators share: checked input, scaling, scores, statistics and contributions.

They keep scikit-learn's contract (`check_estimator` passes): constructors only store, `fit` learns attributes that end
in an underscore, rows in and rows out as plain arrays. What cannot be used raises `LatentError`, which is both a
MonitoringError and the ValueError that the contract asks for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent.errors import LatentError
from homeostat.monitoring.latent.missing import Plane, fill
from homeostat.monitoring.latent.scaling import Scaling, learn, neutral
from homeostat.monitoring.latent.statistics import hotelling_t2, squared_error, t2_contributions


@contextmanager
def refusing() -> Iterator[None]:
    """Turn scikit-learn's ValueError about a table into LatentError with the same words."""
    try:
        yield
    except ValueError as error:
        raise LatentError(str(error)) from error


def component_count(asked: int) -> int:
    """The number of components asked for. Raises LatentError unless it is a whole number of at least 1."""
    if isinstance(asked, bool) or not isinstance(asked, Integral) or asked < 1:
        raise LatentError(f"{asked!r} is no number of components", mend="ask for 1 or more")
    return int(asked)


class Latent(BaseEstimator):
    """Base of the estimators that project scaled rows on a plane; `plane_` and `scaling_` are what `fit` must set."""

    n_components: int
    n_components_: int
    n_features_in_: int
    plane_: Plane
    scaling_: Scaling

    @property
    def _n_features_out(self) -> int:
        return self.n_components_

    def t2(self, X: Any) -> Array:
        """Hotelling's T² (n,) of each row of `X` (n, p)."""
        return hotelling_t2(self._scores(self._scaled(X)), self.plane_.variance)

    def spe(self, X: Any) -> Array:
        """The squared prediction error (n,) of each row of `X` (n, p), in scaled units."""
        return squared_error(self._residuals(self._scaled(X)))

    def t2_contributions(self, X: Any) -> Array:
        """What each column adds to T², (n, p): complete decomposition, no part is negative and rows sum to T².

        A missing value stands at what the model expects there.
        """
        z = self._completed(self._scaled(X))
        return t2_contributions(z, self.plane_.rotations, self.plane_.variance)

    def spe_contributions(self, X: Any) -> Array:
        """What each column adds to SPE, (n, p), in the sign of its residual: absolute values sum to SPE."""
        residuals = self._residuals(self._scaled(X))
        return np.where(np.isnan(residuals), 0.0, np.sign(residuals) * residuals**2)

    def _learn_scaling(self, x: Array, *, scale: bool, count: int) -> tuple[Array, Scaling]:
        """Learn `scaling_` from rows `x` (n, p); gives complete rows to learn from, and what scales those.

        Where values are missing the rows given are already scaled, and filled from `count` components.
        """
        self.scaling_, gaps = self._scaling_of(x, scale=scale)
        if not gaps:
            return x, self.scaling_
        z, shift = fill(self.scaling_.apply(x), count)
        mean = self.scaling_.mean + shift * self.scaling_.scale
        self.scaling_ = replace(self.scaling_, mean=mean)
        return z, neutral(z)

    def _scaling_of(self, x: Array, *, scale: bool) -> tuple[Scaling, bool]:
        return learn(x, scale=scale)

    def _learning_rows(self, X: Any) -> Array:
        """Rows (n, p) to learn from, n >= 2; whether they are finite is left to scaling. Raises LatentError."""
        with refusing():
            checked = validate_data(self, X, dtype=np.float64, ensure_all_finite=False, ensure_min_samples=2)
        return np.asarray(checked, np.float64)

    def _rows(self, X: Any) -> Array:
        """Rows (n, p) as doubles, NaN allowed. Raises LatentError for wrong shapes and infinite values."""
        check_is_fitted(self)
        with refusing():
            checked = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        return np.asarray(checked, np.float64)

    def _scaled(self, X: Any) -> Array:
        rows = self._rows(X)
        return self.scaling_.apply(rows)

    def _scores(self, z: Array) -> Array:
        return self.plane_.scores(z)

    def _residuals(self, z: Array) -> Array:
        return np.asarray(z - self._scores(z) @ self.plane_.loadings.T, np.float64)

    def _completed(self, z: Array) -> Array:
        return np.where(np.isnan(z), self._scores(z) @ self.plane_.loadings.T, z)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
