"""How large each state is: the absolute tolerance of integration, and the slack at bounds, are shares of it.

In: the declared states. Out: one scale a state, in its unit. It is what `state(..., scale=)` says. Where nothing is
said it is 1, unless the declaration shows that the state is far smaller than its unit: then it is the declared value,
or a finite upper bound, or, of a state that begins at 0, the smallest scale among those of its unit.

A batch may begin far below what was declared: below `COARSE` absolute tolerances. Then these are smaller by one of the
factors `LEVELS`, the first with which nothing that it begins with, or that a jump brings, is below `FINE` of them. Each
level is a kernel of its own, and a batch has its level by its own start and jumps, whatever is computed beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeostat.twin.declare import LEAST_SCALE, Group, Quantity
from homeostat.twin.engine.schedule import Array, Jump

SMALL = 1e-3
"""A value below this share of its unit is small (assumption): an error of the usual 1e-6 would be seen in it."""
COARSE = 1e3
"""A start below so many absolute tolerances would be integrated too coarsely: each step may err by 0.1 % of it."""
FINE = 1e6
"""From so many on the relative tolerance decides."""
LEVELS = (1.0, 1e-3, 1e-6, 1e-9, 1e-12, 1e-15, 1e-18, 1e-21, 1e-24, 1e-27, 1e-30)
"""The factors of the absolute tolerance. A start below the last, as a share of its scale, is as good as nothing: a
molecule in a mole is 2e-24."""
UNSEEN = 100.0
"""A state that is never above so many absolute tolerances is not resolved: each step may err by 1 % of it."""


def scales(states: Group) -> tuple[float, ...]:
    """The scale of each state."""
    own = [_own(quantity) for quantity in states]
    return tuple(
        scale
        or min((s for q, s in zip(states, own, strict=True) if s and q.unit == quantity.unit), default=1.0)
        for quantity, scale in zip(states, own, strict=True)
    )


def _own(quantity: Quantity) -> float:
    """What a declaration says of its own scale; 0 where it says nothing."""
    if quantity.scale is not None:
        return quantity.scale
    size = abs(quantity.value) or (quantity.high if quantity.high < SMALL else 0.0)
    if size < LEAST_SCALE:
        return 0.0
    return size if size < SMALL else 1.0


def levels(states: Group, absolute: float, starts: Array, jumps: Sequence[Jump] = ()) -> NDArray[np.int64]:
    """The level (n,) of each batch of initial states `starts` (n, nx) at the absolute tolerance `absolute`."""
    sizes = np.array(scales(states))
    coarse, limits = COARSE * absolute, [FINE * absolute * factor for factor in LEVELS[:-1]]
    brought = _brought(states, sizes, jumps)
    small = (np.abs(starts) < coarse * sizes) & (starts != 0.0)
    if brought >= coarse and not small.any():
        return np.zeros(len(starts), np.int64)
    least = np.minimum(_shares(starts, sizes).min(axis=1), brought)
    found = (least[:, None] < limits).sum(axis=1)
    return np.where(least < coarse, found, 0).astype(np.int64)


def _shares(values: Array, sizes: Array) -> Array:
    """`values` as shares of their scales; what is none, or as good as nothing, is infinite."""
    with np.errstate(over="ignore"):
        shares: Array = np.abs(values) / sizes
    return np.where(shares >= LEVELS[-1], shares, math.inf)


def _brought(states: Group, sizes: Array, jumps: Sequence[Jump]) -> float:
    """The least share that a jump sets, adds or has in what it mixes in; infinite where there is none."""
    given = [
        pair for jump in jumps for each in (jump.assign, jump.add, jump.contents) for pair in each.items()
    ]
    values = np.array([float(value) for _, value in given])
    of = sizes[[states.index(name) for name, _ in given]] if given else values
    return float(_shares(values, of).min(initial=math.inf))


@dataclass(frozen=True)
class Doubt:
    """A state that is never above `largest`, where the integration allows errors of `allowed` in each step."""

    state: str
    largest: float
    allowed: float


def doubts(states: Group, allowed: Sequence[float], values: Array) -> tuple[Doubt, ...]:
    """The states of a course `values` (n, nx) that are not 0 throughout, and yet not resolved."""
    largest = np.max(np.abs(values), axis=0, initial=0.0).tolist()
    return tuple(
        Doubt(q.name, most, error)
        for q, most, error in zip(states, largest, allowed, strict=True)
        if 0.0 < most < UNSEEN * error
    )
