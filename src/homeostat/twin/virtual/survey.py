"""A survey: as many virtual batches as asked for, reduced to bands, end points and probabilities on the way.

In: an ensemble kernel, donors, a schedule, limits. Out: `Survey`. Chunks of batches run side by side; what is kept of
them are counts, smallest and largest values, so neither the number of threads nor the order of chunks shows.
"""

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.engine import Batches, Ensemble, Jump, Segment, Status
from homeostat.twin.engine.ensemble import cores
from homeostat.twin.engine.status import ENDED
from homeostat.twin.engine.turns import in_turn
from homeostat.twin.virtual.bins import BINS, Bins
from homeostat.twin.virtual.donors import Donors
from homeostat.twin.virtual.limits import Limit
from homeostat.twin.virtual.tally import tally

Array = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
CHUNK = 512
"""Batches simulated at a time by one thread: their results stay in its cache."""
PILOT = 2048
"""Batches that fix the bins."""
MOST = 2**32 - 1
"""What a counter of 32 bits holds."""

Progress = Callable[[int], None]
"""Told how many more batches are done."""


@dataclass(frozen=True)
class Survey:
    """What n batches did. `bands` (q, nt, nc) are the `quantiles` of the sound batches at each time, `resolution`
    (q, nt, nc) the largest error of each (0 up to `PILOT` batches); `low`, `high` (nt, nc) are the extremes.

    `within` holds for each limit how many batches kept it, `within_all` how many kept all of them; a batch that failed
    keeps none. `failures` counts batches by how they ended.
    """

    n: int
    time: Array
    columns: tuple[str, ...]
    quantiles: tuple[float, ...]
    bands: Array
    low: Array
    high: Array
    resolution: Array
    limits: tuple[Limit, ...]
    within: tuple[int, ...]
    within_all: int
    failures: dict[Status, int]

    @property
    def bins(self) -> int:
        """How many bins of each time and column the quantiles come from; 0 where they are exact."""
        return 0 if self.n <= PILOT else BINS

    def probability(self, count: int) -> tuple[float, float]:
        """The share of `count` batches of all, and its standard error."""
        share = count / self.n
        return share, math.sqrt(share * (1.0 - share) / self.n)


def survey(
    ensemble: Ensemble,
    donors: Donors,
    n: int,
    times_h: Sequence[float],
    segments: Sequence[Segment] = (),
    *,
    jumps: Sequence[Jump] = (),
    limits: Sequence[Limit] = (),
    quantiles: Sequence[float] = QUANTILES,
    threads: int | None = None,
    progress: Progress = lambda done: None,
) -> Survey:
    """Simulate `n` >= 1 of the donors' batches and reduce them. `TwinError` for columns that the kernel lacks.

    `quantiles` are probabilities between 0 and 1. The result is the same for any number of `threads`.
    """
    if not 1 <= n <= MOST or any(not 0.0 <= q <= 1.0 for q in quantiles):
        raise TwinError(f"a survey needs 1 to {MOST:,} batches, and quantiles between 0 and 1")
    columns = [_column(ensemble, limit) for limit in limits]

    def run(first: int, last: int, out: Array | None, workers: int | None) -> Batches:
        states, parameters = donors.draw(first, last)
        return ensemble.run(
            times_h, segments, states=states, parameters=parameters, jumps=jumps, threads=workers, out=out
        )

    pilot = run(0, min(n, PILOT), None, threads)
    if not pilot.sound.any():
        raise TwinError(
            "every one of the first batches failed: " + _causes(pilot.status),
            where=ensemble.model.__name__,
            mend="check initial states, inputs and parameters against their bounds",
        )
    cells = pilot.values.shape[1] * pilot.values.shape[2]
    counting = _Counting(Bins.of(pilot.values[pilot.sound].reshape(-1, cells)), tuple(limits), tuple(columns))
    counting.mine(pilot.values.shape[1:]).add(pilot)
    progress(len(pilot.status))

    def work(span: tuple[int, int]) -> None:
        sums = counting.mine(pilot.values.shape[1:])
        sums.add(run(*span, sums.memory(span[1] - span[0]), 1))
        progress(span[1] - span[0])

    in_turn(work, _spans(len(pilot.status), n), threads or cores())
    return _summary(n, pilot, counting, tuple(quantiles))


class _Counting:
    """What every thread adds up for itself."""

    def __init__(self, bins: Bins, limits: tuple[Limit, ...], columns: tuple[int, ...]) -> None:
        self.bins, self.limits, self.columns = bins, limits, columns
        self.all: list[_Sums] = []
        self._local = threading.local()

    def mine(self, shape: tuple[int, ...]) -> "_Sums":
        """The sums of this thread."""
        if not hasattr(self._local, "sums"):
            self._local.sums = _Sums(self, shape)
            self.all.append(self._local.sums)
        sums: _Sums = self._local.sums
        return sums


class _Sums:
    """Counts and extremes so far; every one of them is independent of the order of what was added."""

    def __init__(self, counting: _Counting, shape: tuple[int, ...]) -> None:
        self._counting, self._per_unit = counting, counting.bins.per_unit
        self._memory = np.empty((CHUNK, *shape))
        self.counts = counting.bins.empty()
        self.low = np.full(len(self._per_unit), math.inf)
        self.high = np.full(len(self._per_unit), -math.inf)
        self.within = np.zeros(len(counting.limits) + 1, np.int64)
        self.ends = np.zeros(len(Status), np.int64)

    def memory(self, n: int) -> Array:
        """Where this thread's results go."""
        return self._memory[:n]

    def add(self, done: Batches) -> None:
        """Count a chunk of batches."""
        sound = done.sound
        values = done.values if sound.all() else done.values[sound]
        values = values.reshape(len(values), -1)
        bins = self._counting.bins
        tally(values, bins.lowest, self._per_unit, bins.logarithmic, self.counts)
        if len(values):
            np.minimum(self.low, values.min(axis=0), out=self.low)
            np.maximum(self.high, values.max(axis=0), out=self.high)
        self.ends += np.bincount(done.status, minlength=len(Status))
        pairs = zip(self._counting.limits, self._counting.columns, strict=True)
        kept = [limit.holds(done.values[:, -1, column]) for limit, column in pairs]
        every = np.logical_and.reduce([sound, *kept])
        self.within += [int((holds & sound).sum()) for holds in kept] + [int(every.sum())]


def _summary(n: int, pilot: Batches, counting: _Counting, quantiles: tuple[float, ...]) -> Survey:
    shape = pilot.values.shape[1:]
    counts = np.stack([sums.counts for sums in counting.all]).sum(axis=0, dtype=np.uint32)
    low = np.min([sums.low for sums in counting.all], axis=0)
    high = np.max([sums.high for sums in counting.all], axis=0)
    within = np.sum([sums.within for sums in counting.all], axis=0)
    ends = np.sum([sums.ends for sums in counting.all], axis=0)
    at = np.array(quantiles)
    if n <= PILOT:
        bands = np.quantile(pilot.values[pilot.sound], at, axis=0, method="inverted_cdf")
        resolution = np.zeros_like(bands)
    else:
        bands, resolution = counting.bins.quantiles(counts, (low, high), at)
    return Survey(
        n=n,
        time=pilot.time,
        columns=pilot.columns,
        quantiles=quantiles,
        bands=bands.reshape(-1, *shape),
        low=low.reshape(shape),
        high=high.reshape(shape),
        resolution=resolution.reshape(-1, *shape),
        limits=counting.limits,
        within=tuple(int(count) for count in within[:-1]),
        within_all=int(within[-1]),
        failures={Status(k): int(count) for k, count in enumerate(ends) if k and count},
    )


def _spans(first: int, n: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + CHUNK, n)) for start in range(first, n, CHUNK))


def _column(ensemble: Ensemble, limit: Limit) -> int:
    if limit.column not in ensemble.columns:
        raise TwinError(
            f"a limit is set on {limit.column!r}, which is not simulated",
            mend="it may be set on: " + ", ".join(ensemble.columns),
        )
    return ensemble.columns.index(limit.column)


def _causes(status: NDArray[np.int64]) -> str:
    causes = [(Status(k), int(count)) for k, count in enumerate(np.bincount(status)) if k and count]
    return "; ".join(f"of {count} {ENDED[cause]}" for cause, count in causes)
