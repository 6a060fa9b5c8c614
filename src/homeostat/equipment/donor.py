"""The donor of a simulated plant: parameters and starting states other than the controller believes.

In: a process and a seed. Out: model vectors in declared order and unit. Each spread is a coefficient of
variation s of a log-normal factor exp(sigma z), sigma² = ln(1 + s²), whose median is 1; the donor's spread
comes first, then the mismatch. Every name has its own random stream: adding one changes no other.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from homeostat.equipment.randomness import generator
from homeostat.errors import EquipmentError
from homeostat.process.declaration import Process
from homeostat.process.units import Quantity
from homeostat.twin import Group, Model


@dataclass(frozen=True, slots=True)
class Donor:
    """Starting `states` and `parameters` in the model's order, and the values of those that were `drawn`."""

    states: tuple[float, ...]
    parameters: tuple[float, ...]
    drawn: Mapping[str, float]


def draw_donor(process: Process, model: type[Model], seed: int) -> Donor:
    """Draw the donor of `seed`. Raises EquipmentError for a spread of something the model does not have."""
    signature = model.signature
    factors = _factors(process, seed)
    known = (*signature.states.names, *signature.parameters.names)
    for name in factors:
        if name not in known:
            raise EquipmentError(
                f"the model has no state or parameter {name} that could vary",
                where=f"process {process.process}, twin.donor or simulation.mismatch",
                mend="name one of: " + ", ".join(known),
            )
    states = _values(signature.states, process.twin.initial, factors)
    parameters = _values(signature.parameters, process.twin.parameters, factors)
    values = {
        **dict(zip(signature.states.names, states, strict=True)),
        **dict(zip(signature.parameters.names, parameters, strict=True)),
    }
    return Donor(states, parameters, {name: values[name] for name in sorted(factors)})


def _values(
    group: Group, declared: Mapping[str, Quantity], factors: Mapping[str, float]
) -> tuple[float, ...]:
    """Declared values, else the model's own, times their factors, kept inside the model's bounds."""
    given = group.vector({name: quantity.to(group[name].unit) for name, quantity in declared.items()})
    return tuple(
        min(max(value * factors.get(q.name, 1.0), q.low), q.high)
        for q, value in zip(group, given, strict=True)
    )


def _factors(process: Process, seed: int) -> dict[str, float]:
    factors: dict[str, float] = {}
    for purpose, spreads in (("donor", process.twin.donor), ("mismatch", process.simulation.mismatch)):
        for name, spread in spreads.items():
            sigma = math.sqrt(math.log1p(spread.to("1") ** 2))
            factor = math.exp(sigma * generator(seed, purpose, name).standard_normal())
            factors[name] = factors.get(name, 1.0) * factor
    return factors
