"""Lines that are no rows of a table: titles and remarks above the headings, and a row of units below them.

In: numbered rows, or the table. Out: nothing, or a refusal that says which line it is and what to do with it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from homeostat.errors import MonitoringError

if TYPE_CHECKING:
    from homeostat.monitoring.learning.table import Table

LOOKED_AT = 50
MOSTLY = 0.9
"""Share of the rows that must hold more cells than the first for it to be no headings."""
FEW = 3
"""Empty cells count as headings without a name, unless this many times as many cells are filled below."""

_VALUE = re.compile(r"[<>≤≥~+-]?\s*[\d.,]+(%|\s.*)?")
"""A value with a bound or a unit: a spoilt cell, but no unit by itself."""


def refuse_title(numbered: Sequence[tuple[int, Sequence[str]]], name: str) -> None:
    """Refuse a first line that holds far fewer cells than those below. Raises MonitoringError."""
    (line, head), body = numbered[0], numbered[1 : LOOKED_AT + 1]
    wider = sum(_extent(cells) > len(head) for _, cells in body)
    filled = sum(bool(cell.strip()) for cell in head)
    usual, _ = Counter(_filled(cells) for _, cells in body).most_common(1)[0] if body else (0, 0)
    if not (len(body) > 1 and wider >= MOSTLY * len(body)) and (usual < FEW or filled * FEW > usual):
        return
    width = max(_extent(cells) for _, cells in body)
    raise MonitoringError(
        f"this does not look like headings: {filled} cell{'s' if filled != 1 else ''}, "
        f"but the lines below hold up to {width}",
        where=f"{name}, line {line}",
        mend="delete the lines above the headings, or give every column a heading",
    )


def _extent(cells: Sequence[str]) -> int:
    """Cells up to the last that is filled."""
    return max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def refuse_units(table: "Table") -> None:
    """Refuse a first row of words above columns of numbers, hardly any elsewhere. Raises MonitoringError."""
    words = _words(table) if table.rows > FEW else []
    if not words:
        return
    unit, heading = table.sheet.rows[0][words[0]].strip()[:20], table.headings[words[0]]
    named = heading if unit in heading else f"{heading} [{unit}]"
    raise MonitoringError(
        f"the line seems to hold units ('{unit}') or further headings, not values",
        where=table.place(0),
        mend=f"write them into one line of headings, such as '{named}', and delete the other",
    )


def _words(table: "Table") -> list[int]:
    """The columns of numbers whose first cell is a word; none where the row holds numbers or is of text elsewhere."""
    first = table.sheet.rows[0]
    values = [table.value(cell) for cell in first]
    filled = [place for place, value in enumerate(values) if value is None]
    if any(value is not None and value == value for value in values):
        return []
    words = [place for place in filled if _numbers_below(table, place)]
    spoilt = any(_VALUE.fullmatch(first[place].strip()) for place in words)
    return [] if spoilt or 2 * len(words) <= len(filled) else words


def _numbers_below(table: "Table", place: int) -> bool:
    values = [table.value(row[place]) for row in table.sheet.rows[1 : LOOKED_AT + 1]]
    return None not in values and any(value == value for value in values)
