"""Which aims of a controller may be held with an offset: nothing estimated is free to take up what the model has wrong.

In: a process. Out: a remark for each target, and each soft limit, for whose quantity no parameter is free.

A quantity is freed of offset by an estimated parameter that enters its balance: one learnt, or a disturbance. One
parameter frees one quantity (Pannocchia & Rawlings 2003, AIChE J. 49, 426: as many integrating disturbances as
measurements), and what else is measured wants its own: quantities and parameters are matched (Kuhn 1955, Nav. Res.
Logist. Q. 2, 83). That is a test of structure: whether readings find the parameter out is not looked at. What has no
parameter in its balance, as a volume, cannot have a wrong one.
"""

from collections.abc import Iterator, Mapping, Sequence, Set

import casadi as ca

from homeostat.execution.plan.twin import believed
from homeostat.process import Process
from homeostat.process.controllers import Aim, Bound, Controller
from homeostat.process.issues import Fault, Path, quoted
from homeostat.twin import Model, model
from homeostat.twin.disturbed import disturbance

WHY = "where the model is wrong, nothing that the twin estimates is free to take it up"
Takers = Mapping[str, frozenset[str]]
"""For each state and output the estimated parameters that enter its balance."""


def offsets(process: Process) -> Iterator[Fault]:
    """A remark for every quantity of a controller that would be held with an offset where the model is wrong."""
    observer = process.twin.observer
    if observer is None or not process.controllers:
        return
    of = model(believed(process))
    takers = _takers(of, {*observer.learn, *map(disturbance, observer.disturbances)})
    fallible = _takers(of, frozenset(of.signature.parameters.names))
    measured, made = process.twin.measured, _made(of)
    for name, controller in process.controllers.items():
        for path, quantity in _wanted(process, controller):
            others = [takers[each] for each in measured if each not in made[quantity]]
            if fallible[quantity] and _matched([*others, takers[quantity]]) == _matched(others):
                what = f"plans may miss {quoted(quantity)} to one side: {WHY}"
                mend = "name a parameter of its balance in twin.observer.learn, or its state in .disturbances"
                yield Fault(("controllers", name, *path, "of"), what, mend)


def _wanted(process: Process, controller: Controller) -> Iterator[tuple[Path, str]]:
    """Targets and soft limits, with the model's quantity that they speak of; what is held is not planned."""
    given: list[tuple[Path, Aim | Bound]] = [
        (("aims", k), a) for k, a in enumerate(controller.aims) if a.target
    ]
    given += [(("limits", k), bound) for k, bound in enumerate(controller.limits) if not bound.hard]
    for path, each in given:
        attribute = process.attributes.get(each.of)
        quantity = each.of if attribute is None or attribute.quantity is None else attribute.quantity
        if quantity not in controller.held:
            yield path, quantity


def _takers(of: type[Model], estimated: Set[str]) -> Takers:
    """What enters each balance: for an output, that of any state it is made of, and itself."""
    signature, function = of.signature, of.function()
    names, made = signature.parameters.names, _made(of)
    rates, outputs = (_entering(function, 2, result, names) for result in (0, 1))
    found = {state: rates[k] & estimated for k, state in enumerate(signature.states.names)}
    for k, output in enumerate(signature.outputs.names):
        parts = [found[state] for state in sorted(made[output] - {output})]
        found[output] = frozenset().union(outputs[k] & estimated, *parts)
    return found


def _made(of: type[Model]) -> Mapping[str, frozenset[str]]:
    """What each state and output is made of: itself, and the states that an output follows."""
    states, outputs = of.signature.states.names, of.signature.outputs.names
    followed = _entering(of.function(), 0, 1, states)
    alone = {state: frozenset((state,)) for state in states}
    return alone | {output: followed[k] | {output} for k, output in enumerate(outputs)}


def _entering(
    function: ca.Function, argument: int, result: int, names: Sequence[str]
) -> list[frozenset[str]]:
    """For each row of a result the names of the arguments that it depends on."""
    rows: list[set[str]] = [set() for _ in range(function.numel_out(result))]
    for row, column in zip(*function.sparsity_jac(argument, result).get_triplet(), strict=True):
        rows[row].add(names[column])
    return [frozenset(row) for row in rows]


def _matched(takers: Sequence[frozenset[str]]) -> int:
    """To how many quantities a parameter of their own can be given."""
    owner: dict[str, int] = {}

    def given(quantity: int, tried: set[str]) -> bool:
        for name in sorted(takers[quantity] - tried):
            tried.add(name)
            if name not in owner or given(owner[name], tried):
                owner[name] = quantity
                return True
        return False

    return sum(given(quantity, set()) for quantity in range(len(takers)))
