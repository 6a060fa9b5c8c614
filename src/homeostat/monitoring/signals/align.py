"""Signals of different rates at one time: for each the last value that was known by then, with its age.

Nothing is interpolated and nothing that came later is used, so what a scan saw can be computed again from the record.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.process import Quality

SLACK = (
    0.5  # share of the sampling interval by which the next sample may be late before the last one is stale
)


@dataclass(frozen=True, slots=True)
class Aligned:
    """The last value known at a time, its age in µs (None: there is none), and the quality its age leaves it."""

    value: float
    age: int | None
    quality: Quality


NOTHING = Aligned(float("nan"), None, Quality.MISSING)


def align(taken: int | None, value: float, quality: Quality, now: int, every: int, scan: int) -> Aligned:
    """The newest sample of a tag that is sampled each `every` µs, seen at `now` by a scan each `scan` µs.

    GOOD when it was taken within this scan, HELD until the next is due (with some slack), STALE afterwards; never
    better than `quality`, with which it came. A sample stamped after `now` is not known yet.
    """
    if taken is None or taken > now:
        return NOTHING
    age = now - taken
    return Aligned(value, age, max(quality, _by_age(age, every, scan)))


def _by_age(age: int, every: int, scan: int) -> Quality:
    if age < scan:
        return Quality.GOOD
    return Quality.HELD if age < every + SLACK * every + scan else Quality.STALE


def known(known_at: Sequence[int], now: int) -> int | None:
    """The position of the last sample that was known at `now`; `known_at` are rising times of arrival."""
    position = bisect_right(known_at, now) - 1
    return None if position < 0 else position
