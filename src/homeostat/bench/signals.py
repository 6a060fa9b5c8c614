"""A signal like that of an instrument, for the benchmarks of the historian."""

import numpy as np

from homeostat.historian import Series, TagSpec

TAG = TagSpec("dissolved_oxygen", "%", 0.01)
DAY = 86_400
_SECOND = 1_000_000


def instrument(count: int) -> Series:
    """`count` samples at 1 Hz: a daily wave with drift and noise, read in steps of the tag's resolution."""
    seconds = np.arange(count, dtype=np.int64)
    noise = np.random.default_rng(1).normal(0.0, 0.1, count)
    wave = 50.0 + 10.0 * np.sin(2 * np.pi * seconds / DAY) + 1e-6 * seconds
    value = np.rint((wave + noise) / 0.01) * 0.01
    return Series(seconds * _SECOND, value, np.zeros(count, np.uint8))
