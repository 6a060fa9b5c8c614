"""The task as a problem of the structured solver: a fan of scenarios that share their first move."""

import math

import casadi as ca

from homeostat.control.predictive.equations import Equations, width
from homeostat.control.predictive.futures import count
from homeostat.control.predictive.task import Task
from homeostat.twin.optimal import RK4, SDIRK3, Problem, Row, RungeKutta, Tree

STRIDE = 2.0
"""The longest substep of the integration, in hours: what is planned is slow, what is fast is held (assumption)."""
STIFF_STRIDE = 0.1
"""The same of a stiff model: what settles is settled by then, but for an instant at which a substrate runs out."""
BEYOND = 0.01
"""How far, in sizes, the states of a stiff model may be planned beyond their bounds: integration is not exact."""
SOFT = 100.0
"""What a violation of a soft limit by its scale weighs, at every step (assumption)."""


def formulate(task: Task, traced: Equations) -> tuple[Problem, Tree]:
    """The problem and its tree."""
    p = ca.SX.sym("p", width(task))
    stride = STIFF_STRIDE if task.stiff else STRIDE
    substeps = max(math.ceil(task.horizon / task.steps / stride), 1)
    rows = [_row(task, k) for k in range(len(task.rows))]
    changes = [Row(-a.change, a.change) for a in task.actuators if a.change is not None]
    changes += [Row(0.0) for _ in range(2 * len(task.switches))]
    problem = Problem(
        dynamics=RungeKutta(
            traced.rates, ca.Function("hours", [p], [p[0]]), substeps, SDIRK3 if task.stiff else RK4
        ),
        cost=traced.cost,
        terminal=traced.final,
        states=[_within(task, name) for name in task.states] if task.stiff else (),
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


def _within(task: Task, name: str) -> Row:
    """Where a state may stand on the way to the optimum: a stiff model is steep, or has a pole, just beyond."""
    declared, beyond = task.signature.states[name], BEYOND * _size(task, name)
    return Row(declared.low - beyond, declared.high + beyond)


def _size(task: Task, name: str) -> float:
    """A size of a state that matters: its declared scale or value, else what its limits count, or 0.001 of its unit."""
    declared = task.signature.states[name]
    said = max(declared.scale or 0.0, abs(declared.value))
    limits = [limit.scale or 0.0 for limit in task.limits if limit.quantity == name]
    return max(said or max(limits, default=0.0), 1e-3)
