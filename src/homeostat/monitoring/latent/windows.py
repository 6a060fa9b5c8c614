"""Windows on a time series: what stands side by side in a row, so that a model of rows sees dynamics.

series (n, p) -> rows (n - length + 1, p * length), newest reading first
"""

import numpy as np

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent.errors import LatentError


def windows(series: Array, length: int) -> Array:
    """Each reading of `series` (n, p) beside the `length` - 1 before it: (n - length + 1, p * length), newest first.

    Raises LatentError when the series is shorter than a window.
    """
    if length < 1 or len(series) < length:
        raise LatentError(
            f"a series of {len(series)} readings has no window of {length}", mend="take a shorter window"
        )
    last = len(series) - length + 1
    return np.hstack([series[length - 1 - back : length - 1 - back + last] for back in range(length)])


def past_and_future(series: Array, outputs: Array, length: int) -> tuple[Array, Array]:
    """Windows of `series` (n, p) that end before each instant, and of `outputs` (n, m) that begin at it.

    Past (n - 2 length + 1, p * length), newest first; future (n - 2 length + 1, m * length), oldest first.
    """
    if len(series) < 2 * length:
        raise LatentError(
            f"a series of {len(series)} readings has no past and future of {length}",
            mend="take a shorter window",
        )
    past = windows(series, length)[: len(series) - 2 * length + 1]
    future = windows(outputs[::-1], length)[::-1][length:]
    return past, future


def by_variable(contributions: Array, length: int) -> Array:
    """Contributions (n, p * length) of the columns of windows, added up for each of the p variables."""
    rows, columns = contributions.shape
    if columns % length:
        raise LatentError(f"{columns} columns are no windows of {length} readings", mend="give windows")
    return np.asarray(contributions.reshape(rows, length, columns // length).sum(axis=1), np.float64)
