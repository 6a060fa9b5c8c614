"""do-mpc's controller for a task: orthogonal collocation and IPOPT, as in its own examples.

Only what makes it quicker is changed: nothing is printed and full solutions are not stored. Timed is `make_step`, which
is what its users call. It bounds the states at collocation points too.
"""

import warnings
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import casadi as ca
import numpy as np

from homeostat.bench.control import forms
from homeostat.bench.control.solver import Answer, Watch
from homeostat.bench.control.task import Array, Task

INSTALLED = find_spec("do_mpc") is not None


class DoMpc:
    """do-mpc's `MPC`, robust with one branching if the task has several scenarios."""

    name = "do-mpc"

    def __init__(self, task: Task) -> None:
        self._task, self._known = task, task.known
        self._mpc = _controller(task, lambda: self._known)
        self._begun = False

    def solve(self, x: Array, before: Array, known: Array) -> Answer:
        """As `Solver.solve`."""
        self._known = known
        self._mpc.u0 = before
        if not self._begun:
            self._mpc.x0 = x
            self._mpc.set_initial_guess()
            self._begun = True
        watch = Watch()
        self._mpc.make_step(x)
        spent, stats = watch.milliseconds, self._mpc.solver_stats
        return Answer(self._plan(), bool(stats["success"]), int(stats["iter_count"]), spent)

    def forget(self) -> None:
        """As `Solver.forget`."""
        self._begun = False

    def _plan(self) -> Array:
        found, scale = self._mpc.opt_x_num, self._task.input_scale
        count = len(self._known)
        rows = [
            [np.array(found["_u", k, s if k else 0]).ravel() * scale for k in range(self._task.steps)]
            for s in range(count)
        ]
        return np.array(rows)


def imported() -> Any:
    """The module `do_mpc`; it warns of extras that are not installed, which nobody asked for here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module("do_mpc")


def declared(task: Task, library: Any) -> Any:
    """The task's model in do-mpc's terms: states, inputs, uncertain parameters and equations."""
    model = library.model.Model("continuous", "SX")
    x = [model.set_variable("_x", name) for name in task.states.names]
    u = [model.set_variable("_u", name) for name in task.inputs.names]
    group = task.model.signature.parameters
    values = dict(zip(group.names, group.values, strict=True))
    values |= {name: model.set_variable("_p", name) for name in task.uncertain}
    slopes = forms.rates(task)(ca.vertcat(*x), ca.vertcat(*u), ca.vertcat(*values.values()))
    for k, name in enumerate(task.states.names):
        model.set_rhs(name, slopes[k])
    model.setup()
    return model


def _controller(task: Task, known: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        library = imported()
        model = declared(task, library)
        mpc = library.controller.MPC(model)
        _settle(mpc.settings, task)
        _pose(mpc, model, task)
        template = mpc.get_p_template(len(task.scenarios))

        def uncertain(_: float) -> Any:
            for s, row in enumerate(known()):
                template["_p", s] = row
            return template

        mpc.set_p_fun(uncertain)
        mpc.setup()
    return mpc


def _settle(settings: Any, task: Task) -> None:
    settings.n_horizon, settings.t_step = task.steps, task.hours
    settings.n_robust = 1 if len(task.scenarios) > 1 else 0
    settings.state_discretization, settings.collocation_type = "collocation", "radau"
    settings.collocation_deg, settings.collocation_ni = 2, task.elements
    settings.store_full_solution = False
    settings.supress_ipopt_output()


def _pose(mpc: Any, model: Any, task: Task) -> None:
    """Objective, scales and bounds."""
    named = {name: model.x[name] for name in task.states.names}
    mpc.set_objective(mterm=task.terminal(named), lterm=task.stage(named))
    mpc.set_rterm(**{name: task.moves.get(name, 0.0) for name in task.inputs.names})
    for kind, group in (("_x", task.states), ("_u", task.inputs)):
        for name in group.names:
            mpc.scaling[kind, name] = task.scale.get(name, 1.0)
    for name, (low, high) in task.bounds.items():
        _bound(mpc, "_x", name, low, high)
    for quantity in task.inputs:
        _bound(mpc, "_u", quantity.name, quantity.low, quantity.high)
    for limit in task.soft:
        mpc.set_nl_cons(
            limit.state,
            model.x[limit.state],
            ub=limit.high,
            soft_constraint=True,
            penalty_term_cons=limit.weight,
        )


def _bound(mpc: Any, kind: str, name: str, low: float, high: float) -> None:
    for side, value in (("lower", low), ("upper", high)):
        if np.isfinite(value):
            mpc.bounds[side, kind, name] = value
