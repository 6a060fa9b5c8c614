"""Dynamic PCA: PCA of windows, so that a change in how variables follow each other is seen as well."""

from typing import Any

import numpy as np

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent.pca import PCA
from homeostat.monitoring.latent.windows import by_variable, windows


class DPCA(PCA):
    """PCA of the current reading and the `lags` before it (W. Ku, R. H. Storer & C. Georgakis 1995).

    Rows are windows, which `windows` makes of a time series; so each row is judged for itself, as scikit-learn's
    contract wants it. Source: Chemometrics and Intelligent Laboratory Systems 30 (1995) 179-196.
    """

    def __init__(self, n_components: int = 2, *, lags: int = 2, scale: bool = True) -> None:
        super().__init__(n_components, scale=scale)
        self.lags = lags

    def windows(self, series: Any) -> Array:
        """The rows (n - lags, p * (lags + 1)) to learn from or to judge, of a time series (n, p)."""
        return windows(np.asarray(series, np.float64), self.lags + 1)

    def by_variable(self, contributions: Array) -> Array:
        """Contributions (n, p * (lags + 1)) added up over the lags for each of the p variables."""
        return by_variable(contributions, self.lags + 1)
