"""The task as equations: rates, costs, limits and quantities of the planned states, as CasADi SX functions.

All take x (planned states), u (moved inputs), v (those before), p. p holds the step's length in hours, then every
state, input and parameter of the model in declared order (those that are planned or moved are not used), then for each
row of the limits by how much it is drawn in, then for each switch its least and greatest value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import casadi as ca

from homeostat.control.predictive.task import Task, Term
from homeostat.twin import model

ROUND = 0.02
"""How softly a one-sided aim begins, in scales: at its bound it weighs a quarter of ROUND squared."""


@dataclass(frozen=True)
class Equations:
    """`rates` (x, u, p) -> dx/dt; `cost` (x, u, v, p) of a step; `final` (x, v, p): the cost at the end.

    `limits` (x, u, v, p) are the rows of the limits, then the changes of inputs that are limited, then two rows for
    each switch; `last` (x, v, p) the rows of the limits at the end; `seen` (x, u, p) the watched quantities. At the end
    v, the last input, is still the one in force.
    """

    rates: ca.Function
    cost: ca.Function
    final: ca.Function
    limits: ca.Function
    last: ca.Function
    seen: ca.Function


def equations(task: Task) -> Equations:
    """Trace the functions of a task."""
    n = len(task.moved)
    x, u, v = ca.SX.sym("x", len(task.states)), ca.SX.sym("u", n), ca.SX.sym("v", n)
    p = ca.SX.sym("p", width(task))
    rates, named = _model(task, x, u, p)
    _, at_end = _model(task, x, v, p)
    changes = [u[k] - v[k] for k, actuator in enumerate(task.actuators) if actuator.change is not None]
    changes += _switches(task, u, p)
    return Equations(
        ca.Function("rates", [x, u, p], [rates]),
        ca.Function("cost", [x, u, v, p], [_step_cost(task, named, u, v, p)]),
        ca.Function("final", [x, v, p], [_final_cost(task, at_end)]),
        ca.Function("limits", [x, u, v, p], [ca.densify(ca.vertcat(*_rows(task, named, p), *changes))]),
        ca.Function("last", [x, v, p], [ca.densify(ca.vertcat(*_rows(task, at_end, p)))]),
        ca.Function("seen", [x, u, p], [ca.densify(ca.vertcat(*[named[name] for name in task.watched]))]),
    )


def width(task: Task) -> int:
    """How many numbers p holds."""
    return (
        1 + sum(len(group) for group in task.signature.groups[:3]) + len(task.rows) + 2 * len(task.switches)
    )


@cache
def direct(name: str, moved: tuple[str, ...]) -> frozenset[str]:
    """The outputs of a model that follow a moved input at once, not through a state."""
    signature, function = model(name).signature, model(name).function()
    pattern = function.sparsity_jac(1, 1)
    places = {signature.inputs.index(each) for each in moved}
    pairs = zip(*pattern.get_triplet(), strict=True)
    return frozenset(signature.outputs.names[row] for row, column in pairs if column in places)


def given(hours: float, *vectors: Sequence[float]) -> tuple[float, ...]:
    """The vector p of a step: its length, states, inputs, parameters, margins, ends of switches."""
    return (hours, *[value for vector in vectors for value in vector])


def _model(task: Task, x: ca.SX, u: ca.SX, p: ca.SX) -> tuple[ca.SX, dict[str, ca.SX]]:
    """Rates of the planned states, and every state and output by name."""
    states, inputs, parameters, outputs = task.signature.groups
    full = [p[1 + k] for k in range(len(states))]
    for k, name in enumerate(task.states):
        full[states.index(name)] = x[k]
    at = 1 + len(states)
    driven = [p[at + k] for k in range(len(inputs))]
    for k, name in enumerate(task.moved):
        driven[inputs.index(name)] = u[k]
    at += len(inputs)
    constants = p[at : at + len(parameters)]
    rates, algebraic = model(task.model).function()(ca.vertcat(*full), ca.vertcat(*driven), constants)
    named = dict(zip(states.names, full, strict=True))
    named |= {name: algebraic[k] for k, name in enumerate(outputs.names)}
    return ca.vertcat(*[rates[states.index(name)] for name in task.states]), named


def _rows(task: Task, named: dict[str, ca.SX], p: ca.SX) -> list[ca.SX]:
    """One row for each end of each limit; what is drawn in counts against it."""
    first = p.shape[0] - len(task.rows) - 2 * len(task.switches)
    return [
        named[row.quantity] - p[first + k] if row.lower else named[row.quantity] + p[first + k]
        for k, row in enumerate(task.rows)
    ]


def _switches(task: Task, u: ca.SX, p: ca.SX) -> list[ca.SX]:
    """Two rows for each switch, not negative where it is within the ends that it has now."""
    rows, at = [], p.shape[0] - 2 * len(task.switches)
    for k, actuator in enumerate(task.actuators):
        if actuator.least is not None:
            rows += [u[k] - p[at], p[at + 1] - u[k]]
            at += 2
    return rows


def _step_cost(task: Task, named: dict[str, ca.SX], u: ca.SX, v: ca.SX, p: ca.SX) -> ca.SX:
    """Aims that count throughout, averaged over the steps; the amounts that are used, and how much is moved."""
    cost = ca.SX(0.0)
    for term in task.terms:
        if term.throughout:
            cost += aim(term, named[term.quantity]) / task.steps
    for k, actuator in enumerate(task.actuators):
        if actuator.cost is not None:
            cost += u[k] * p[0] / actuator.cost
        if actuator.suppression is not None:
            cost += ((u[k] - v[k]) / actuator.suppression) ** 2
    return cost


def _final_cost(task: Task, named: dict[str, ca.SX]) -> ca.SX:
    cost = ca.SX(0.0)
    for term in task.terms:
        if not term.throughout:
            cost += aim(term, named[term.quantity])
    return cost


def aim(term: Term, value: ca.SX) -> ca.SX:
    """What a value weighs under an aim."""
    if term.kind in ("more", "less"):
        return term.weight * value / term.scale * (-1.0 if term.kind == "more" else 1.0)
    away = (value - term.value) / term.scale
    if term.kind == "target":
        return term.weight * away**2
    beyond = away if term.kind == "high" else -away
    return term.weight * (0.5 * (beyond + ca.sqrt(beyond**2 + ROUND**2))) ** 2
