"""The rows of a table in the order of time. Rows that cannot be placed are left out and counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.equipment.findings import Findings
from homeostat.equipment.stamps import stamp_reader
from homeostat.equipment.tables import Sheet
from homeostat.process.recordings import Clock


@dataclass(frozen=True, slots=True)
class Timeline:
    """Positions of rows in their sheet, and the time of each in µs since 1970, rising."""

    rows: Sequence[int]
    times: Sequence[int]


def read_timeline(sheet: Sheet, clock: Clock, findings: Findings, *, distinct: bool = True) -> Timeline:
    """Order the rows of `sheet` by their stamps.

    A row without a readable stamp is left out. Rows out of order are sorted, equal ones staying as they were;
    with `distinct`, of several rows with one stamp the first is kept. Raises EquipmentError without the time
    column.
    """
    read = stamp_reader(clock.format)
    position = sheet.column(clock.column)
    every = range(len(sheet.rows))
    stamped: list[tuple[int, int]] = []
    latest: int | None = None
    for row, cell in zip(every, sheet.cells(position, every), strict=True):
        time = read(cell)
        if time is None:
            findings.add(sheet.file, "rows left out: no time stamp of the declared format", sheet.lines[row])
            continue
        if latest is not None and time < latest:
            findings.add(sheet.file, "rows out of order, sorted by time", sheet.lines[row])
        latest = time if latest is None else max(latest, time)
        stamped.append((time, row))
    stamped.sort()
    return _timeline(_distinct(sheet, stamped, findings) if distinct else stamped)


def _distinct(sheet: Sheet, stamped: Sequence[tuple[int, int]], findings: Findings) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for time, row in stamped:
        if kept and kept[-1][0] == time:
            findings.add(sheet.file, "rows left out: same time stamp as an earlier row", sheet.lines[row])
        else:
            kept.append((time, row))
    return kept


def _timeline(stamped: Sequence[tuple[int, int]]) -> Timeline:
    return Timeline([row for _, row in stamped], [time for time, _ in stamped])
