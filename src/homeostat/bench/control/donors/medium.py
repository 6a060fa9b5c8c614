"""What medium a dose takes over many donors, in two ways, and by how much ours takes more than a rival's.

The mean over donors counts each alike; the total, all medium over all doses, counts each by what it makes. Either
difference comes with its 90 % bootstrap interval over donors, drawn in pairs: the same donors under both (Efron &
Tibshirani 1993, chapter 13).
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from homeostat.bench.control.donors.scoring import Batch
from homeostat.bench.result import Spread

DRAWS = 2000
SEED = 7
"""Of the generator that draws donors, the same for every interval of the contest."""

Used = npt.NDArray[np.float64]
"""Medium in mL and dose in 1e6 cells, of each donor: (..., n, 2)."""
PerDose = Callable[[Used], npt.NDArray[np.float64]]
"""mL of medium for 1e8 CAR+ cells over the donors: (..., n, 2) to (...)."""


def mean(used: Used) -> npt.NDArray[np.float64]:
    """The mean over donors: unlike in the median, a donor that takes much counts by how much."""
    per_dose: npt.NDArray[np.float64] = 100.0 * used[..., 0] / used[..., 1]
    return np.asarray(per_dose.mean(axis=-1))


def total(used: Used) -> npt.NDArray[np.float64]:
    """The medium of all donors over the doses of all donors."""
    whole = used.sum(axis=-2)
    return np.asarray(100.0 * whole[..., 0] / whole[..., 1])


def needed(batches: Sequence[Batch], of: PerDose) -> float:
    """What some batches needed."""
    return float(of(_used(batches)))


def above(ours: Sequence[Batch], rival: Sequence[Batch], of: PerDose) -> Spread:
    """By how many mL ours needed more than a rival's of the same donors, with the interval."""
    first, second = _used(ours), _used(rival)
    drawn = np.random.default_rng(SEED).integers(len(first), size=(DRAWS, len(first)))
    low, high = np.percentile(of(first[drawn]) - of(second[drawn]), [5.0, 95.0])
    return Spread(float(of(first) - of(second)), float(low), float(high))


def _used(batches: Sequence[Batch]) -> Used:
    return np.array([[batch.medium, batch.dose] for batch in batches])
