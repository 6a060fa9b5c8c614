"""Alignment by online dynamic time warping: each sample is placed on a reference batch as soon as it comes.

    sample -> its distance to the reference's samples in the band -> one more row of the cumulated costs -> its place

The rows of cumulated costs are those of ordinary DTW with symmetric steps, kept one at a time; the place is where the
cost for its length is least, with the end left open, never goes back and takes at most `reach` samples at once.
Sources: H. Sakoe & S. Chiba, IEEE Trans. Acoustics, Speech, Signal Processing 26 (1978) 43-49 (steps, band, norm); A.
Kassidas, J. F. MacGregor & P. A. Taylor, AIChE Journal 44 (1998) 864-875 (batches); J. M. González-Martínez, A. Ferrer
& J. A. Westerhuis, Chemometrics and Intelligent Laboratory Systems 105 (2011) 195-206 (in real time).
"""

from collections.abc import Sequence
from math import inf
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches.aligner import Aligner, Place
from homeostat.monitoring.frozen import Array, Matrix, Vector


class Warping(Aligner):
    """The `reference` (K, J), the `weights` (J,) of squared differences, and the `band`'s half-width in samples."""

    kind: Literal["by warping"] = "by warping"
    reference: Matrix
    weights: Vector
    band: int = Field(ge=1)
    reach: int = Field(default=3, ge=1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.reference.shape[1:] != self.weights.shape or not (self.weights >= 0.0).all():
            raise ValueError("one weight of at least 0 is wanted for each tag")
        return self

    @property
    def samples(self) -> int:
        """K, the length of the reference."""
        return len(self.reference)

    def step(self, place: Place, values: Array) -> tuple[Place, tuple[Array, ...]]:
        """See `Aligner.step`; `memory` is the row of cumulated costs."""
        costs = self.costs(place.seen, np.array(place.memory), values)
        passed = self._passed(place, costs)
        row = np.append(values, place.seen + 1.0)
        found = (row,) * (passed - place.passed)
        waiting = 0 if found else place.waiting + 1
        return Place(passed, place.seen + 1, waiting, tuple(costs.tolist())), found

    def costs(self, number: int, before: Array, values: Array) -> Array:
        """The cumulated costs (K,) of ending at each reference sample with sample `number` (from 0).

        `before` (K,) are those of the sample before, infinite outside the band. A missing value counts for nothing; a
        batch that has left the band's end behind is held against its last samples.
        """
        middle = min(number, self.samples - 1)
        low, high = max(middle - self.band, 0), min(middle + self.band + 1, self.samples)
        there = np.isfinite(values)
        difference = (np.where(there, values, 0.0) - self.reference[low:high]) * there
        distance: Array = np.add.accumulate(difference * difference * self.weights, axis=1)[:, -1]
        found = np.full(self.samples, inf)
        found[low:high] = self._cumulated(distance, before, low, high)
        return found

    def _cumulated(self, distance: Array, before: Array, low: int, high: int) -> Array:
        """g(i, j) = min(g(i-1, j) + d, g(i-1, j-1) + 2d, g(i, j-1) + d) within the band."""
        along = np.add.accumulate(distance)
        if not len(before):
            return np.asarray(along + distance[0], np.float64)
        diagonal = np.append(inf, before)[low:high] + 2.0 * distance
        entered = np.minimum(before[low:high] + distance, diagonal)
        return np.asarray(np.minimum.accumulate(entered - along) + along, np.float64)

    def _passed(self, place: Place, costs: Array) -> int:
        """How many reference samples are passed now."""
        if not place.seen:
            return 1
        first = max(place.passed, 1) - 1
        last = min(first + self.reach + 1, self.samples)
        lengths = np.arange(first, last) + (place.seen + 2.0)
        usable = costs[first:last] / lengths
        if not np.isfinite(usable).any():
            return min(max(place.passed, 1) + 1, self.samples)
        return first + 1 + int(np.argmin(usable))


def learn_warping(batches: Sequence[Array], band: int, reach: int = 3) -> Warping:
    """The warping on the good batch (n, J) of the median length that lies nearest to the others of that length.

    Tags weigh in by the inverse of their variance over time. Raises MonitoringError when no batch has all its values.
    """
    complete = [batch for batch in batches if np.isfinite(batch).all() and len(batch)]
    if not complete:
        raise MonitoringError("no batch is complete", mend="give a batch without gaps to be the reference")
    deviation = np.mean([batch.std(axis=0) for batch in complete], axis=0)
    weights = np.where(deviation > 0.0, 1.0 / np.where(deviation > 0.0, deviation, 1.0) ** 2, 0.0)
    return Warping(reference=_medoid(complete, weights), weights=weights, band=band, reach=reach)


def _medoid(batches: Sequence[Array], weights: Array) -> Array:
    """The batch nearest to all others over the samples that all have, among those nearest to the median length."""
    lengths = np.array([len(batch) for batch in batches])
    off = np.abs(lengths - np.median(lengths))
    short = np.stack([batch[: lengths.min()] for batch in batches])
    apart = [float(np.sum((short - one) ** 2 * weights)) for one in short]
    candidates = np.flatnonzero(off <= np.quantile(off, 0.25))
    return batches[int(min(candidates, key=lambda place: apart[place]))]
