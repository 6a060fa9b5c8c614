"""The PEtab measurement table: what was measured, when, under which condition.

In: rows, observables and the names of conditions. Out: `Measurement`s, checked against both.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from homeostat.errors import TwinError
from homeostat.twin.petab.observables import Observable
from homeostat.twin.petab.tables import Row, to_number

COLUMNS = ("observableId", "simulationConditionId", "measurement", "time")
Override = float | str
"""A number, or the name of a parameter."""


@dataclass(frozen=True)
class Measurement:
    """One measured `value` of `observable` at `time` under `condition`, with its own parameters by placeholder."""

    observable: Observable
    condition: str
    value: float
    time: float
    overrides: Mapping[str, Override]
    where: str


def read_measurements(
    rows: Sequence[Row], observables: Mapping[str, Observable], conditions: Sequence[str]
) -> tuple[Measurement, ...]:
    """Return the measurements in the order of the table. Raises `TwinError` at the row that fits nothing."""
    if not rows:
        raise TwinError("there are no measurements", where="measurement table")
    return tuple(_measurement(row, observables, conditions) for row in rows)


def _measurement(row: Row, observables: Mapping[str, Observable], conditions: Sequence[str]) -> Measurement:
    observable = observables[row.choice("observableId", tuple(observables))]
    condition = row.choice("simulationConditionId", conditions)
    if row.cells.get("preequilibrationConditionId"):
        raise TwinError(
            "pre-equilibration is not supported",
            where=row.at("preequilibrationConditionId"),
            mend="start from explicit initial values in the condition table",
        )
    value, time = row.number("measurement"), row.number("time")
    if not 0.0 <= time < math.inf:
        raise TwinError(
            f"time {time:g} is not supported", where=row.at("time"), mend="give a finite time of 0 or later"
        )
    if observable.transformation != "lin" and value <= 0.0:
        raise TwinError(f"{value:g} has no logarithm", where=row.at("measurement"), mend="use lin for it")
    overrides = {**_overrides(row, observable, "observable"), **_overrides(row, observable, "noise")}
    return Measurement(observable, condition, value, time, overrides, row.where)


def _overrides(row: Row, observable: Observable, kind: str) -> dict[str, Override]:
    column = f"{kind}Parameters"
    wanted, given = observable.placeholders(kind), row.items(column)
    if len(wanted) != len(given):
        raise TwinError(
            f"{observable.id} takes {len(wanted)} {kind} parameters, not {len(given)}",
            where=row.at(column),
            mend="separate them by semicolons",
        )
    return {label: cell_value(cell) for label, cell in zip(wanted, given, strict=True)}


def cell_value(cell: str) -> Override:
    """Return the number that a cell spells, or else the name that it is."""
    value = to_number(cell)
    return cell if value is None else value
