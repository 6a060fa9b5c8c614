"""Baselines taken away: the line through the two ends, or the polynomial that fits the whole spectrum best."""

from typing import Literal, Self

import numpy as np

from homeostat.monitoring.frozen import Array, Matrix
from homeostat.monitoring.spectra.linear import LinearStep
from homeostat.monitoring.spectra.sums import products, spanned, total


class LinearBaseline(LinearStep):
    """Less the straight line through the first and the last point (chemotools' LinearCorrection)."""

    kind: Literal["linear-baseline"] = "linear-baseline"

    def apply(self, x: Array) -> Array:
        """Spectra (n, p) whose two ends are zero."""
        first, last = x[:, :1], x[:, -1:]
        slope = (last - first) / (x.shape[1] - 1)
        levelled: Array = x - (slope * np.arange(x.shape[1]) + first)
        return levelled

    def folded(self, weights: Array, width: int) -> tuple[Array, Array]:
        """The ends carry what is taken away from all points between them."""
        far = np.arange(width) / (width - 1)
        whole = weights.copy()
        whole[:, 0] -= total(weights * (1.0 - far))
        whole[:, -1] -= total(weights * far)
        return whole, np.zeros(len(weights))


class Detrend(LinearStep):
    """Less the least-squares polynomial over all points (chemotools' PolynomialCorrection; Barnes et al. 1989).

    `basis` (k, p) holds the polynomials, orthonormal over the points.
    """

    kind: Literal["detrend"] = "detrend"
    basis: Matrix

    @classmethod
    def of_order(cls, order: int, points: int) -> Self:
        """Polynomials up to `order` over `points` equally spaced points."""
        powers = np.vander(np.linspace(-1.0, 1.0, points), order + 1, increasing=True)
        return cls(basis=np.linalg.qr(powers)[0].T)

    def apply(self, x: Array) -> Array:
        """Spectra (n, p) that are orthogonal to all the polynomials."""
        return x - spanned(products(x, self.basis), self.basis)

    def folded(self, weights: Array, width: int) -> tuple[Array, Array]:
        """A projection is its own transpose."""
        return self.apply(weights), np.zeros(len(weights))
