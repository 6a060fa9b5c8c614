"""Histograms over time that are fixed by a first sample: quantiles of any number of batches in constant memory.

In: a sample of results that tells the range of each cell (a time and a column), then counts. Out: quantiles, each with
the width of the bin in which it was found, which is its largest error. Cells whose sample spans more than a factor of
`SKEWED` above 0 have bins even in the logarithm. The outermost bins end at the exact smallest and largest values.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BINS = 1000
WIDENED = 1.5
"""How much wider than the sample's range the bins reach: tails of the whole are longer than those of a sample."""
SKEWED = 50.0


@dataclass(frozen=True)
class Bins:
    """Bins of each cell: the `lowest` edge and the `width` of one bin (cells,), and whether both are on the scale of
    the value (0) or of its bits, that is, of its logarithm (1)."""

    lowest: Array
    width: Array
    logarithmic: NDArray[np.int64]

    @classmethod
    def of(cls, sample: Array) -> "Bins":
        """Bins for cells whose values were `sample` (n, cells), n >= 1, without what is not a number."""
        low, high = np.nanmin(sample, axis=0), np.nanmax(sample, axis=0)
        logarithmic = ((low > 0.0) & (high > SKEWED * low)).astype(np.int64)
        low, high = _scaled(low, logarithmic), _scaled(high, logarithmic)
        least = 1e-9 * np.maximum(np.abs(low), np.abs(high)) + 1e-300  # a cell in which nothing varies
        width = np.maximum(WIDENED * (high - low), least) / BINS
        return cls(0.5 * (low + high) - 0.5 * BINS * width, width, logarithmic)

    @property
    def per_unit(self) -> Array:
        """Bins per unit of value (cells,)."""
        return np.asarray(1.0 / self.width)

    def empty(self) -> NDArray[np.uint32]:
        """Counts of nothing (cells, bins)."""
        return np.zeros((len(self.lowest), BINS), np.uint32)

    def quantiles(
        self, counts: NDArray[np.uint32], extremes: tuple[Array, Array], at: Array
    ) -> tuple[Array, Array]:
        """Quantiles (q, cells) at the probabilities `at` (q,), and the widths of their bins; NaN of nothing.

        `extremes` are the exact smallest and largest values (cells,).
        """
        reached = np.cumsum(counts, axis=1, dtype=np.int64)
        found, widths = np.empty((len(at), len(counts))), np.empty((len(at), len(counts)))
        for row, probability in enumerate(at):
            rank = probability * reached[:, -1]
            place = np.minimum((reached < rank[:, None]).sum(axis=1), BINS - 1)
            inside = np.take_along_axis(counts, place[:, None], axis=1)[:, 0]
            before = np.take_along_axis(reached, place[:, None], axis=1)[:, 0] - inside
            low, high = self._edges(place, extremes)
            share = np.clip((rank - before) / np.maximum(inside, 1), 0.0, 1.0)
            found[row] = self._between(low, high, share)
            widths[row] = high - low
        found[at == 0.0], found[at == 1.0] = extremes
        widths[(at == 0.0) | (at == 1.0)] = 0.0
        none = reached[:, -1] == 0
        return np.where(none, np.nan, found), np.where(none, np.nan, widths)

    def _edges(self, place: NDArray[np.int64], extremes: tuple[Array, Array]) -> tuple[Array, Array]:
        """Ends (cells,) of the bins at `place`, no further than the extremes."""
        smallest, largest = extremes
        low = _value(self.lowest + place * self.width, self.logarithmic)
        high = _value(self.lowest + (place + 1) * self.width, self.logarithmic)
        low = np.where(place == 0, smallest, np.maximum(low, smallest))
        return low, np.where(place == BINS - 1, largest, np.minimum(high, largest))

    def _between(self, low: Array, high: Array, share: Array) -> Array:
        """A share of the way from one edge to the other, on the cell's own scale."""
        a, b = _scaled(low, self.logarithmic), _scaled(high, self.logarithmic)
        return np.clip(_value(a + share * (b - a), self.logarithmic), low, high)


def _scaled(values: Array, logarithmic: NDArray[np.int64]) -> Array:
    """Values (cells,) on the scale of their cell's bins."""
    bits = np.ascontiguousarray(values).view(np.int64).astype(np.float64)
    return np.where(logarithmic == 0, values, bits)


def _value(scaled: Array, logarithmic: NDArray[np.int64]) -> Array:
    """The inverse of `_scaled`."""
    bits = np.where(logarithmic == 0, 0.0, np.maximum(scaled, 0.0)).astype(np.int64)
    return np.where(logarithmic == 0, scaled, bits.view(np.float64))
