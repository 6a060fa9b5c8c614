"""One tag of a log, read at rising times: the newest sample, then the same one held, then stale."""

import math

import numpy as np

from homeostat.equipment.series import Series
from homeostat.process.reading import Quality

GOOD, HELD, STALE = Quality.GOOD.value, Quality.HELD.value, Quality.STALE.value
NEVER: tuple[float, int] = (math.nan, Quality.MISSING.value)


class Playback:
    """Plays a `Series` whose times count from the start of the batch, in µs; a sample lasts `stale` µs."""

    __slots__ = ("_count", "_next", "_qualities", "_stale", "_times", "_values")

    def __init__(self, series: Series, stale: int) -> None:
        self._times: list[int] = series.times.tolist()
        self._values: list[float] = series.values.tolist()
        self._qualities: list[int] = series.qualities.tolist()
        self._count = len(series.times)
        self._stale = stale
        self._next = 0

    def read(self, time: int) -> tuple[float, int]:
        """Value and quality at `time`.

        A sample is fresh once; then a GOOD one is HELD and any other keeps its quality. One older than
        `stale` is STALE, unless it is worse already. Before the first sample there is nothing: MISSING.
        """
        first = self._next
        while self._next < self._count and self._times[self._next] <= time:
            self._next += 1
        if not self._next:
            return NEVER
        sample = self._next - 1
        quality = self._qualities[sample]
        if time - self._times[sample] > self._stale:
            quality = max(quality, STALE)
        elif quality == GOOD and self._next == first:
            quality = HELD
        return self._values[sample], quality


def unread(series: Series, scan: int) -> int:
    """How many samples a scan every `scan` µs passes over, because a newer one is there when it comes."""
    slots = np.maximum(0, -(-series.times // scan))
    return len(slots) - len(np.unique(slots))
