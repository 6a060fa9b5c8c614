"""The kernel form: the mean of a Gaussian process on a linear trend, and its predictive deviation.

Source: Rasmussen & Williams 2006, eq. 2.25 and 2.26 (mean and variance), 4.9 (squared exponential), 4.17 (Matérn 5/2).
Contributions are integrated gradients from the centre (Sundararajan, Taly & Yan 2017, eq. 1) by a fixed quadrature.
"""

from functools import cached_property
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from homeostat.monitoring.frozen.arrays import Array, Matrix, Vector
from homeostat.monitoring.frozen.piece import Form
from homeostat.monitoring.frozen.quadrature import gauss
from homeostat.monitoring.frozen.strict import dot, exp, fold, project

ROOT_5 = 2.2360679774997896964
NODES = 16
"""Nodes on the way from the centre to the row."""
BLOCK = 1 << 20


class Kernel(Form):
    """Trend plus the sum of `alpha` (m,) times the kernel between the row and the training `rows` (m, q).

    The trend is `intercept` + `slopes` (q,) times (row less `center`). Distances are divided by `lengths` (q,), the
    kernel at distance 0 is `amplitude`. With `whitener` (m, m), the inverse of the Cholesky factor of the training
    rows' covariance, `scale` is the predictive deviation, `noise` (a variance) included; without, it is 1.
    """

    kind: Literal["kernel"] = "kernel"
    shape: Literal["rbf", "matern52"]
    rows: Matrix
    alpha: Vector
    lengths: Vector
    amplitude: float = Field(gt=0.0, allow_inf_nan=False)
    center: Vector
    slopes: Vector
    intercept: float = Field(allow_inf_nan=False)
    noise: float = Field(default=0.0, ge=0.0, allow_inf_nan=False)
    whitener: Matrix | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        m, q = self.rows.shape
        if len(self.alpha) != m or {len(self.lengths), len(self.center), len(self.slopes)} != {q}:
            raise ValueError("the parts of the kernel form differ in size")
        if not (self.lengths > 0.0).all():
            raise ValueError("a length of the kernel form is not positive")
        if self.whitener is not None and self.whitener.shape != (m, m):
            raise ValueError("the whitener of the kernel form has another size than its rows")
        return self

    def predict(self, x: Array) -> Array:
        """The mean (n,) of the process."""
        trend = self.intercept + dot(x - self.center, self.slopes)
        return trend + dot(self._covariance(self._squares(x)), self.alpha)

    def contributions(self, x: Array) -> Array:
        """Integrated gradients (n, q); what the quadrature leaves over is shared by size, so that the sum is exact."""
        steps = x - self.center
        mean_slope = np.zeros(x.shape)
        for node, weight in zip(*gauss(NODES), strict=True):
            mean_slope += weight * self._gradient(self.center + node * steps)
        parts = steps * (self.slopes + mean_slope)
        left = self.predict(x) - self.reference - fold(parts.copy())
        size = np.abs(parts)
        whole = fold(size.copy())[:, None]
        return parts + left[:, None] * np.where(
            whole > 0.0, size / np.where(whole > 0.0, whole, 1.0), 1.0 / x.shape[1]
        )

    @cached_property
    def _reference(self) -> float:
        return float(self.predict(self.center[None])[0])

    @property
    def reference(self) -> float:
        """The mean of the process at the centre."""
        return self._reference

    def scale(self, x: Array) -> Array:
        """The predictive deviation (n,), 1 without a whitener."""
        if self.whitener is None:
            return np.ones(len(x))
        white = project(self._covariance(self._squares(x)), self.whitener)
        known = fold(white * white)
        return np.sqrt(np.maximum(self.amplitude - known, 0.0) + max(self.noise, 1e-12 * self.amplitude))

    def _squares(self, x: Array) -> Array:
        """Squared scaled distances (n, m) between rows and training rows."""
        found = np.empty((len(x), len(self.rows)))
        step = max(1, BLOCK // self.rows.size)
        for start in range(0, len(x), step):
            far = (x[start : start + step, None, :] - self.rows) / self.lengths
            found[start : start + step] = fold(far * far)
        return found

    def _covariance(self, squares: Array) -> Array:
        if self.shape == "rbf":
            return self.amplitude * exp(-0.5 * squares)
        far = ROOT_5 * np.sqrt(squares)
        return self.amplitude * (1.0 + far + far * far / 3.0) * exp(-far)

    def _gradient(self, x: Array) -> Array:
        """The slopes (n, q) of the kernel's part at `x`."""
        squares = self._squares(x)
        if self.shape == "rbf":
            falling = -self._covariance(squares)
        else:
            far = ROOT_5 * np.sqrt(squares)
            falling = -self.amplitude * (5.0 / 3.0) * (1.0 + far) * exp(-far)
        weights = falling * self.alpha
        pulled = x * fold(weights.copy())[:, None] - project(weights, np.ascontiguousarray(self.rows.T))
        return pulled / (self.lengths * self.lengths)
