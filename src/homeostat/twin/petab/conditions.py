"""Experimental conditions: constants and initial states of the model, symbolic in the estimated coordinates.

In: the condition table, the parameter table and the dynamics. Out: per condition a `Setting` of CasADi expressions.
A cell of the condition table goes before the parameter table, that before initial assignments and values of the SBML.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import casadi as ca

from homeostat.errors import TwinError
from homeostat.twin.algebra import Value
from homeostat.twin.petab.build import start
from homeostat.twin.petab.kinetics import CLOCK, Dynamics
from homeostat.twin.petab.measurements import Override, cell_value
from homeostat.twin.petab.parameters import Parameter, plain
from homeostat.twin.petab.tables import Row, by_id

COLUMNS = ("conditionId",)
Overrides = Mapping[str, Override]


@dataclass(frozen=True)
class Condition:
    """One row: overrides of constants (parameters, compartments) and of initial states, by SBML name."""

    id: str
    overrides: Overrides
    where: str


@dataclass(frozen=True)
class Unknowns:
    """The estimated coordinates `theta` (k, 1) and the plain value of every parameter of the table."""

    theta: ca.SX
    values: Mapping[str, Value]

    def resolve(self, override: Override, where: str) -> Value:
        """Return the value of a cell. Raises `TwinError` at `where` for a name that is no parameter."""
        if not isinstance(override, str):
            return override
        if override not in self.values:
            raise TwinError(
                f"{override!r} is neither a number nor a parameter",
                where=where,
                mend="add it to the parameter table",
            )
        return self.values[override]


@dataclass(frozen=True)
class Setting:
    """One condition: values of the model's `constants` (np, 1) and `initial` states (nx, 1) in theta."""

    constants: ca.SX
    initial: ca.SX
    known: Mapping[str, Value]


def unknowns(parameters: Mapping[str, Parameter]) -> Unknowns:
    """Return symbols for what is estimated and numbers for the rest. Raises `TwinError` if nothing is estimated."""
    estimated = [p for p in parameters.values() if p.estimate]
    if not estimated:
        raise TwinError("no parameter is estimated", where="parameter table", mend="set estimate to 1")
    theta = ca.SX.sym("theta", len(estimated))
    values: dict[str, Value] = {p.id: p.nominal for p in parameters.values()}
    values |= {p.id: plain(p.scale, theta[k]) for k, p in enumerate(estimated)}
    return Unknowns(theta, values)


def read_conditions(rows: Sequence[Row], dynamics: Dynamics) -> dict[str, Condition]:
    """Return the conditions by name. Raises `TwinError` for a column that is no constant or state of the model."""
    allowed = {*dynamics.constants, *dynamics.states}
    found = {}
    for identifier, row in by_id(rows, "conditionId").items():
        cells = {c: v for c, v in row.cells.items() if c not in ("conditionId", "conditionName")}
        for column in cells:
            if column not in allowed:
                raise TwinError(
                    f"{column!r} is no constant and no state of the model",
                    where=row.at(column),
                    mend="name a parameter, species or compartment without an assignment rule",
                )
        found[identifier] = Condition(identifier, _overrides(cells), row.where)
    return found


def _overrides(cells: Mapping[str, str]) -> Overrides:
    """Empty cells and NaN keep what the model says (PEtab version 1, condition table)."""
    values = {column: cell_value(cell) for column, cell in cells.items() if cell}
    return {c: v for c, v in values.items() if isinstance(v, str) or not math.isnan(v)}


def setting(dynamics: Dynamics, states: Sequence[str], condition: Condition, unknown: Unknowns) -> Setting:
    """Return constants and initial values under `condition` as functions of `unknown.theta`."""
    named = {*dynamics.constants, *dynamics.states}
    values = {n: v for n, v in unknown.values.items() if n in named}
    values |= {
        n: unknown.resolve(v, f"{condition.where}, column {n}") for n, v in condition.overrides.items()
    }
    scope = start(dynamics, values)
    known = {n: scope[n] for n in dynamics.constants}
    initial = [0.0 if n == CLOCK else scope[n] for n in states]
    return Setting(_column([*known.values()]), _column(initial), known)


def _column(values: Sequence[Value]) -> ca.SX:
    return ca.densify(ca.vertcat(*[ca.SX(v) for v in values])) if values else ca.SX(0, 1)
