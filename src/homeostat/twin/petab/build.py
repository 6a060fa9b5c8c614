"""A `Model` subclass from an SBML file, made at run time: declared quantities and rates in generic arithmetic.

In: a path, or `Dynamics` and the default values of its constants. Out: `Imported`: the model and, for every SBML name,
the attribute that stands for it. Time is in the unit of the SBML model: where Homeostat writes hours, read that unit.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import casadi as ca

from homeostat.errors import TwinError
from homeostat.twin.algebra import SYMBOLS, Algebra, Value
from homeostat.twin.declare import Kind, Quantity
from homeostat.twin.model import RESERVED, Model
from homeostat.twin.petab.expression import TIME, Scope
from homeostat.twin.petab.kinetics import CLOCK, Dynamics, dynamics
from homeostat.twin.petab.sbml import Network, read_sbml
from homeostat.twin.petab.switches import Switch, extract_switches


@dataclass(frozen=True)
class Imported:
    """An imported model: its states and parameters are the SBML `states` and `constants`, in this order.

    A model whose equations depend on time has one more state, the clock; `switches` are its inputs.
    """

    model: type[Model]
    dynamics: Dynamics
    states: tuple[str, ...]
    constants: tuple[str, ...]
    switches: tuple[Switch, ...]
    attributes: Mapping[str, str]


def read_model(path: Path | str) -> Imported:
    """Return the SBML model in `path` with the values of the file. Raises `TwinError` where one is missing."""
    return build(dynamics(read_sbml(Path(path))), {})


def build(source: Dynamics, values: Mapping[str, float]) -> Imported:
    """Return the model of `source`; `values` replace those of the file. Raises `TwinError` where one is missing."""
    smooth, switches = extract_switches(source)
    states = (*smooth.states, CLOCK) if smooth.timed else smooth.states
    attributes = _attributes((*states, *smooth.constants, *(s.name for s in switches)))
    initial = start(source, values)
    declared = {
        **{n: _state(n, 0.0 if n == CLOCK else _number(initial[n]), source.network) for n in states},
        **{n: _constant(n, _number(initial[n]), source.network) for n in smooth.constants},
        **{s.name: Quantity(Kind.INPUT, 0.0, "1", "whether a condition on time holds") for s in switches},
    }
    _check(declared, source.network)
    members = {attributes[n]: quantity for n, quantity in declared.items()}
    title = re.sub(r"\W", "_", source.network.id)
    text = f"SBML model {source.network.id}, in the units of its file."
    equations = _rates(smooth, states, attributes)
    model: type[Model] = type(
        title, (Model,), {**members, "rates": equations, "__doc__": text, "__module__": __name__}
    )
    model.function()  # names that are unknown or defined by themselves are found here, not in the first simulation
    return Imported(model, smooth, states, smooth.constants, switches, attributes)


def start(source: Dynamics, values: Mapping[str, Value]) -> Scope:
    """Return the scope of everything at time 0: `values` before initial assignments before values of the file."""
    network = source.network
    given: dict[str, Value] = {TIME: 0.0}
    given |= {q.id: q.value for q in (*network.compartments, *network.parameters) if _free(network, q.id)}
    definitions = {**source.definitions, **network.initial_assignments}
    scope = Scope({**given, **values}, definitions, SYMBOLS, network.path)
    for species in network.species:
        if species.id in values or not _free(network, species.id):
            continue
        size = 1.0 if species.initial_is_amount == species.amount else scope[species.compartment]
        given[species.id] = species.initial / size if species.initial_is_amount else species.initial * size
    return Scope({**given, **values}, definitions, SYMBOLS, network.path)


def _number(value: Value) -> float:
    return float(ca.DM(ca.SX(value)))


def _free(network: Network, identifier: str) -> bool:
    return identifier not in network.initial_assignments and identifier not in network.assignments


def _rates(source: Dynamics, states: tuple[str, ...], attributes: Mapping[str, str]) -> object:
    def rates(self: Model, m: Algebra) -> dict[str, Value]:
        """Evaluate every derivative of the SBML model."""
        values = {n: getattr(self, attribute) for n, attribute in attributes.items()}
        values[TIME] = values.get(CLOCK, 0.0)
        scope = Scope(values, source.definitions, m, source.network.path)
        return {attributes[n]: 1.0 if n == CLOCK else scope.evaluate(source.derivatives[n]) for n in states}

    return rates


def _attributes(names: Iterable[str]) -> dict[str, str]:
    """Python attributes for SBML names: letters of `<clock>` only, none that `Model` uses, all different."""
    taken: set[str] = set(RESERVED)
    chosen: dict[str, str] = {}
    for identifier in names:
        attribute = re.sub(r"\W", "", identifier).lstrip("_") or "quantity"
        while attribute in taken:
            attribute += "_"
        taken.add(attribute)
        chosen[identifier] = attribute
    return chosen


def _state(identifier: str, value: float, network: Network) -> Quantity:
    unit = next((s.unit for s in network.species if s.id == identifier), "1")
    return Quantity(Kind.STATE, value, unit, f"SBML {identifier.strip('<>')}")


def _constant(identifier: str, value: float, network: Network) -> Quantity:
    units = {q.id: q.unit for q in (*network.compartments, *network.parameters)}
    return Quantity(Kind.PARAMETER, value, units[identifier], f"SBML {identifier}", source=network.path)


def _check(declared: Mapping[str, Quantity], network: Network) -> None:
    for identifier, quantity in declared.items():
        if not math.isfinite(quantity.value):
            raise TwinError(
                f"{identifier} has no value",
                where=network.path,
                mend="give it a value, an initial assignment or a row in the parameter table",
            )
