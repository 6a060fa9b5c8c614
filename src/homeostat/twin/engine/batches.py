"""The results of many virtual batches: what an ensemble kernel has written, and how each batch ended."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.engine.scales import UNSEEN, Doubt
from homeostat.twin.engine.schedule import Array
from homeostat.twin.engine.status import Status


@dataclass(frozen=True)
class Batches:
    """Results of n batches at nt times.

    `values` (n, nt, nc) holds the `columns`; `sensitivities` (n, nt, nc, nd) their derivatives along `directions`, or
    None without directions. `status` (n,) tells how each batch ended, `rows` (n,) how many times were reached: behind
    them everything is NaN. `steps` (n,) counts the steps tried. `allowed` (n, nc) is the absolute error that each step
    may make in a column, NaN for an output.
    """

    time: Array
    columns: tuple[str, ...]
    values: Array
    directions: tuple[str, ...]
    sensitivities: Array | None
    status: NDArray[np.int64]
    steps: NDArray[np.int64]
    rows: NDArray[np.int64]
    allowed: Array

    def column(self, name: str) -> Array:
        """The values (n, nt) of one column; `TwinError` when it was not asked for."""
        if name not in self.columns:
            raise TwinError(f"no column is called {name!r}", mend="it has: " + ", ".join(self.columns))
        return self.values[:, :, self.columns.index(name)]

    @property
    def sound(self) -> NDArray[np.bool_]:
        """Which batches reached the last time."""
        return np.equal(self.status, Status.OK)

    def doubts(self) -> tuple[Doubt, ...]:
        """The states among the columns whose numbers are no larger than the errors allowed, in half of the batches.

        `largest` is the most that such a batch has of it; see `scales.doubts`, which tells the same of one run.
        """
        found = []
        for place, name in enumerate(self.columns):
            allowed = self.allowed[:, place]
            largest = np.nanmax(np.abs(self.values[:, :, place]), axis=1, initial=0.0)
            unresolved = (largest > 0.0) & (largest < UNSEEN * allowed)
            if 2 * np.count_nonzero(unresolved) > np.count_nonzero(self.rows):
                found.append(Doubt(name, float(largest[unresolved].max()), float(allowed[unresolved].max())))
        return tuple(found)


def joined(parts: Sequence[tuple[NDArray[np.intp], Batches]], values: Array) -> Batches:
    """The results of parts, each with its places among all batches, put together into `values` (n, nt, nc)."""
    first = parts[0][1]
    sensitive = first.sensitivities is not None
    tangents = np.empty((*values.shape, len(first.directions))) if sensitive else None
    status, steps, rows = (np.empty(len(values), np.int64) for _ in range(3))
    allowed = np.empty((len(values), len(first.columns)))
    for places, part in parts:
        values[places], allowed[places] = part.values, part.allowed
        status[places], steps[places], rows[places] = part.status, part.steps, part.rows
        if tangents is not None:
            tangents[places] = part.sensitivities
    return Batches(
        first.time, first.columns, values, first.directions, tangents, status, steps, rows, allowed
    )


def blank(array: Array | None, status: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
    """Put NaN where a batch that failed has no values."""
    failed = np.flatnonzero(status)
    if array is not None and len(failed):
        late = np.arange(array.shape[1]) >= rows[failed, None]
        array[failed[np.nonzero(late)[0]], np.nonzero(late)[1]] = math.nan
