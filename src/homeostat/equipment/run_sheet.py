"""Starting values of the twin from a table with one row a run."""

from collections.abc import Mapping

from homeostat.equipment.beside import filled
from homeostat.equipment.cells import GOOD, number
from homeostat.equipment.findings import Findings
from homeostat.equipment.scale import Scale
from homeostat.equipment.tables import Cell, Sheet
from homeostat.errors import EquipmentError
from homeostat.process.recordings import Column, RunSheet
from homeostat.twin import Model, Quantity


def read_initial(
    sheet: Sheet, declared: RunSheet, groups: Mapping[str, str], model: type[Model], findings: Findings
) -> dict[str, float]:
    """Values of the run's row by state name, in the model's units; a missing one is left out and reported.

    Raises EquipmentError without the row or a column, or when a value lies outside the bounds of its state;
    TwinError for a state that the model does not have.
    """
    row = _row(sheet, declared, groups, findings)
    if row is None:
        return {}
    values = {}
    for name, column in declared.initial.items():
        state = model.signature.states[name]
        cell = sheet.cells(sheet.column(column.column), (row,))[0]
        value, quality = number(cell, sheet.shape)
        if quality == GOOD:
            values[name] = _checked(sheet, row, column, state, value)
        else:
            findings.add(sheet.file, f"{name}: no starting value in the run's row", sheet.lines[row])
    return values


def _row(sheet: Sheet, declared: RunSheet, groups: Mapping[str, str], findings: Findings) -> int | None:
    """The first row whose key is that of the run; None, reported, when the run is not in the table."""
    wanted = filled(declared.row, groups)
    everything = range(len(sheet.rows))
    keys = sheet.cells(sheet.column((declared.key,)), everything)
    rows = [row for row, cell in zip(everything, keys, strict=True) if _text(cell) == wanted]
    if not rows:
        findings.add(
            sheet.file, f"no row for the run {wanted}: the twin starts from the process's own values"
        )
    elif len(rows) > 1:
        findings.add(
            sheet.file, f"several rows for the run {wanted}, the first is used", sheet.lines[rows[0]]
        )
    return rows[0] if rows else None


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()


def _checked(sheet: Sheet, row: int, column: Column, state: Quantity, value: float) -> float:
    converted = Scale.between(column.unit, state.unit)(value * column.factor)
    if not state.low <= converted <= state.high:
        raise EquipmentError(
            f"{state.name} cannot start from {value:g} {column.unit}",
            where=f"{sheet.file}, line {sheet.lines[row]}, column {column.column[0]}",
            mend=f"it must lie between {state.low:g} and {state.high:g} {state.unit}",
        )
    return converted
