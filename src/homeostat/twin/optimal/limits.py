"""The rows of a problem at every node of a tree: bounds and prices as the kernel reads them, and where slacks begin.

In: problem, tree and layout. Out: arrays (n, stride) in scaled units. Bounds are widened by a share of 1e-8, so that
even what is pinned to one has an interior (Waechter & Biegler 2006, section 3.5).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from homeostat.twin.optimal.layout import Layout
from homeostat.twin.optimal.problem import INF, Problem, Row
from homeostat.twin.optimal.tree import Tree

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
WIDENED = 1e-8


@dataclass(frozen=True)
class Limits:
    """Bounds, prices, and which parts of each row exist."""

    low: Array
    high: Array
    linear: Array
    quadratic: Array

    @classmethod
    def of(cls, problem: Problem, tree: Tree, s: Layout) -> "Limits":
        """The rows of `problem` over `tree`."""
        shape = len(tree), s.strides["s"]
        arrays = [np.full(shape, v) for v in (-INF, INF, INF, 0.0)]
        inner = set(tree.inner)
        for n in range(len(tree)):
            for k, row, scale in _rows(problem, s, n in inner, n == 0):
                values = (
                    row.low / scale,
                    row.high / scale,
                    row.linear * scale,
                    row.quadratic * scale * scale,
                )
                for array, value in zip(arrays, values, strict=True):
                    array[n, k] = value
        low, high = arrays[0].copy(), arrays[1].copy()
        between = low < high
        low -= np.where(
            between & (low > -INF), WIDENED * np.maximum(1.0, np.abs(np.maximum(low, -1e300))), 0.0
        )
        high += np.where(
            between & (high < INF), WIDENED * np.maximum(1.0, np.abs(np.minimum(high, 1e300))), 0.0
        )
        return cls(low, high, arrays[2], arrays[3])

    @cached_property
    def equal(self) -> Mask:
        """Equalities."""
        found: Mask = self.low == self.high
        return found

    @cached_property
    def below(self) -> Mask:
        """Rows with a lower side."""
        found: Mask = (self.low > -INF) & ~self.equal
        return found

    @cached_property
    def above(self) -> Mask:
        """Rows with an upper side."""
        found: Mask = (self.high < INF) & ~self.equal
        return found

    @cached_property
    def active(self) -> Mask:
        """Rows that ask for anything."""
        return self.below | self.above | self.equal

    @cached_property
    def soft(self) -> Mask:
        """Rows that may be broken."""
        return self.active & (self.linear < INF)

    @cached_property
    def room(self) -> tuple[Array, Array]:
        """What a share is taken of to come inside: the size of the bound, at least 1, at most the distance between."""
        width = np.where(self.below & self.above, self.high - self.low, INF)
        return (
            np.where(self.below, np.minimum(np.maximum(1.0, np.abs(self.low)), width), 0.0),
            np.where(self.above, np.minimum(np.maximum(1.0, np.abs(self.high)), width), 0.0),
        )

    def within(self, push: float) -> tuple[Array, Array]:
        """Where slacks may begin: this share inside the bounds (ibid., section 3.6)."""
        return self.low + push * self.room[0], self.high - push * self.room[1]

    def relaxed(self, inputs: slice) -> "Limits":
        """The search for a feasible point: hard rows may be broken at the price 1, soft ones do not count.

        The bounds of `inputs` (columns) stay hard.
        """
        soft, hard = self.soft, np.zeros_like(self.soft)
        hard[:, inputs] = True
        return Limits(
            np.where(soft, -INF, self.low),
            np.where(soft, INF, self.high),
            np.where(hard | soft, INF, 1.0),
            np.zeros_like(self.quadratic),
        )


def _rows(problem: Problem, s: Layout, inner: bool, root: bool) -> list[tuple[int, Row, float]]:
    """(column, row, scale) of every row of a node that is asked for there."""
    found: list[tuple[int, Row, float]] = []
    for k, (row, free, scale) in enumerate(
        zip(problem.states, problem.free, problem.state_scales, strict=True)
    ):
        if free or not root:
            found.append((k, row, scale))
    if inner:
        found += [
            (s.nx + k, row, scale)
            for k, (row, scale) in enumerate(zip(problem.inputs, problem.input_scales, strict=True))
        ]
    rows = problem.rows if inner else problem.ending_rows
    return found + [(s.bounded + k, row, 1.0) for k, row in enumerate(rows)]
