"""The rows of a table in the order of time. Rows that cannot be placed are left out and counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.equipment.findings import Findings
from homeostat.equipment.overtaken import Passed, passed_rows
from homeostat.equipment.stamps import stamp_reader
from homeostat.equipment.stretch import Stamped, Stretch, near
from homeostat.equipment.tables import Sheet
from homeostat.process.recordings import Clock


@dataclass(frozen=True, slots=True)
class Timeline:
    """Positions of rows in their sheet, and the time of each in µs since 1970, rising.

    `passed` are rows that stand after younger ones, or after one of the same time.
    """

    rows: Sequence[int]
    times: Sequence[int]
    passed: Sequence[Passed] = ()


def read_stamps(sheet: Sheet, clock: Clock, findings: Findings) -> list[Stamped]:
    """The stamped rows in the order of the file; one without a readable stamp is left out.

    Raises EquipmentError without the time column.
    """
    read = stamp_reader(clock.format)
    position = sheet.column(clock.column)
    every = range(len(sheet.rows))
    stamped: list[Stamped] = []
    for row, cell in zip(every, sheet.cells(position, every), strict=True):
        time = read(cell)
        if time is None:
            findings.add(sheet.file, "rows left out: no time stamp of the declared format", sheet.lines[row])
        else:
            stamped.append((time, row))
    return stamped


def order_rows(
    sheet: Sheet, stamped: Sequence[Stamped], stretch: Stretch, findings: Findings, *, distinct: bool = True
) -> Timeline:
    """Order the rows that belong to the run's `stretch` by their stamps.

    Rows far from it are left out. Rows out of order are sorted, equal ones staying as they were; with `distinct`,
    of several rows with one stamp the first is kept.
    """
    kept = near(sheet, stamped, stretch, findings)
    _note_disorder(sheet, kept, findings)
    passed = passed_rows(kept) if distinct else []
    kept.sort()
    return _timeline(_distinct(sheet, kept, findings) if distinct else kept, passed)


def _note_disorder(sheet: Sheet, stamped: Sequence[Stamped], findings: Findings) -> None:
    latest = stamped[0][0] if stamped else 0
    for time, row in stamped:
        if time < latest:
            findings.add(sheet.file, "rows out of order, sorted by time", sheet.lines[row])
        latest = max(latest, time)


def _distinct(sheet: Sheet, stamped: Sequence[Stamped], findings: Findings) -> list[Stamped]:
    kept: list[Stamped] = []
    for time, row in stamped:
        if kept and kept[-1][0] == time:
            findings.add(sheet.file, "rows left out: same time stamp as an earlier row", sheet.lines[row])
        else:
            kept.append((time, row))
    return kept


def _timeline(stamped: Sequence[Stamped], passed: Sequence[Passed]) -> Timeline:
    return Timeline([row for _, row in stamped], [time for time, _ in stamped], passed)
