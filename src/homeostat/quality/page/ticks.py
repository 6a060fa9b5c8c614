"""Axes: where ticks stand and what they say."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from homeostat.quality.wording import DAY, HOUR, MINUTE, SECOND

_TIMES: Mapping[str, tuple[int, tuple[float, ...]]] = {
    "days": (DAY, (0.5, 1, 2, 5, 7, 14, 28, 56)),
    "hours": (HOUR, (0.5, 1, 2, 3, 6, 12, 24)),
    "minutes": (MINUTE, (0.5, 1, 2, 5, 10, 15, 30, 60)),
    "seconds": (SECOND, (0.5, 1, 2, 5, 10, 15, 30, 60)),
}


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis from `low` to `high` with its ticks: pairs of value and label."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


def value_axis(low: float, high: float, wanted: int = 4) -> Axis:
    """An axis that covers [low, high], from tick to tick, with about `wanted` intervals of 1, 2 or 5 times 10^n."""
    if not high - low > 1e-9 * max(abs(low), abs(high)):
        middle, half = (low + high) / 2, max(abs(low), abs(high)) * 0.05 or 1.0
        low, high = middle - half, middle + half
    step = nice_step((high - low) / wanted)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple((index * step, _label(index * step, step)) for index in range(first, last + 1))
    return Axis(first * step, last * step, ticks)


def nice_step(rough: float) -> float:
    """The smallest of 1, 2, 5 and 10 times a power of ten that is not much below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next((factor * power for factor in (1.0, 2.0, 5.0) if factor * power >= rough * 0.8), 10.0 * power)


def time_axis(end: int, wanted: int = 12) -> tuple[Axis, str]:
    """An axis from 0 to `end` µs of process time in the unit that suits, and the name of that unit."""
    units = list(_TIMES.items())
    name, (size, steps) = next((one for one in units if end >= 3 * one[1][0]), units[-1])
    last = max(end, 1) / size
    step = _step(steps, last / wanted)
    ticks = tuple((index * step * size, f"{index * step:g}") for index in range(int(last / step + 1e-9) + 1))
    return Axis(0.0, float(max(end, 1)), ticks), name


def _step(steps: Sequence[float], rough: float) -> float:
    return next((step for step in steps if step >= rough), nice_step(max(rough, steps[-1])))


def _label(value: float, step: float) -> str:
    """A tick's value with as many decimals as its step needs."""
    if abs(step) >= 1e6 or abs(step) < 1e-4:
        return f"{value:.3g}".replace("-", "−")
    decimals = max(-math.floor(math.log10(step) + 1e-9), 0)
    return (
        f"{value + 0.0:.{decimals}f}".replace("-0.", "−0.").replace("-", "−")
        if value
        else f"{0:.{decimals}f}"
    )
