"""Centring and scaling: columns in, the same columns with mean 0 and standard deviation 1 out.

A constant column is centred on its value and left in its own unit, so that nothing is divided by zero and a later
change of it still shows in the residual. Missing values (NaN) stay missing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent.errors import LatentError

_PART = 1 << 17
"""Entries taken at a time, so that they stay in the processor's cache."""
_DOUBTFUL = 1e-8
"""Where the standard deviation is below this share of the mean, both are taken again from differences."""
_ROUNDING = 16 * np.finfo(np.float64).eps
"""A standard deviation below this share of the mean is rounding, not variation."""


@dataclass(frozen=True)
class Scaling:
    """The `mean`, the divisor `scale` and the standard `deviation` of p columns, each (p,).

    `constant` (p,) says which columns did not vary.
    """

    mean: Array
    scale: Array
    deviation: Array
    constant: NDArray[np.bool_]

    def apply(self, x: Array) -> Array:
        """Rows `x` (n, p) centred and scaled."""
        z = x - self.mean
        z /= self.scale
        return z

    def undo(self, z: Array) -> Array:
        """The rows (n, p) that `apply` made into `z`."""
        return z * self.scale + self.mean


def neutral(z: Array) -> Scaling:
    """The scaling that leaves the centred rows `z` (n, p) as they are."""
    deviation = _deviation(z, np.zeros(z.shape[1]))
    return Scaling(np.zeros(z.shape[1]), np.ones(z.shape[1]), deviation, deviation <= 0.0)


def learn(x: Array, *, scale: bool = True) -> tuple[Scaling, bool]:
    """The scaling of rows `x` (n, p), n >= 2, and whether values are missing.

    The divisor is the standard deviation (n - 1), or 1 without `scale`. Raises LatentError when a value is infinite or
    a column holds none.
    """
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is looked into
        mean = np.ones(len(x)) @ x / len(x)
        complete = bool(np.isfinite(mean).all())
        if complete:
            deviation = _deviation(x, mean)
        else:
            _refuse(x)
            mean, deviation = _observed(x)
    if (too_great := np.flatnonzero(~np.isfinite(deviation))).size:
        raise LatentError(
            "values are too great to be squared", where=f"column {too_great[0] + 1}", mend="take another unit"
        )
    doubtful = np.flatnonzero(deviation <= _DOUBTFUL * np.abs(mean))
    if doubtful.size:
        mean[doubtful], deviation[doubtful] = _from_first(x[:, doubtful])
    constant = deviation == 0.0
    divisor = np.where(constant, 1.0, deviation) if scale else np.ones(len(mean))
    return Scaling(mean, divisor, deviation, constant), not complete


def _deviation(x: Array, mean: Array) -> Array:
    """The standard deviation (p,) of `x` (n, p), a few rows at a time."""
    step = max(_PART // x.shape[1], 1)
    squares, space = np.zeros(x.shape[1]), np.empty((min(step, len(x)), x.shape[1]))
    for begin in range(0, len(x), step):
        rows = x[begin : begin + step]
        part = np.subtract(rows, mean, out=space[: len(rows)])
        squares += np.einsum("ij,ij->j", part, part)
    return np.asarray(np.sqrt(squares / (len(x) - 1)), np.float64)


def _refuse(x: Array) -> None:
    if (infinite := np.argwhere(np.isinf(x))).size:
        row, column = infinite[0] + 1
        raise LatentError("a value is infinite", where=f"row {row}, column {column}", mend="leave it empty")
    if (empty := np.flatnonzero(np.isnan(x).all(axis=0))).size:
        raise LatentError(
            f"{len(empty)} of {x.shape[1]} columns hold no value at all",
            where=f"column {empty[0] + 1}",
            mend="leave columns without values out of the table",
        )


def _observed(x: Array) -> tuple[Array, Array]:
    """Mean and standard deviation (p,) of what was observed; the latter is 0 where a column has one value."""
    there = ~np.isnan(x)
    count = there.sum(axis=0)
    mean = np.where(there, x, 0.0).sum(axis=0) / count
    squares = (np.where(there, x - mean, 0.0) ** 2).sum(axis=0)
    return mean, np.sqrt(squares / np.maximum(count - 1, 1))


def _from_first(x: Array) -> tuple[Array, Array]:
    """Mean and standard deviation (p,) from differences to each column's first value; exact for constant columns."""
    first = x[(~np.isnan(x)).argmax(axis=0), np.arange(x.shape[1])]
    mean, deviation = _observed(x - first)
    deviation[deviation <= _ROUNDING * np.abs(first)] = 0.0
    return first + np.where(deviation > 0.0, mean, 0.0), deviation
