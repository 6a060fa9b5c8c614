"""The task as a problem of the structured solver: a fan of scenarios that share their first move."""

import math

import casadi as ca

from homeostat.control.predictive.equations import Equations, width
from homeostat.control.predictive.futures import count
from homeostat.control.predictive.task import Task
from homeostat.twin.optimal import Problem, Row, RungeKutta, Tree

STRIDE = 2.0
"""The longest substep of the integration, in hours: what is planned is slow, what is fast is held (assumption)."""
SOFT = 100.0
"""What a violation of a soft limit by its scale weighs, at every step (assumption)."""


def formulate(task: Task, traced: Equations) -> tuple[Problem, Tree]:
    """The problem and its tree."""
    p = ca.SX.sym("p", width(task))
    substeps = max(math.ceil(task.horizon / task.steps / STRIDE), 1)
    rows = [_row(task, k) for k in range(len(task.rows))]
    changes = [Row(-a.change, a.change) for a in task.actuators if a.change is not None]
    problem = Problem(
        dynamics=RungeKutta(traced.rates, ca.Function("hours", [p], [p[0]]), substeps),
        cost=traced.cost,
        terminal=traced.final,
        inputs=[Row(actuator.low, actuator.high) for actuator in task.actuators],
        constraints=traced.limits if rows or changes else None,
        rows=[*rows, *changes],
        ending=traced.last if rows else None,
        ending_rows=rows,
        state_scales=[_size(task, name) for name in task.states],
        input_scales=[actuator.high - actuator.low for actuator in task.actuators],
        name=task.model,
    )
    return problem, Tree.fan(task.steps, count(task), moves=task.free)


def _row(task: Task, place: int) -> Row:
    row = task.rows[place]
    low, high = (row.bound, math.inf) if row.lower else (-math.inf, row.bound)
    scale = row.limit.scale
    return Row(low, high) if scale is None else Row(low, high, SOFT / scale, SOFT / scale**2)


def _size(task: Task, name: str) -> float:
    """A size of a state that matters: its declared scale or value, at least a thousandth of its unit."""
    declared = task.signature.states[name]
    return max(declared.scale or 0.0, abs(declared.value), 1e-3)
