"""A model with disturbances: named states get a further rate that nothing explains, a parameter to be estimated.

In: a model and some of its states. Out: the same model with a parameter `<state>_disturbance` for each, in the state's
unit per hour, 0 unless it is learnt. Estimated as a random walk, and held over a horizon, it is an integrating
disturbance at the plant's input: with as many of them as measured quantities a plan has no offset (Muske & Badgwell
2002, J. Process Control 12, 617; Pannocchia & Rawlings 2003, AIChE J. 49, 426).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from homeostat.errors import TwinError
from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.declare import Quantity, parameter
from homeostat.twin.model import Model

NEAR = 0.05
"""A disturbance is half as large where a state is this share of its size from a bound (assumption).

The fade is that wide because plans are integrated in steps of hours: a sharper one is jumped over.
"""


def disturbance(state: str) -> str:
    """The name of the parameter that is the disturbance of a state."""
    return f"{state}_disturbance"


def disturbed(of: type[Model], states: Sequence[str]) -> type[Model]:
    """`of` with a disturbance in each of `states`.

    Raises TwinError for a state that the model does not have, and for a name that it has already.
    """
    known = {quantity.name for group in of.signature.groups for quantity in group}
    for name in states:
        of.signature.states.index(name)
        if disturbance(name) in known:
            raise TwinError(f"the model has a {disturbance(name)} of its own", where=of.__name__)
    declared = {disturbance(name): _declared(of.signature.states[name]) for name in states}

    def rates(self: Model, m: Algebra) -> dict[str, Value]:
        found = dict(of.rates(self, m))
        for name in states:
            at, added = getattr(self, name), getattr(self, disturbance(name))
            found[name] = found[name] + added * _share(of.signature.states[name], at, m)
        return found

    body: Mapping[str, Any] = {**declared, "rates": rates, "__doc__": of.__doc__, "__module__": of.__module__}
    return type(f"{of.__name__}Disturbed", (of,), dict(body))


def _declared(state: Quantity) -> Any:
    return parameter(0.0, f"({state.unit})/h", f"rate of {state.doc} that the model does not explain")


def _share(state: Quantity, at: Value, m: Algebra) -> Value:
    """1 well within the bounds of a state, 0 at either and beyond: no rate leads a state out of its bounds.

    Between 0 and 1 everywhere, with a continuous slope: an integrator may try states beyond a bound.
    """
    near = NEAR * size(state)
    share: Value = 1.0
    for bound, away in ((state.low, at - state.low), (state.high, state.high - at)):
        if math.isfinite(bound):
            inside = m.if_else(away > 0.0, away, 0.0)
            share = share * (inside * inside / (inside * inside + near * near))
    return share


def size(state: Quantity) -> float:
    """What is much of a state: its range, its scale, its declared value, or 1 unit."""
    if math.isfinite(state.high - state.low):
        return state.high - state.low
    return state.scale or abs(state.value) or 1.0


def disturbances(of: type[Model]) -> dict[str, str]:
    """The disturbances of a model: parameter by state; none of a model as it was written."""
    names = of.signature.parameters.names
    return {s: disturbance(s) for s in of.signature.states.names if disturbance(s) in names}
