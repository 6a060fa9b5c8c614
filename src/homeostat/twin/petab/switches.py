"""Steps in time (pulses, delayed feeds): conditions on time alone become inputs that change at exact moments.

In: `Dynamics`. Out: the same dynamics whose conditions on time read a switch, and the `Switch` of each. Between two
changes the equations are smooth, so the integrator never steps over an edge.
"""

from dataclasses import dataclass, replace

from homeostat.errors import TwinError
from homeostat.twin.petab.expression import RELATIONS, TIME, Expression, name
from homeostat.twin.petab.kinetics import Dynamics


@dataclass(frozen=True)
class Switch:
    """A condition that depends on time and constants alone; `name` is the input that stands for it (1 or 0)."""

    name: str
    condition: Expression

    @property
    def distance(self) -> Expression:
        """The difference of both sides, which is zero where the condition changes."""
        return Expression("minus", self.condition.args)


def extract_switches(dynamics: Dynamics) -> tuple[Dynamics, tuple[Switch, ...]]:
    """Return `dynamics` with every condition on time replaced by a switch, and those switches in order of use."""
    found: dict[Expression, Switch] = {}
    rates = {key: _switched(e, dynamics, found) for key, e in dynamics.derivatives.items()}
    definitions = {key: _switched(e, dynamics, found) for key, e in dynamics.definitions.items()}
    return replace(dynamics, derivatives=rates, definitions=definitions), tuple(found.values())


def _switched(expression: Expression, dynamics: Dynamics, found: dict[Expression, Switch]) -> Expression:
    if expression.op in RELATIONS and _is_timed(expression, dynamics):
        label = f"<switch {len(found) + 1}>"
        return name(found.setdefault(expression, Switch(label, expression)).name)
    if not expression.args:
        return expression
    return replace(expression, args=tuple(_switched(a, dynamics, found) for a in expression.args))


def _is_timed(condition: Expression, dynamics: Dynamics) -> bool:
    leaves = dynamics.leaves(condition)
    states = leaves & set(dynamics.states)
    if TIME in leaves and states:
        raise TwinError(
            f"a condition depends on time and on {', '.join(sorted(states))}",
            where=dynamics.network.path,
            mend="compare time with parameters only",
        )
    return TIME in leaves
