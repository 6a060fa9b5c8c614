"""Multiple shooting with Runge-Kutta steps as a nonlinear programme, for the solvers that come with CasADi.

Unknowns are scaled and stand in the order of time: u_0, x_1, h_1, e_1, u_1, ... with the inputs held before, h_k, and
a slack e_k >= 0 for every soft limit; so do the constraints. With h_k the Hessian has small blocks, one an interval:
SQP that clips its eigenvalues fails without. Parameters of the programme are the first states, the inputs before and
the model's.
"""

from dataclasses import dataclass

import casadi as ca
import numpy as np

from homeostat.bench.control import forms
from homeostat.bench.control.task import Array, Task


@dataclass(frozen=True)
class Programme:
    """A nonlinear programme, with bounds of its unknowns (`low`, `high`) and of its constraints (`least`, 0)."""

    nlp: dict[str, ca.MX]
    low: Array
    high: Array
    least: Array
    task: Task

    @property
    def width(self) -> int:
        """Unknowns in one interval."""
        return len(self.low) // self.task.steps

    def guess(self, x: Array, before: Array) -> Array:
        """States and inputs as they are, all along the horizon."""
        t = self.task
        inputs = before / t.input_scale
        one = np.concatenate([inputs, x / t.state_scale, inputs, np.zeros(len(t.soft))])
        return np.tile(one, t.steps)

    def shifted(self, unknowns: Array, rows: int) -> Array:
        """`unknowns` with `rows` a step, one step later; the last step is repeated."""
        return np.concatenate([unknowns[rows:], unknowns[-rows:]])

    def plan(self, unknowns: Array) -> Array:
        """The inputs (1, n, nu) in physical units."""
        rows: Array = unknowns.reshape(self.task.steps, self.width)[:, : len(self.task.inputs)]
        return (rows * self.task.input_scale)[None]

    def given(self, x: Array, before: Array, known: Array) -> Array:
        """The programme's parameters."""
        return np.concatenate([x, before, self.task.parameters(known)[0]])


def programme(task: Task, substeps: int) -> Programme:
    """The task over its first scenario, with so many Runge-Kutta steps an interval."""
    nx, nu, ns = len(task.states), len(task.inputs), len(task.soft)
    ahead, stage, terminal = forms.step(task, substeps), forms.stage(task), forms.terminal(task)
    x = start = ca.MX.sym("start", nx)
    before = held = ca.MX.sym("before", nu)
    p = ca.MX.sym("p", len(task.model.signature.parameters))
    unknowns, gaps, cost = [], [], ca.MX(0)
    for _ in range(task.steps):
        u, end, after, slack = (ca.MX.sym(n, k) for n, k in zip("uxhe", (nu, nx, nu, ns), strict=True))
        unknowns += [u, end, after, slack]
        reached = ahead(x, u * task.input_scale, p)
        gaps += [reached / task.state_scale - end, u - after, _beyond(task, end) - slack]
        cost += stage(x, u * task.input_scale, held) + ca.dot(_weights(task), slack)
        x, held = end * task.state_scale, after * task.input_scale
    nlp = {
        "x": ca.vertcat(*unknowns),
        "f": cost + terminal(x),
        "g": ca.vertcat(*gaps),
        "p": ca.vertcat(start, before, p),
    }
    low, high = _limits(task)
    least = np.concatenate([np.zeros(nx + nu), np.full(ns, -np.inf)])
    low, high, least = (np.tile(row, task.steps) for row in (low, high, least))
    return Programme(nlp, low, high, least, task)


def _limits(task: Task) -> tuple[Array, Array]:
    """Bounds of the unknowns of one interval."""
    (least, most), (below, above), ns = task.input_bounds, task.state_bounds, len(task.soft)
    free = np.full(len(task.inputs), np.inf)
    low = [least / task.input_scale, below / task.state_scale, -free, np.zeros(ns)]
    high = [most / task.input_scale, above / task.state_scale, free, np.full(ns, np.inf)]
    return np.concatenate(low), np.concatenate(high)


def _beyond(task: Task, scaled: ca.MX) -> ca.MX:
    """By how much each soft limit is exceeded, in its state's scale."""
    places = [task.states.index(limit.state) for limit in task.soft]
    highs = [limit.high / task.state_scale[place] for limit, place in zip(task.soft, places, strict=True)]
    beyond: ca.MX = ca.vertcat(*(scaled[place] - high for place, high in zip(places, highs, strict=True)))
    return beyond


def _weights(task: Task) -> ca.DM:
    """Of the scaled slacks."""
    return ca.DM([limit.weight * task.state_scale[task.states.index(limit.state)] for limit in task.soft])
