"""The first point of an attempt: variables inside their bounds, slacks inside theirs, multipliers to match.

In: a workspace with parameters and limits set, the initial state, the input in force, perhaps a guess. Out: the
point 0 of the workspace. Bounds of variables hold from the start (their slack is the variable), so the model is
only ever evaluated inside hard bounds.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from homeostat.twin.optimal.interior import Counts
from homeostat.twin.optimal.layout import SLACKS, Layout
from homeostat.twin.optimal.limits import Limits, Mask
from homeostat.twin.optimal.tree import Tree
from homeostat.twin.optimal.workspace import Workspace

Array = NDArray[np.float64]
COLD_PUSH, WARM_PUSH = 1e-2, 1e-2
"""Shares by which slacks begin inside their bounds: without a guess, and with one in units of sqrt(mu)."""
BROKEN = 1e-2
"""How far soft rows begin broken at least, to both sides."""
LEAST_BROKEN = 1e-8
NEAR = 10.0
"""A guessed multiplier may differ from mu / distance by this factor."""


@dataclass(frozen=True)
class Beginning:
    """Everything about the rows that does not change between solves."""

    tree: Tree
    layout: Layout
    limits: Limits

    @cached_property
    def masks(self) -> Mapping[str, Mask]:
        """Which of the four sides of each row exist; a side that no row has is left out."""
        soft = self.limits.soft
        sides = {"zl": self.limits.below, "zu": self.limits.above, "wl": soft, "wu": soft}
        return {name: mask for name, mask in sides.items() if mask.any()}

    @cached_property
    def counts(self) -> Counts:
        """Numbers of multipliers."""
        bounds = int(sum(int(mask.sum()) for mask in self.masks.values()))
        dynamics = len(self.tree) * self.layout.nx
        return Counts(dynamics + int(self.limits.active.sum()) + bounds, bounds)

    @cached_property
    def cold(self) -> tuple[Array, Array]:
        """Where slacks may begin without a guess."""
        return self.limits.within(COLD_PUSH)

    @cached_property
    def pinned(self) -> Mask:
        """Variables whose slack is the variable itself: hard bounds of x and u (n, nx + nu)."""
        hard: Mask = self.limits.active & ~self.limits.soft & ~self.limits.equal
        return hard[:, : self.layout.bounded]

    @cached_property
    def pinned_rows(self) -> Mask:
        """The same over all columns of rows."""
        rows = np.zeros_like(self.limits.equal)
        rows[:, : self.layout.bounded] = self.pinned
        return rows

    def distances(self, point: Mapping[str, Array]) -> Mapping[str, Array]:
        """How far slacks are from each side that exists; 1 for rows that do not have it."""
        sides: Mapping[str, Callable[[], Array]] = {
            "zl": lambda: point["s"] - self.limits.low,
            "zu": lambda: self.limits.high - point["s"],
            "wl": lambda: point["el"],
            "wu": lambda: point["eu"],
        }
        return {name: np.where(mask, sides[name](), 1.0) for name, mask in self.masks.items()}

    @cached_property
    def parents(self) -> NDArray[np.int64]:
        """The parent of each node but the root."""
        return np.array(self.tree.parents[1:], dtype=np.int64)

    @cached_property
    def blocked(self) -> tuple[int, ...]:
        """The nodes that go on with their parent's input."""
        return tuple(n for n, blocked in enumerate(self.tree.blocked) if blocked)

    @cached_property
    def leaves(self) -> list[int]:
        """The leaves as an index."""
        return list(self.tree.leaves)


def begin(
    space: Workspace,
    given: Beginning,
    known: tuple[Array, Array, Array],
    mu: float,
    variables: Array | None = None,
) -> None:
    """Fill the point 0 anew: with `variables` (as w), or the same state and input everywhere; without multipliers.

    `known` are the initial state, the input in force and the input to begin with, scaled.
    """
    point, s = space.points[0], given.layout
    for name in ("w", "lam", *SLACKS):
        point[name].fill(0.0)
    if variables is None:
        point["w"][:, s.nv : s.ns] = known[0]
        point["w"][:, s.ns : s.nw] = known[2]
    else:
        point["w"][:] = variables
    _enter(space, given, known[0], known[1], given.cold)
    space.kernel.evaluate(space.table(0))
    soft = given.masks.get("wl")
    free = ~given.pinned_rows
    point["s"][:] = np.where(
        free, np.minimum(np.maximum(point["d"], given.cold[0]), given.cold[1]), point["s"]
    )
    point["s"][:] = np.where(given.limits.active, point["s"], 0.0)
    if soft is not None:
        miss = point["d"] - point["s"]
        point["el"][:] = np.where(soft, np.maximum(-miss, 0.0) + BROKEN, 0.0)
        point["eu"][:] = np.where(soft, np.maximum(miss, 0.0) + BROKEN, 0.0)
    distances = given.distances(point)
    for name, mask in given.masks.items():
        point[name][:] = np.where(mask, mu / distances[name], 0.0)
    point["y"][:] = np.where(given.limits.equal, 0.0, point["zu"] - point["zl"])


def recall(
    space: Workspace, given: Beginning, start: Array, before: Array, guess: Mapping[str, Array]
) -> None:
    """Fill the point 0 from `guess` (as `Guess.point`), the initial state and the input in force renewed."""
    for name, values in guess.items():
        space.points[0][name][:] = values
    _enter(space, given, start, before, None)


def settle(space: Workspace, given: Beginning, before: Array, mu: float) -> None:
    """Move a recalled point as far inside its bounds, and its multipliers as near, as the barrier asks for."""
    point, limits = space.points[0], given.limits
    low, high = limits.within(min(COLD_PUSH, WARM_PUSH * math.sqrt(mu)))
    slack = np.minimum(np.maximum(point["s"], low), high)
    point["s"][:] = np.where(limits.active, slack, 0.0)
    _enter(space, given, None, before, (low, high))
    soft = given.masks.get("wl")
    if soft is not None:
        for name in ("el", "eu"):
            point[name][:] = np.where(soft, np.maximum(point[name], LEAST_BROKEN), 0.0)
    distances = given.distances(point)
    for name, mask in given.masks.items():
        central = mu / distances[name]
        near = np.minimum(np.maximum(point[name], central / NEAR), NEAR * central)
        point[name][:] = np.where(mask, near, 0.0)
    point["y"][:] = np.where(limits.active, point["y"], 0.0)


def _enter(
    space: Workspace, given: Beginning, start: Array | None, before: Array, within: tuple[Array, Array] | None
) -> None:
    """Set what is given at the root, hold inputs where they are held, bring variables inside hard bounds."""
    s, w = given.layout, space.points[0]["w"]
    if start is not None:
        w[0, s.nv : s.ns] = np.where(space.data["fixed"][0, : s.nx] > 0.0, start, w[0, s.nv : s.ns])
    w[given.leaves, s.ns : s.nw] = 0.0
    if within is not None:
        low, high = (bound[:, : s.bounded] for bound in within)
        own = w[:, s.nv : s.nw]
        own[:] = np.where(given.pinned, np.minimum(np.maximum(own, low), high), own)
    if s.nv:
        w[0, : s.nv] = before
        for n in given.blocked:
            w[n, s.ns : s.nw] = w[given.tree.parents[n], s.ns : s.nw]
        w[1:, : s.nv] = w[given.parents, s.ns : s.nw]
    slack = space.points[0]["s"][:, : s.bounded]
    slack[:] = np.where(given.pinned, w[:, s.nv : s.nw], slack)
