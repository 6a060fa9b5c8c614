"""How a table without commas between its cells writes decimals: with a point, or with a comma.

In: headings and numbered rows. Out: the mark. A comma may also set thousands apart: where every comma in the table may,
nobody but the user can tell, and a table read wrongly would be off by a factor of 1,000 in silence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from homeostat.errors import MonitoringError

Numbered = Sequence[tuple[int, Sequence[str]]]
"""Cells of each row, with the line it stands in."""
_THOUSANDS = {mark: re.compile(rf"[+-]?[1-9][0-9]{{0,2}}([{mark}][0-9]{{3}})+") for mark in ",."}
_NUMBER = {
    mark: re.compile(rf"[+-]?([0-9]+[{mark}][0-9]*|[{mark}][0-9]+)([eE][+-]?[0-9]+)?") for mark in ",."
}


@dataclass
class _Marks:
    """The first cell of each column (line, text) with a mark that is surely decimal, and with one that may not be."""

    sure: dict[int, tuple[int, str]] = field(default_factory=dict)
    unsure: dict[int, tuple[int, str]] = field(default_factory=dict)

    def columns(self) -> set[int]:
        return set(self.sure) | set(self.unsure)

    def first(self, column: int) -> tuple[int, str]:
        """The first of either sort."""
        return min(marks[column] for marks in (self.sure, self.unsure) if column in marks)


def decimal_mark(headings: Sequence[str], body: Numbered, name: str, *, typed: bool) -> str:
    """The mark of decimals; `typed` tables hold numbers, not their text. Raises MonitoringError where none is sure.

    Where both marks stand in columns apart, that of more columns is taken.
    """
    commas, points = _found(body, ","), _found(body, ".")
    if not commas.columns():
        return "."
    if not commas.sure:
        if points.columns():
            return "."
        _refuse_thousands(headings, commas, name)
        return ","
    if points.sure and len(points.sure) >= len(commas.sure):
        return "."
    _refuse_mixture(headings, commas, points, name, typed=typed)
    return ","


def _found(body: Numbered, mark: str) -> _Marks:
    found = _Marks()
    for line, column, cell in _cells(body, mark):
        if _THOUSANDS[mark].fullmatch(cell):
            found.unsure.setdefault(column, (line, cell))
        elif _NUMBER[mark].fullmatch(cell):
            found.sure.setdefault(column, (line, cell))
    return found


def _cells(body: Numbered, mark: str) -> Iterator[tuple[int, int, str]]:
    return (
        (line, column, cell.strip()) for line, row in body for column, cell in enumerate(row) if mark in cell
    )


def _refuse_thousands(headings: Sequence[str], commas: _Marks, name: str) -> None:
    """Refuse commas that all may set thousands apart, unless the headings hold decimal commas."""
    if any(_NUMBER[","].fullmatch(each) and not _THOUSANDS[","].fullmatch(each) for each in headings):
        return
    column = min(commas.unsure)
    line, cell = commas.unsure[column]
    raise MonitoringError(
        f"'{cell}' may be {cell.replace(',', '')} or {cell.replace(',', '.', 1)}: nothing in the table tells",
        where=f"{name}, line {line}, column '{headings[column]}'",
        mend="write no separators of thousands; if the comma is a decimal one, write a point in its place",
    )


def _refuse_mixture(
    headings: Sequence[str], commas: _Marks, points: _Marks, name: str, *, typed: bool
) -> None:
    """Refuse, among decimal commas, points in the same column, and points that may set thousands apart."""
    unsure = set() if typed else points.columns() - set(points.sure)
    for column in sorted(points.columns() & (commas.columns() | unsure)):
        line, cell = points.first(column)
        other = column if column in commas.columns() else min(commas.sure)
        at, comma = commas.first(other)
        raise MonitoringError(
            f"'{cell}' has a point, but decimals are written with a comma: '{comma}' in line {at}, "
            f"column '{headings[other]}'",
            where=f"{name}, line {line}, column '{headings[column]}'",
            mend="write decimals in one way throughout, and no separators of thousands",
        )


def beside_points(headings: Sequence[str], body: Numbered) -> str:
    """Where the first sure decimal point stands, for a refusal of decimal commas beside it; "" where none does."""
    points = _found(body, ".").sure
    if not points:
        return ""
    column = min(points, key=points.__getitem__)
    line, cell = points[column]
    return f"'{cell}' in line {line}, column '{headings[column]}'"


def is_comma_number(cell: str) -> bool:
    """Whether a cell writes a number with a decimal comma, or perhaps with one that sets thousands apart."""
    return _NUMBER[","].fullmatch(cell.strip()) is not None


def number_of(text: str) -> float:
    """The number that a text writes with the digits 0 to 9 and a point. Raises ValueError where it writes none.

    Python takes '3_1', donor 3's first sample, for 31, and the digits of every script: no table means either.
    """
    bare = text.strip()
    if "_" in bare or not bare.isascii():
        raise ValueError(f"{bare[:40]!r} is no number")
    return float(bare)
