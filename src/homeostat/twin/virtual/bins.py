"""Histograms over time that are fixed by a first sample: quantiles of any number of batches in constant memory.

In: a sample of results that tells the range of each cell (a time and a column), then counts. Out: quantiles, linear
within a bin. The error of a quantile is at most one bin: `WIDENED` times the sample's range over the number of bins,
except beyond the outermost edges, where the exact smallest and largest values are the ends.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BINS = 1000
WIDENED = 1.5
"""How much wider than the sample's range the bins reach: tails of the whole are longer than those of a sample."""


@dataclass(frozen=True)
class Bins:
    """Edges of the bins of each cell: `lowest` (cells,) and `width` (cells,) of one bin."""

    lowest: Array
    width: Array

    @classmethod
    def of(cls, sample: Array) -> "Bins":
        """Bins for cells whose values were `sample` (n, cells), n >= 1, without what is not a number."""
        low, high = np.nanmin(sample, axis=0), np.nanmax(sample, axis=0)
        spare = 0.5 * (WIDENED - 1.0) * (high - low)
        least = 1e-9 * np.maximum(np.abs(low), np.abs(high)) + 1e-300  # a cell in which nothing varies
        width = np.maximum(WIDENED * (high - low), least) / BINS
        return cls(low - np.maximum(spare, 0.5 * BINS * (width - (high - low) / BINS)), width)

    @property
    def per_unit(self) -> Array:
        """Bins per unit of value (cells,)."""
        return np.asarray(1.0 / self.width)

    def empty(self) -> NDArray[np.uint32]:
        """Counts of nothing (cells, bins)."""
        return np.zeros((len(self.lowest), BINS), np.uint32)

    def quantiles(self, counts: NDArray[np.uint32], extremes: tuple[Array, Array], at: Array) -> Array:
        """Quantiles (q, cells) at the probabilities `at` (q,), between the exact `extremes`; NaN of nothing."""
        reached = np.cumsum(counts, axis=1, dtype=np.int64)
        total = reached[:, -1]
        found = np.empty((len(at), len(total)))
        for row, probability in enumerate(at):
            rank = probability * total
            place = np.minimum((reached < rank[:, None]).sum(axis=1), BINS - 1)
            inside = np.take_along_axis(counts, place[:, None], axis=1)[:, 0]
            before = np.take_along_axis(reached, place[:, None], axis=1)[:, 0] - inside
            share = (rank - before) / np.maximum(inside, 1)
            found[row] = self.lowest + (place + share) * self.width
        low, high = extremes
        return np.where(total > 0, np.clip(found, low, high), np.nan)
