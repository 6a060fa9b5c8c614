"""Laboratory results beside a log: each row of the table is one sample with its time and its values."""

import math
from collections.abc import Mapping, Sequence

from homeostat.equipment.cells import GOOD, MISSING, number
from homeostat.equipment.driver import Result
from homeostat.equipment.findings import Findings
from homeostat.equipment.scale import Scale
from homeostat.equipment.tables import Sheet
from homeostat.equipment.timeline import read_timeline
from homeostat.errors import EquipmentError
from homeostat.process.attributes import Assay
from homeostat.process.recordings import Offline

Columns = Sequence[tuple[str, int, Scale]]
"""Quantity, position in the row, and the way from the file's unit to the assay's."""


def read_results(
    sheet: Sheet, declared: Offline, assays: Mapping[str, Assay], zero: int, prefix: str, findings: Findings
) -> list[Result]:
    """The results of a table, by time; `taken` counts from `zero` (µs since 1970) and may lie before it.

    Values that are missing or no numbers are left out and counted, as is a sample without any value. A sample
    is called after `prefix` and the number of its row, from 1.
    """
    timeline = read_timeline(sheet, declared.time, findings, distinct=False)
    assay = _assay(sheet, declared, assays)
    columns = _columns(sheet, declared, assay, findings)
    results = []
    for row, time in zip(timeline.rows, timeline.times, strict=True):
        values = _values(sheet, row, columns, findings)
        if values:
            units = {name: assay.reports[name] for name in values}
            results.append(Result(f"{prefix}-{row + 1}", declared.assay, time - zero, values, units))
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


def _values(sheet: Sheet, row: int, columns: Columns, findings: Findings) -> dict[str, float]:
    values = {}
    for name, position, scale in columns:
        value, quality = number(sheet.cells(position, (row,))[0], sheet.shape)
        value = scale(value)
        if quality == GOOD and math.isfinite(value):
            values[name] = value
        else:
            what = "empty or marked as missing" if quality == MISSING else "not a finite number"
            findings.add(sheet.file, f"{name}: {what}, left out", sheet.lines[row])
    return values
