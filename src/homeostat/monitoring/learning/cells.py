"""Columns of text that were meant as numbers: 'oops' among numbers, '<0.1', '<LOD', '69%', '1.2 mM', '5,125.7'.

In: a table and the name of a column of text. Out: nothing, or a refusal that names the first such cell. To leave the
column out in silence would lose an input; to take the cell for a gap would lose what it says.
"""

import re

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning.table import Table

MOSTLY = 0.5
"""Share of the filled cells from which on a column was meant as numbers."""
_NEARLY = re.compile(
    r"(?P<limit>[<>≤≥~]\s*)?[+-]?(\d{1,3}(,\d{3})+(\.\d+)?|\d+([.,]\d+)?|[.,]\d+)([eE][+-]?\d+)?"
    r"(?P<unit>\s*[%°]\w*|\s+[A-Za-zµμ][\w/^·.*%-]*)?"
    r"|(?P<named>[<>≤≥~]\s*[LU]?LO[DQ])",
    re.IGNORECASE,
)
"""What looks like a number with a bound, a unit, or separators of another country."""
_EMPTY = "or leave the cell empty where there is no value"


def refuse_spoilt(table: Table, name: str) -> None:
    """Refuse a column of text most of whose cells are numbers, or nearly. Raises MonitoringError naming the cell."""
    filled = [(row, cell) for row, cell in enumerate(table.cells(name)) if not _gap(table.value(cell))]
    bad = [(row, cell) for row, cell in filled if table.value(cell) is None]
    meant = len(filled) - len(bad) + sum(_NEARLY.fullmatch(cell) is not None for _, cell in bad)
    if not bad or meant < MOSTLY * len(filled):
        return
    row, cell = bad[0]
    raise MonitoringError(
        f"'{cell[:40]}' is no number, but the column seems meant for numbers ({len(bad)} such cells)",
        where=table.place(row, name),
        mend=f"{table.mark_of(cell) or _mend(cell)}; or leave the column out: --without '{name}'",
    )


def _gap(value: float | None) -> bool:
    return value is not None and value != value


def _mend(cell: str) -> str:
    found = _NEARLY.fullmatch(cell)
    if found is None:
        return f"write a number, {_EMPTY}; if the numbers are names, write a letter before each"
    if found["limit"] or found["named"]:
        return (
            "a value beyond a limit of detection is no gap: write the number that is to count for it, "
            "the same in every such cell"
        )
    if found["unit"]:
        return f"write the unit in the heading and the number alone in the cell, {_EMPTY}"
    if not cell.isascii():
        return "write numbers with the digits 0 to 9"
    return "write decimals in one way and no separators of thousands"
