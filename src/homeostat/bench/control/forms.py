"""The parts of a task as CasADi functions in physical units: what every solver that shoots is made of."""

from dataclasses import replace

import casadi as ca

from homeostat.bench.control.task import Task

FINE = 10
"""Times as many Runge-Kutta steps as solvers take, where a plant or a plan is integrated exactly."""


def rates(task: Task) -> ca.Function:
    """(x, u, p) -> derivative of x by hours."""
    x, u, p = _symbols(task)
    slope, _ = task.model.function()(x, u, p)
    return ca.Function("rates", [x, u, p], [slope])


def step(task: Task, substeps: int) -> ca.Function:
    """(x, u, p) -> x after one interval: classical Runge-Kutta, `substeps` times."""
    x, u, p = _symbols(task)
    slope, width, end = rates(task), task.hours / substeps, x
    for _ in range(substeps):
        first = slope(end, u, p)
        second = slope(end + 0.5 * width * first, u, p)
        third = slope(end + 0.5 * width * second, u, p)
        fourth = slope(end + width * third, u, p)
        end = end + width / 6.0 * (first + 2.0 * second + 2.0 * third + fourth)
    return ca.Function("step", [x, u, p], [end])


def plant(task: Task) -> ca.Function:
    """(x, u, p) -> x after one interval, exact for all purposes here; the loop is one call that is repeated."""
    x, u, p = (ca.MX.sym(n, len(g)) for n, g in zip("xup", task.model.signature.groups, strict=False))
    substeps = FINE * task.substeps
    once = step(replace(task, hours=task.hours / substeps), 1)
    end = once.mapaccum(substeps)(x, u, p)[:, -1]
    return ca.Function("plant", [x, u, p], [end])


def stage(task: Task) -> ca.Function:
    """(x, u, before) -> cost of one interval."""
    x, u, _ = _symbols(task)
    before = ca.SX.sym("before", len(task.inputs))
    change = (u - before) / task.input_scale
    cost = task.stage(_named(task, x)) + ca.dot(ca.DM(task.move_weights), change * change)
    return ca.Function("stage", [x, u, before], [ca.densify(cost)])


def terminal(task: Task) -> ca.Function:
    """(x) -> cost of where the horizon ends."""
    x, _, _ = _symbols(task)
    return ca.Function("terminal", [x], [ca.densify(task.terminal(_named(task, x)))])


def _symbols(task: Task) -> tuple[ca.SX, ca.SX, ca.SX]:
    x, u, p = (ca.SX.sym(n, len(g)) for n, g in zip("xup", task.model.signature.groups, strict=False))
    return x, u, p


def _named(task: Task, x: ca.SX) -> dict[str, ca.SX]:
    return dict(zip(task.states.names, ca.vertsplit(x), strict=True))
