"""What a plan is really worth: integrated exactly, the same way whoever made it.

Solvers discretise differently, so that the objective each reports is not compared with that of another.
"""

from dataclasses import dataclass

import casadi as ca
import numpy as np

from homeostat.bench.control import forms
from homeostat.bench.control.task import Array, Task


@dataclass(frozen=True)
class Worth:
    """Of a plan: its objective, and by how much it breaks a bound of a state at most (in that state's scale)."""

    objective: float
    excess: float


class Judge:
    """Judges plans for `task`."""

    def __init__(self, task: Task) -> None:
        self._task, self._plant = task, forms.plant(task)
        self._stage, self._terminal = forms.stage(task), forms.terminal(task)

    def worth(self, x: Array, before: Array, plan: Array, known: Array) -> Worth:
        """Of `plan` (s, n, nu) from `x` after the move `before`, in scenarios `known` (s, k)."""
        rows = [self.path(x, moves, p) for moves, p in zip(plan, self._task.parameters(known), strict=True)]
        costs = [self.cost(path, before, moves) for path, moves in zip(rows, plan, strict=True)]
        return Worth(float(np.mean(costs)), max(self.excess(path) for path in rows))

    def path(self, x: Array, moves: Array, p: Array) -> Array:
        """States (n + 1, nx) under `moves` (n, nu) with parameters `p` (np,)."""
        n = len(moves)
        ends = self._plant.mapaccum(n)(x, moves.T, ca.repmat(ca.DM(p), 1, n))
        return np.vstack([x, np.array(ends).T])

    def cost(self, path: Array, before: Array, moves: Array) -> float:
        """The objective of `path` (n + 1, nx) under `moves` (n, nu)."""
        held = np.vstack([before, moves[:-1]])
        stages = self._stage(path[:-1].T, moves.T, held.T)
        softly = sum(
            limit.weight
            * float(np.maximum(path[1:, self._task.states.index(limit.state)] - limit.high, 0.0).sum())
            for limit in self._task.soft
        )
        return float(ca.sum2(stages)) + float(self._terminal(path[-1])) + softly

    def excess(self, path: Array) -> float:
        """By how much `path` breaks a bound after its start, in the state's scale; 0 where it does not."""
        low, high = self._task.state_bounds
        outside = np.maximum(low - path[1:], path[1:] - high) / self._task.state_scale
        return max(0.0, float(outside.max()))
