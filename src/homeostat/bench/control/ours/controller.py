"""Our solver on a task: `homeostat.twin.optimal`, compiled once, then warm from one step to the next.

Where the task is stiff the implicit Runge-Kutta method is taken, with as many steps as collocation has elements.
"""

import casadi as ca
import numpy as np

from homeostat.bench.control import forms
from homeostat.bench.control.solver import Answer, Watch
from homeostat.bench.control.task import Array, Task
from homeostat.twin.optimal import (
    RK4,
    SDIRK3,
    Guess,
    Problem,
    Row,
    RungeKutta,
    Tree,
    compile_solver,
)


class Ours:
    """The interior point method of the twin on the task's tree."""

    name = "Homeostat"

    def __init__(self, task: Task) -> None:
        self._task = task
        self._tree = Tree.fan(task.steps, len(task.scenarios))
        self._solver = compile_solver(posed(task), self._tree)
        self._scenario = np.maximum(self._tree.scenarios, 0)
        self._paths = np.array([self._tree.path(leaf)[:-1] for leaf in self._tree.leaves])
        self._last: Guess | None = None

    def solve(self, x: Array, before: Array, known: Array) -> Answer:
        """As `Solver.solve`."""
        watch = Watch()
        found = self._solver.solve(x, before, known[self._scenario], guess=self._last)
        self._last = found.shifted() if found.usable else None
        spent = watch.milliseconds
        plan = found.u[self._paths] if found.usable else np.tile(before, (*self._paths.shape, 1))
        return Answer(plan, found.usable, found.iterations, spent)

    def forget(self) -> None:
        """As `Solver.forget`."""
        self._last = None


def posed(task: Task) -> Problem:
    """The task in the twin's terms; its node parameters are the uncertain ones."""
    x, u, v, p = (ca.SX.sym(n, k) for n, k in zip("xuvp", _sizes(task), strict=True))
    softly = ca.vertcat(*(x[task.states.index(limit.state)] for limit in task.soft))
    rows = tuple(Row(high=limit.high, linear=limit.weight) for limit in task.soft)
    return Problem(
        _dynamics(task, x, u, p),
        cost=ca.Function("cost", [x, u, v, p], [forms.stage(task)(x, u, v)]),
        terminal=ca.Function("terminal", [x, p], [forms.terminal(task)(x)]),
        states=_rows(*task.state_bounds),
        inputs=_rows(*task.input_bounds),
        constraints=ca.Function("limits", [x, u, v, p], [softly]) if rows else None,
        rows=rows,
        ending=ca.Function("limits", [x, p], [softly]) if rows else None,
        ending_rows=rows,
        state_scales=tuple(task.state_scale),
        input_scales=tuple(task.input_scale),
        name=task.name,
    )


def _sizes(task: Task) -> tuple[int, int, int, int]:
    return len(task.states), len(task.inputs), len(task.inputs), len(task.uncertain)


def _dynamics(task: Task, x: ca.SX, u: ca.SX, p: ca.SX) -> RungeKutta:
    group = task.model.signature.parameters
    values = [ca.SX(value) for value in group.values]
    for k, name in enumerate(task.uncertain):
        values[group.index(name)] = p[k]
    rates = ca.Function("rates", [x, u, p], [forms.rates(task)(x, u, ca.vertcat(*values))])
    if task.stiff:
        return RungeKutta(rates, task.hours, task.elements, SDIRK3)
    return RungeKutta(rates, task.hours, task.substeps, RK4)


def _rows(low: Array, high: Array) -> tuple[Row, ...]:
    return tuple(Row(a, b) for a, b in zip(low.tolist(), high.tolist(), strict=True))
