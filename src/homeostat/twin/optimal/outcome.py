"""What a solve hands over: a typed status first, numbers only where it was solved, and how the next one may begin.

In: a solver's arrays. Out: a frozen `Outcome` in the model's units and a `Guess` for a later solve.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.optimal.interior import Status
from homeostat.twin.optimal.layout import Layout
from homeostat.twin.optimal.tree import Tree

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Guess:
    """A point to begin from: variables and multipliers, scaled, as the kernel holds them."""

    tree: Tree
    layout: Layout
    point: Mapping[str, Array] = field(repr=False)


@dataclass(frozen=True)
class Residuals:
    """What the optimality conditions miss, scaled: constraints, stationarity, complementarity; the error judged."""

    primal: float
    dual: float
    complementarity: float
    error: float


@dataclass(frozen=True)
class Outcome:
    """A trajectory over the nodes of a tree, in the model's units. Arrays are empty unless the status is `SOLVED`.

    `x` (n, nx); `u` (n, nu), at leaves the input held before; `multipliers` (n, nx) are those of x_n = step(...);
    `bounds` (n, nx + nu) those of the bounds of x and u, `constraints` (n, ng) of the rows g or h: positive where the
    upper side is active, negative for the lower. `broken` (n, nx + nu + ng) is by how much soft rows are broken,
    negative below. `violation` is the least that was found where the problem is `INFEASIBLE`, scaled; else 0.
    """

    status: Status
    tree: Tree
    x: Array = field(repr=False)
    u: Array = field(repr=False)
    multipliers: Array = field(repr=False)
    bounds: Array = field(repr=False)
    constraints: Array = field(repr=False)
    broken: Array = field(repr=False)
    objective: float
    residuals: Residuals
    iterations: int
    violation: float = 0.0
    guess: Guess | None = field(repr=False, default=None)

    @property
    def usable(self) -> bool:
        """Whether the numbers may be used at all."""
        return self.status is Status.SOLVED

    @property
    def first(self) -> Array:
        """The input to apply now (nu); `TwinError` unless solved."""
        self.kept()
        first: Array = self.u[0]
        return first

    def kept(self) -> Guess:
        """A guess for a solve over the same nodes; `TwinError` unless solved."""
        if self.guess is None:
            raise TwinError(
                f"the solve ended as {self.status.value!r}: it has no trajectory",
                where="Outcome",
                mend="look at `status` first, and fall back",
            )
        return self.guess

    def shifted(self) -> Guess:
        """A guess for the solve one step later: every node takes what its successor had; `TwinError` unless solved.

        The last inputs stay, with the rows that belong to them: a leaf has none to give.
        """
        guess = self.kept()
        s, tree = guess.layout, guess.tree
        after, leaves = np.array(tree.successors()), np.zeros(len(tree), dtype=bool)
        leaves[list(tree.leaves)] = True
        last = np.flatnonzero(leaves[after])
        point = {name: array[after] for name, array in guess.point.items()}
        for name, array in point.items():
            own = {"w": s.ns, "lam": array.shape[1]}.get(name, s.nx)
            array[last, own:] = guess.point[name][last, own:]
        return Guess(tree, s, point)
