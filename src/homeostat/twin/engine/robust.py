"""Sizes of columns that may hold absurd numbers: a logger that writes 1e300 once must not decide about the rest.

In: values. Out: a size that is neither infinite nor that of a few readings alone.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FAR = 1000.0
"""A value beyond this many times the median of those other than 0 does not tell how large a column is (assumption)."""


def largest(values: Array) -> float:
    """The largest magnitude among finite `values`, without those that lie far beyond the others; 0 for none."""
    sizes = np.abs(values[np.isfinite(values)])
    sizes = sizes[sizes > 0.0]
    if not len(sizes):
        return 0.0
    return float(sizes[sizes <= FAR * min(float(np.median(sizes)), np.finfo(np.float64).max / FAR)].max())


def rms(errors: Array) -> float:
    """The root of the mean square of `errors`, at least one, which does not overflow."""
    peak = float(np.abs(errors).max())
    return peak * float(np.sqrt(((errors / peak) ** 2).mean())) if peak > 0.0 else 0.0
