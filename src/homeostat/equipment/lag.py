"""A first-order lag, exact for an input that is constant between calls: y += (1 - exp(-dt / lag)) (u - y)."""

import math

HOUR = 3_600_000_000  # µs


class Lag:
    """Follows an input with a time `constant` in µs; 0 follows at once. Without a `level`, the first input sets it."""

    __slots__ = ("_constant", "_gain", "_interval", "_level", "_time")

    def __init__(self, constant: float, level: float | None = None) -> None:
        self._constant = constant
        self._level = level
        self._time = 0
        self._interval = -1
        self._gain = 1.0

    def follow(self, time: int, value: float) -> float:
        """The level at `time`, the input having been `value` since the last call."""
        if self._constant <= 0.0 or self._level is None:
            self._level = value
        else:
            self._level += self._gain_over(time - self._time) * (value - self._level)
        self._time = time
        return self._level

    def _gain_over(self, interval: int) -> float:
        if interval != self._interval:
            self._interval = interval
            self._gain = -math.expm1(-interval / self._constant)
        return self._gain
