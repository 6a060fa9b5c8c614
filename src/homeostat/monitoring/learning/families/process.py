"""Gaussian process regression with a line and a radial kernel: smooth, and straight where no rows are near.

A radial kernel alone falls back to the mean just outside the rows learnt from, where the next donor may well lie; a
linear kernel beside it carries on as a line would. Lengths, the share of the line and the noise are those of greatest
marginal likelihood under a wide prior (`likelihood`). The size is how many lengths there are: one, or one for each
input, under which inputs that say nothing drop out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from homeostat.monitoring.frozen import Array, Form, Kernel
from homeostat.monitoring.learning.families.likelihood import Kernels, likeliest, radial


class _Scaled(NamedTuple):
    """Rows (n, p) less their `center` (p,), in units of `unit`, the root mean squared distance between two of them."""

    rows: Array
    center: Array
    unit: float


@dataclass(frozen=True)
class GaussianProcess:
    """Kernel share * x.x' + exp(-d^2 / 2) of rows over their lengths; all of it by marginal likelihood.

    `each`: a length for each input is tried as well.
    """

    each: bool = True
    name: str = "Gaussian process"

    @property
    def sizes(self) -> tuple[str, ...]:
        """How many lengths."""
        return ("one length", "a length for each input")[: 2 if self.each else 1]

    def path(self, x: Array, y: Array, new: Array) -> Array:
        """Predictions (sizes, m)."""
        scaled, level = _scaled(x), float(y.mean())
        ahead = (new - scaled.center) / scaled.unit
        learnt = self._learnt(scaled.rows, y - level)
        return np.stack(
            [level + _covariance(ahead, scaled.rows, found) @ weights for found, weights in learnt]
        )

    def freeze(self, x: Array, y: Array, size: int) -> Form:
        """The process of one size as a form, whose contributions count from the mean row."""
        scaled, level = _scaled(x), float(y.mean())
        found, weights = list(self._learnt(scaled.rows, y - level))[size]
        return Kernel(
            shape="rbf",
            rows=x,
            alpha=weights,
            lengths=np.broadcast_to(found.lengths * scaled.unit, x.shape[1]).copy(),
            amplitude=1.0,
            center=scaled.center,
            slopes=found.share * (scaled.rows.T @ weights) / (found.lengths**2 * scaled.unit),
            intercept=level,
        )

    def _learnt(self, rows: Array, y: Array) -> Iterator[tuple[Kernels, Array]]:
        """The kernels of each size, with the weights (n,) of all rows under them."""
        for found in likeliest(rows, y, each=self.each):
            gram = _covariance(rows, rows, found) + found.noise * np.eye(len(rows))
            yield found, cho_solve(cho_factor(gram, lower=True), y)


def _covariance(a: Array, rows: Array, found: Kernels) -> Array:
    """The sum of both kernels (m, n) between rows `a` (m, p) and those learnt from (n, p)."""
    near, those = a / found.lengths, rows / found.lengths
    return radial(near, those) + found.share * (near @ those.T)


def _scaled(x: Array) -> _Scaled:
    center, spread = x.mean(axis=0), 2.0 * float(np.sum(x.var(axis=0, ddof=1)))
    unit = float(np.sqrt(spread)) if spread > 0.0 else 1.0
    return _Scaled((x - center) / unit, center, unit)
