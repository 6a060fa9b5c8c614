"""Numbers from time series: exact means, shares, and stretches where something held.

Sums are correctly rounded (math.fsum), so that a record does not depend on a machine's order of adding.
"""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from homeostat.historian import Series
from homeostat.quality.story import usable

Flags = npt.NDArray[np.bool_]


def values(series: Series | None) -> npt.NDArray[np.float64]:
    """The usable values (k,) of a series; none of a series that does not exist."""
    return np.empty(0) if series is None else series.value[usable(series)]


def mean(numbers: npt.NDArray[np.float64]) -> float | None:
    """The mean of `numbers` (k,), correctly summed; None of none."""
    return math.fsum(numbers.tolist()) / len(numbers) if len(numbers) else None


def low(numbers: npt.NDArray[np.float64]) -> float | None:
    """The smallest of `numbers` (k,); None of none."""
    return float(numbers.min()) if len(numbers) else None


def high(numbers: npt.NDArray[np.float64]) -> float | None:
    """The largest of `numbers` (k,); None of none."""
    return float(numbers.max()) if len(numbers) else None


def share_within(numbers: npt.NDArray[np.float64], bounds: tuple[float, float]) -> float | None:
    """The share (0 to 1) of `numbers` (k,) inside `bounds`, ends included; None of none."""
    if not len(numbers):
        return None
    return int(((numbers >= bounds[0]) & (numbers <= bounds[1])).sum()) / len(numbers)


def stretches(flags: Flags) -> Iterator[tuple[int, int]]:
    """Index ranges [first, last] of the runs of True in `flags` (n,)."""
    edges = np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    yield from zip(starts.tolist(), (ends - 1).tolist(), strict=True)


def following(series: Series, index: int, scan: int) -> int:
    """When sample `index` was followed by the next one, or would have been, `scan` µs later."""
    return int(series.time[index + 1]) if index + 1 < len(series.time) else int(series.time[index]) + scan
