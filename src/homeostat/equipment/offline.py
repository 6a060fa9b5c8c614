"""Laboratory results beside a log: each row of the table is one sample with its time and its values."""

import math
from collections.abc import Mapping, Sequence

from homeostat.equipment.cells import GOOD, MISSING, number
from homeostat.equipment.driver import Result
from homeostat.equipment.findings import Findings
from homeostat.equipment.scale import Scale
from homeostat.equipment.stretch import Stretch
from homeostat.equipment.tables import Sheet
from homeostat.equipment.timeline import order_rows, read_stamps
from homeostat.errors import EquipmentError
from homeostat.process.attributes import Assay
from homeostat.process.recordings import Offline
from homeostat.process.units import ratio_compatible

Columns = Sequence[tuple[str, int, Scale]]
"""Quantity, position in the row, and the way from the file's unit to the assay's."""

AMOUNTS = ("g", "mol", "cell", "particle", "vg", "TU", "IU", "1")
"""What can be counted or weighed in a volume: a concentration of it is never below zero."""

PERCENT = ("%", "percent")


def read_results(
    sheet: Sheet,
    declared: Offline,
    assays: Mapping[str, Assay],
    stretch: Stretch,
    prefix: str,
    findings: Findings,
) -> list[Result]:
    """The results of a table, by time; `taken` counts from the start of `stretch` and may lie before it.

    Values that are missing, no numbers or impossible are left out and counted, as are a sample without any value
    and one far from `stretch`. A sample is called after `prefix` and the number of its row, from 1.
    """
    stamped = read_stamps(sheet, declared.time, findings)
    timeline = order_rows(sheet, stamped, stretch, findings, distinct=False)
    assay = _assay(sheet, declared, assays)
    columns = _columns(sheet, declared, assay, findings)
    results = []
    for row, time in zip(timeline.rows, timeline.times, strict=True):
        values = _values(sheet, row, columns, assay, findings)
        if values:
            units = {name: assay.reports[name] for name in values}
            results.append(Result(f"{prefix}-{row + 1}", declared.assay, time - stretch.first, values, units))
        else:
            findings.add(sheet.file, "samples without any value, left out", sheet.lines[row])
    return results


def _assay(sheet: Sheet, declared: Offline, assays: Mapping[str, Assay]) -> Assay:
    if declared.assay not in assays:
        raise EquipmentError(
            f"there is no assay {declared.assay}", where=sheet.file, mend="declare it under `assays`"
        )
    return assays[declared.assay]


def _columns(sheet: Sheet, declared: Offline, assay: Assay, findings: Findings) -> Columns:
    """The columns that the table has; a laboratory does not measure everything each time."""
    columns = []
    for name, column in declared.results.items():
        position = sheet.find(column.column)
        if name not in assay.reports:
            raise EquipmentError(
                f"the assay {declared.assay} does not report {name}",
                where=sheet.file,
                mend="map one of: " + ", ".join(assay.reports),
            )
        if position is None:
            findings.add(sheet.file, f"{name}: there is no column {' or '.join(column.column)}")
            continue
        scale = Scale.between(column.unit, assay.reports[name])
        columns.append((name, position, Scale(scale.slope * column.factor, scale.offset)))
    return columns


def _values(sheet: Sheet, row: int, columns: Columns, assay: Assay, findings: Findings) -> dict[str, float]:
    values = {}
    for name, position, scale in columns:
        value, quality = number(sheet.cells(position, (row,))[0], sheet.shape)
        value = scale(value)
        doubt = _doubt(value, quality, assay.reports[name])
        if doubt:
            findings.add(sheet.file, f"{name}: {doubt}, left out", sheet.lines[row])
        else:
            values[name] = value
    return values


def _doubt(value: float, quality: int, unit: str) -> str:
    """Why a value in `unit` is not used; empty when it is."""
    if quality == MISSING:
        return "empty or marked as missing"
    if quality != GOOD or not math.isfinite(value):
        return "not a finite number"
    return f"negative, which no value in {unit} can be" if value < 0.0 and never_negative(unit) else ""


def never_negative(unit: str) -> bool:
    """Whether `unit` is one of an amount in a volume, or percent. A temperature in degC may lie below zero."""
    return unit in PERCENT or any(ratio_compatible(unit, amount, "mL") for amount in AMOUNTS)
