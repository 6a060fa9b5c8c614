"""Gaussian process regression with a line and a radial kernel: smooth, and straight where no rows are near.

A radial kernel alone falls back to the mean just outside the rows learnt from, where the next donor may well lie; a
linear kernel beside it carries on as a line would. The length scale is the size; the share of the line and the noise
are those of greatest marginal likelihood over a grid (Rasmussen & Williams 2006, eq. 2.30 and 4.2.4 on sums of
kernels), which one eigendecomposition a share gives for all noises.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from homeostat.monitoring.frozen import Array, Form, Kernel

LENGTHS = (4.0, 2.0, 1.0, 0.5)
"""Length scales, from the longest, in units of the root mean squared distance between rows."""
SHARES = (10.0, 1.0, 0.1)
"""Variances of the line at a row of mean size, in units of the radial kernel's variance."""
NOISES = tuple(10.0 ** (power / 3.0) for power in range(-12, 7))
"""Noise variances in units of both kernels' variance."""


class _Weighed(NamedTuple):
    """The likeliest `share` of the line, and the `weights` (n,) of the rows with it."""

    likelihood: float
    share: float
    weights: Array


@dataclass(frozen=True)
class GaussianProcess:
    """Kernel share * x.x' / mean size + exp(-d^2 / (2 length^2)); share, variance and noise by marginal likelihood."""

    name: str = "Gaussian process"

    @property
    def sizes(self) -> tuple[str, ...]:
        """Length scales."""
        return tuple(f"length {length:g}" for length in LENGTHS)

    def path(self, x: Array, y: Array, new: Array) -> Array:
        """Predictions (sizes, m)."""
        center, level = x.mean(axis=0), float(y.mean())
        within, across, unit = _squares(x, x), _squares(new, x), _unit(x)
        line, size = _line(x)
        ahead = (new - center) @ (x - center).T / size
        rows = []
        for length in LENGTHS:
            scale = 2.0 * length**2 * unit
            found = _likeliest(np.exp(-within / scale), line, y - level)
            rows.append(level + (np.exp(-across / scale) + found.share * ahead) @ found.weights)
        return np.stack(rows)

    def freeze(self, x: Array, y: Array, size: int) -> Form:
        """The process of one length scale as a form, whose contributions count from the mean row."""
        squared = LENGTHS[size] ** 2 * _unit(x)
        center, level = x.mean(axis=0), float(y.mean())
        line, mean_size = _line(x)
        found = _likeliest(np.exp(-_squares(x, x) / (2.0 * squared)), line, y - level)
        return Kernel(
            shape="rbf",
            rows=x,
            alpha=found.weights,
            lengths=np.full(x.shape[1], np.sqrt(squared)),
            amplitude=1.0,
            center=center,
            slopes=found.share / mean_size * ((x - center).T @ found.weights),
            intercept=level,
        )


def _squares(a: Array, b: Array) -> Array:
    found = np.sum(a * a, axis=1)[:, None] + np.sum(b * b, axis=1)[None, :] - 2.0 * (a @ b.T)
    return np.asarray(np.maximum(found, 0.0), np.float64)


def _unit(x: Array) -> float:
    """The mean squared distance between two different rows."""
    return max(2.0 * float(np.sum(x.var(axis=0, ddof=1))), 1e-300)


def _line(x: Array) -> tuple[Array, float]:
    """The linear kernel (n, n) of the centred rows over their mean square, and that."""
    centred = x - x.mean(axis=0)
    gram = centred @ centred.T
    size = max(float(np.trace(gram)) / len(x), 1e-300)
    return gram / size, size


def _likeliest(radial: Array, line: Array, y: Array) -> _Weighed:
    """The share of the line, of `SHARES`, under which the targets are likeliest."""
    found = [_weighed(radial + share * line, share, y) for share in SHARES]
    return max(found, key=lambda each: each.likelihood)


def _weighed(gram: Array, share: float, y: Array) -> _Weighed:
    """Weights (n,) of the rows at the likeliest noise; the kernels' variance cancels."""
    values, vectors = np.linalg.eigh(gram)
    values, along = np.maximum(values, 0.0), vectors.T @ y

    def likelihood(noise: float) -> float:
        variance = float(np.mean(along**2 / (values + noise)))
        return float(-0.5 * (len(y) * np.log(max(variance, 1e-300)) + np.sum(np.log(values + noise))))

    noise = max((unit * (1.0 + share) for unit in NOISES), key=likelihood)
    weights = np.asarray(vectors @ (along / (values + noise)), np.float64)
    return _Weighed(likelihood(noise), share, weights)
