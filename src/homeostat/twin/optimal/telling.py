"""From the kernel's scaled arrays to an `Outcome` in the model's units.

In: how an attempt ended, and the workspace. Out: numbers where it was solved, empty arrays where it was not. The
share by which bounds were widened for the solve is taken back from x and u.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from homeostat.twin.optimal.interior import Ending, Status
from homeostat.twin.optimal.layout import POINT
from homeostat.twin.optimal.outcome import Guess, Outcome, Residuals
from homeostat.twin.optimal.problem import INF, Problem, Row
from homeostat.twin.optimal.workspace import Workspace

Array = NDArray[np.float64]
UNKNOWN = Residuals(math.nan, math.nan, math.nan, math.nan)


class Teller:
    """Writes outcomes of one problem over one tree."""

    def __init__(self, problem: Problem, space: Workspace) -> None:
        self.space, self.tree, self.layout = space, space.tree, space.kernel.layout
        self.scales = np.array(problem.state_scales), np.array(problem.input_scales)
        self._both = np.concatenate(self.scales)
        self._states, self._inputs = _hard(problem.states), _hard(problem.inputs)
        self._free = np.array(problem.free)
        s = self.layout
        self._empty = [np.zeros((0, k)) for k in (s.nx, s.nu, s.nx, s.bounded, s.ng, s.rows)]
        self._parents = [self.tree.parents[leaf] for leaf in self.tree.leaves]

    def failed(
        self, status: Status, spent: int, residuals: Residuals = UNKNOWN, violation: float = 0.0
    ) -> Outcome:
        """An outcome without numbers."""
        x, u, multipliers, bounds, constraints, broken = self._empty
        return Outcome(
            status=status,
            tree=self.tree,
            x=x,
            u=u,
            multipliers=multipliers,
            bounds=bounds,
            constraints=constraints,
            broken=broken,
            objective=math.nan,
            residuals=residuals,
            iterations=spent,
            violation=violation,
        )

    def ended(self, ending: Ending, spent: int) -> Outcome:
        """The outcome of an attempt: with numbers if it was solved."""
        if ending.status is not Status.SOLVED:
            return self.failed(ending.status, spent, _residuals(ending))
        s, held = self.layout, self.space.points[ending.point]
        point = {name: held[name].copy() for name in POINT}
        w, y = point["w"], point["y"]
        x, u = w[:, s.nv : s.ns] * self.scales[0], w[:, s.ns : s.nw] * self.scales[1]
        inside = np.minimum(np.maximum(x, self._states[0]), self._states[1])
        x[0, self._free], x[1:] = inside[0, self._free], inside[1:]
        u = np.minimum(np.maximum(u, self._inputs[0]), self._inputs[1])
        u[list(self.tree.leaves)] = u[self._parents]
        broken = (point["eu"] - point["el"])[:, : s.rows]
        broken[:, : s.bounded] *= self._both
        return Outcome(
            status=Status.SOLVED,
            tree=self.tree,
            x=x,
            u=u,
            multipliers=point["lam"][:, : s.nx] / self.scales[0],
            bounds=y[:, : s.bounded] / self._both,
            constraints=y[:, s.bounded : s.rows].copy(),
            broken=broken,
            objective=ending.measures.cost,
            residuals=_residuals(ending),
            iterations=spent,
            guess=Guess(self.tree, s, point),
        )


def _residuals(ending: Ending) -> Residuals:
    m = ending.measures
    return Residuals(m.missed, m.still, m.most, ending.error)


def _hard(rows: Sequence[Row]) -> tuple[Array, Array]:
    """Bounds (low, high) of hard rows; infinite for soft ones."""
    low = np.array([row.low if row.linear == INF else -INF for row in rows])
    high = np.array([row.high if row.linear == INF else INF for row in rows])
    return low, high
