"""Tables as logs write them: delimited text or a spreadsheet, turned into named columns of unparsed cells.

In: a file and its declared shape. Out: a `Sheet`. Every line of the file is one row, whatever quotes it
holds: a stray quotation mark cannot swallow the lines below it. Ragged rows are kept and reported.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from pathlib import Path

from homeostat.equipment.beside import filled
from homeostat.equipment.files import Source, decode, load
from homeostat.equipment.findings import Findings
from homeostat.errors import EquipmentError
from homeostat.process.recordings import Table

Cell = str | int | float | bool | date | datetime | None
Row = Sequence[Cell]
CUT = "…"
"""Appended to a cell that was cut off, so that it reads neither as a number nor as a time."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a table is written: `skip` lines, `header` lines of which the first names the columns, rows."""

    separator: str = ";"
    decimal: str = "."
    encoding: str = "utf-8"
    header: int = 1
    skip: int = 0
    missing: frozenset[str] = frozenset({""})
    groups: Mapping[str, str] = field(default_factory=dict)
    """What {names} in the names of columns stand for."""

    @classmethod
    def of(cls, table: Table, groups: Mapping[str, str]) -> "Shape":
        """The shape that a process declares."""
        missing = frozenset(table.missing)
        return cls(table.separator, table.decimal, table.encoding, table.header, table.skip, missing, groups)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table in memory: names of columns, rows that are not blank, and the line each stands in."""

    file: str
    sha256: str
    encoding: str
    shape: Shape
    names: tuple[str, ...]
    rows: Sequence[Row]
    lines: Sequence[int]

    def find(self, candidates: Sequence[str]) -> int | None:
        """The position of the first candidate that is a column's name or number (from 1); None without one.

        Raises EquipmentError when several columns bear the name.
        """
        for candidate in [filled(text, self.shape.groups) for text in candidates]:
            if candidate in self.names:
                return self._unique(candidate)
            if candidate.isascii() and candidate.isdigit() and 0 < int(candidate[:9]) <= self.width:
                return int(candidate[:9]) - 1
        return None

    def column(self, candidates: Sequence[str]) -> int:
        """As `find`. Raises EquipmentError when there is no such column."""
        position = self.find(candidates)
        if position is None:
            raise EquipmentError(
                f"there is no column {' or '.join(candidates)}",
                where=self.file,
                mend="declare one of: " + ", ".join(name for name in self.names if name)[:400],
            )
        return position

    def cells(self, position: int, rows: Sequence[int]) -> list[Cell]:
        """The cells of one column in the given rows; None where a row is too short."""
        table = self.rows
        return [table[row][position] if position < len(table[row]) else None for row in rows]

    def title(self, position: int) -> str:
        """The name of a column, or its number (from 1) where it has none."""
        name = self.names[position] if position < len(self.names) else ""
        return name or str(position + 1)

    @property
    def width(self) -> int:
        """The number of columns of the widest row."""
        return max(len(self.names), max(map(len, self.rows), default=0))

    def _unique(self, name: str) -> int:
        position = self.names.index(name)
        if name in self.names[position + 1 :]:
            raise EquipmentError(
                f"several columns are called {name}",
                where=self.file,
                mend=f"declare the column by its number, such as {position + 1}",
            )
        return position


def read_table(path: Path, shape: Shape, findings: Findings) -> Sheet:
    """Read a text file, or the first worksheet of an .xlsx file. Raises EquipmentError if it is neither."""
    source = load(path)
    if path.suffix.lower() == ".xlsx":
        from homeostat.equipment.spreadsheet import (
            spreadsheet_rows,
        )  # openpyxl costs a quarter second to import

        return _sheet(source, "xlsx", shape, spreadsheet_rows(source), findings)
    text, encoding = decode(source, shape.encoding, findings)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ended = not lines[-1]
    rows = [_split(line, shape.separator) for line in (lines[:-1] if ended else lines)]
    return _sheet(source, encoding, shape, rows, findings, ended)


def _split(line: str, separator: str) -> Row:
    if '"' not in line:
        return line.split(separator) if line else ()
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), ())
    except csv.Error:
        return line.split(separator)


def _sheet(
    source: Source, encoding: str, shape: Shape, rows: Sequence[Row], findings: Findings, ended: bool = True
) -> Sheet:
    start = shape.skip + shape.header
    if len(rows) < start or not any(map(_filled, chain.from_iterable(rows[shape.skip : start]))):
        raise EquipmentError(
            f"the file ends before its header of {shape.header} lines",
            where=source.name,
            mend="check `skip` and `header`, or copy the file again if it is cut short",
        )
    names = tuple("" if cell is None else str(cell).strip() for cell in rows[shape.skip])
    kept = [number for number in range(start, len(rows)) if rows[number] and any(map(_filled, rows[number]))]
    body, lines = [rows[number] for number in kept], [number + 1 for number in kept]
    if not ended and kept and kept[-1] == len(rows) - 1:
        body[-1] = _marked(body[-1], len(body[-2]) if len(body) > 1 else len(names))
    sheet = Sheet(source.name, source.sha256, encoding, shape, names, body, lines)
    _report(sheet, findings, ended)
    return sheet


def _marked(row: Row, width: int) -> Row:
    """A last row without a line end: where cells lack, its last may be half and is made unreadable."""
    return (*row[:-1], f"{row[-1]}{CUT}") if len(row) < width and row[-1] else row


def _filled(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _report(sheet: Sheet, findings: Findings, ended: bool) -> None:
    """Note blank lines within the table, rows of another width than the header, and a cut last line."""
    start, end = sheet.shape.skip + sheet.shape.header, sheet.lines[-1] if sheet.lines else 0
    if end - start > len(sheet.rows):
        findings.add(sheet.file, "blank lines between the rows", times=end - start - len(sheet.rows))
    width = len(sheet.names)
    for row, line in zip(sheet.rows, sheet.lines, strict=True):
        if len(row) != width:
            than = "more" if len(row) > width else "fewer"
            findings.add(sheet.file, f"rows with {than} cells than the header, which has {width}", line)
    if not ended:
        findings.add(sheet.file, "the last line has no line end and may be cut", end)
