"""Golden batches: the pointwise median of good ones, and a band that a new good batch stays within as a whole.

    good batches (N, K, J) -> median, spread at each sample -> greatest deviation of each left-out batch -> width

The band holds for all samples and tags of a batch at once: its width is the quantile of the greatest deviations that
left-out batches had from the median of the others, in their spreads, which is conformal prediction with the greatest
deviation as its score (J. Diquigiovanni, M. Fontana & S. Vantini, arXiv:2106.01792). Leaving out one in turn makes the
score of each batch nearly, not exactly, exchangeable with that of a new one; so the coverage is measured as well.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from homeostat.monitoring.batches.unfolding import cube
from homeostat.monitoring.frozen import Array, Matrix, Piece
from homeostat.monitoring.latent import HeldOut, held_out

LEAST = 0.05
"""A spread counts as at least this share of the tag's mean spread over the batch (assumption)."""


class Envelope(Piece):
    """The golden batch: `median`, `low` and `high` (K, J)."""

    kind: Literal["golden batch"] = "golden batch"
    median: Matrix
    low: Matrix
    high: Matrix

    def outside(self, rows: Array) -> Array:
        """Which values of `rows` (n, J), n <= K, lie outside: -1 below, 1 above, 0 within or missing."""
        low, high = self.low[: len(rows)], self.high[: len(rows)]
        return np.where(rows > high, 1.0, np.where(rows < low, -1.0, 0.0))


@dataclass(frozen=True)
class Golden:
    """An envelope, and `held`: its width in spreads and how often left-out batches leave it anywhere."""

    envelope: Envelope
    held: HeldOut


def golden(batches: list[Array], coverage: float = 0.95) -> Golden:
    """The envelope of good, aligned `batches`, each (K, J), that a share `coverage` of good batches stays within.

    Raises MonitoringError when they are too few for that, or do not fit together.
    """
    found = cube(batches)
    deviations = [
        _greatest(found[place], *_centre(np.delete(found, place, axis=0))) for place in range(len(found))
    ]
    held = held_out(np.array(deviations), coverage, range(len(found)))
    median, spread = _centre(found)
    width = held.limit * spread
    return Golden(Envelope(median=median, low=median - width, high=median + width), held)


def _centre(batches: Array) -> tuple[Array, Array]:
    """The pointwise median and standard deviation (K, J) of a cube."""
    median = np.nanmedian(batches, axis=0)
    spread = np.nanstd(batches, axis=0)
    usual = np.mean(spread, axis=0)
    return median, np.maximum(spread, np.where(usual > 0.0, LEAST * usual, 1.0))


def _greatest(rows: Array, median: Array, spread: Array) -> float:
    return float(np.nanmax(np.abs(rows - median) / spread))
