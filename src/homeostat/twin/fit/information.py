"""What the runs tell about each coordinate: Fisher information, and the uncertainty that follows from it.

In: the Jacobian of the weighted residuals. Out: `Information`, whose covariance is that of a linear-Gaussian model
(Seber & Wild 1989, Nonlinear Regression).
"""

from dataclasses import dataclass

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.fit.protocol import Array

SINGULAR = 1e-10
"""Eigenvalues below this share of the largest, columns scaled to one length, count as none: rounding, not data."""
UNIFORM = 12.0
"""One over the variance of the uniform distribution on an interval of length 1."""


@dataclass(frozen=True, eq=False)
class Information:
    """The Fisher information `matrix` (k, k) of coordinates `names` between bounds `width` (k,) apart."""

    names: tuple[str, ...]
    matrix: Array
    width: Array

    def inverse(self) -> Array:
        """The covariance (k, k). Raises `TwinError` where the runs leave a coordinate undetermined."""
        values, vectors, lengths = self._spectrum()
        if (values <= 0.0).any():
            raise TwinError(
                "the runs do not determine every quantity, so there is no covariance",
                where=", ".join(n for n, d in zip(self.names, self.deviations(), strict=True) if np.isinf(d)),
                mend="learn fewer quantities, add priors, or see the identifiability report",
            )
        scaled = vectors / lengths[:, None]
        return np.asarray((scaled / values) @ scaled.T, np.float64)

    def deviations(self) -> Array:
        """The standard deviation (k,) of each coordinate; infinite where the runs leave it undetermined."""
        values, vectors, lengths = self._spectrum()
        known = values > 0.0
        variances = (vectors[:, known] ** 2 / values[known]).sum(axis=1)
        undetermined = (vectors[:, ~known] ** 2).sum(axis=1) > 1e-6
        return np.where(undetermined, np.inf, np.sqrt(variances) / lengths)

    def covariance(self) -> Array:
        """The covariance (k, k) if every coordinate is also known to lie within its bounds; finite as `matrix` is.

        The bounds count as a Gaussian of the variance of the uniform distribution between them. In units of `width`
        they alone give each eigenvalue `UNIFORM`: what rounding beside a very large one takes from that is put back.
        """
        values, vectors = np.linalg.eigh(self.matrix * np.outer(self.width, self.width))
        scaled = vectors * self.width[:, None]
        return np.asarray((scaled / (np.maximum(values, 0.0) + UNIFORM)) @ scaled.T, np.float64)

    def _spectrum(self) -> tuple[Array, Array, Array]:
        """Eigenvalues (0 where singular) and vectors of the matrix with unit diagonal, and the lengths divided out."""
        lengths = np.sqrt(np.diag(self.matrix))
        lengths = np.where(lengths > 0.0, lengths, 1.0)
        values, vectors = np.linalg.eigh(self.matrix / np.outer(lengths, lengths))
        return np.where(values > SINGULAR * values.max(), values, 0.0), vectors, lengths


def information(names: tuple[str, ...], jacobian: Array, width: Array) -> Information:
    """The Fisher information of weighted residuals with `jacobian` (m, k)."""
    return Information(names, np.asarray(jacobian.T @ jacobian, np.float64), width)
