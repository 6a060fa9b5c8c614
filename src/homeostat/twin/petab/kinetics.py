"""The differential equations of an SBML network: which names are states, which constants, and every derivative.

In: `Network`. Out: `Dynamics`. A species stands for its concentration unless it has only substance units, so the
reactions' amounts per time are divided by its compartment (SBML L3V2, section 4.11.6).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from homeostat.errors import TwinError
from homeostat.twin.petab.expression import TIME, Expression, name, number
from homeostat.twin.petab.sbml import Network, Species

CLOCK = "<clock>"
"""The state that holds the time where equations depend on it."""


@dataclass(frozen=True)
class Dynamics:
    """Derivatives of all states and definitions of all assigned names, in terms of states, `constants` and time."""

    network: Network
    derivatives: Mapping[str, Expression]
    definitions: Mapping[str, Expression]
    constants: tuple[str, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """The names of the states, species first, in the order of the file."""
        return tuple(self.derivatives)

    def leaves(self, expression: Expression) -> frozenset[str]:
        """Return the states, constants and time that `expression` depends on, through all definitions."""
        found: set[str] = set()
        queue, seen = list(expression.names()), set[str]()
        while queue:
            item = queue.pop()
            if item in seen:
                continue
            seen.add(item)
            if item in self.definitions:
                queue.extend(self.definitions[item].names())
            else:
                found.add(item)
        return frozenset(found)

    @cached_property
    def timed(self) -> bool:
        """Whether a derivative depends on time."""
        return any(TIME in self.leaves(e) for e in self.derivatives.values())


def dynamics(network: Network) -> Dynamics:
    """Return the equations of `network`. Raises `TwinError` for what has no exact form here."""
    compartments = {c.id for c in network.compartments}
    for changing in compartments & set(network.assignments):
        raise TwinError(
            f"compartment {changing} has an assignment rule",
            where=network.path,
            mend="give it a constant size or a rate rule",
        )
    ruled = set(network.assignments) | set(network.rate_rules)
    derivatives = {
        s.id: _species_rate(network, s) for s in network.species if s.id not in network.assignments
    }
    derivatives |= {target: e for target, e in network.rate_rules.items() if target not in derivatives}
    constants = tuple(q.id for q in (*network.compartments, *network.parameters) if q.id not in ruled)
    definitions = dict(network.assignments) | {r.id: r.rate for r in network.reactions}
    if not derivatives:
        raise TwinError("the model has no species and no rate rule", where=network.path)
    return Dynamics(network, derivatives, definitions, constants)


def _species_rate(network: Network, species: Species) -> Expression:
    if species.id in network.rate_rules:
        return network.rate_rules[species.id]
    if species.fixed:
        return number(0.0)
    made = [
        Expression("product", (number(r.stoichiometry[species.id]), name(r.id)))
        for r in network.reactions
        if r.stoichiometry.get(species.id)
    ]
    amount = _sum(made)
    if species.factor:
        amount = Expression("product", (name(species.factor), amount))
    return amount if species.amount else _per_volume(network, species, amount)


def _per_volume(network: Network, species: Species, amount: Expression) -> Expression:
    """d(n/V)/dt = (dn/dt - (n/V) dV/dt) / V."""
    size = name(species.compartment)
    if species.compartment in network.rate_rules:
        dilution = Expression("product", (name(species.id), network.rate_rules[species.compartment]))
        amount = Expression("minus", (amount, dilution))
    return Expression("divide", (amount, size))


def _sum(terms: Iterable[Expression]) -> Expression:
    held = tuple(terms)
    return Expression("sum", held) if held else number(0.0)
