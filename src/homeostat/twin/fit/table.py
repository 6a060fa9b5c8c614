"""A user's table as text: its columns by name, its cells with their lines.

In: a file and its `DataMap`. Out: a `Table` whose cells are read as numbers, times or texts with exact complaints.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from homeostat.errors import TwinError
from homeostat.process import convert
from homeostat.process.issues import quoted, suggestion
from homeostat.twin.fit.datamap import DataMap

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_SEPARATORS = (";", "\t", "|", ",")
MAX_BYTES = 500_000_000


class Cell(NamedTuple):
    """A cell that is not missing: its stripped `text` and where it stands."""

    text: str
    where: str


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    table: "Table"
    line: int
    cells: Sequence[str]

    def cell(self, column: str) -> Cell | None:
        """The cell of a column, None where it is missing or the table has no such column."""
        place = self.table.places.get(column)
        text = self.cells[place].strip() if place is not None and place < len(self.cells) else ""
        if not text or text in self.table.map.missing or text.lower() == "nan":
            return None
        return Cell(text, f"{self.table.file}, line {self.line}, column {column}")

    def number(self, column: str) -> float | None:
        """The number in a column, None where it is missing. Raises `TwinError` for anything else."""
        cell = self.cell(column)
        if cell is None:
            return None
        text = cell.text.replace(",", ".") if self.table.map.decimal == "," else cell.text
        if not _NUMBER.fullmatch(text):
            raise TwinError(
                f"{quoted(cell.text)} is not a number", where=cell.where, mend=_mend(self.table, cell.text)
            )
        return float(text)

    def hours(self) -> float:
        """The time in hours: since the start of the run, or for dates since 1970. Raises `TwinError` if unreadable."""
        clock = self.table.map.time
        if clock.format is None:
            value = self.number(clock.column)
            if value is None:
                raise TwinError(
                    "the row has no time", where=self.where(clock.column), mend="give one, or delete the row"
                )
            return convert(value, clock.unit or "h", "h")
        cell = self.cell(clock.column)
        try:
            moment = datetime.strptime(cell.text if cell else "", clock.format).replace(tzinfo=UTC)
        except ValueError as error:
            raise TwinError(
                f"{quoted(cell.text if cell else '')} is not a time of the form {clock.format}",
                where=self.where(clock.column),
                mend="change `format`, or mend the cell",
            ) from error
        return moment.timestamp() / 3600.0

    def where(self, column: str) -> str:
        """The place of a column's cell, for messages."""
        return f"{self.table.file}, line {self.line}, column {column}"


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of `file` that are not blank, read by `map`; `places` of the columns by name."""

    file: str
    stem: str
    map: DataMap
    places: dict[str, int]
    lines: Sequence[tuple[int, Sequence[str]]]

    def rows(self) -> Iterator[Row]:
        """Each row with its line."""
        return (Row(self, line, cells) for line, cells in self.lines)


def read_table(path: Path, datamap: DataMap) -> Table:
    """Read `path` as `datamap` says. Raises `TwinError` with the line for whatever is no table."""
    text = _decoded(path, datamap)
    separator = datamap.separator or likely_separator(text, datamap.skip)
    lines = list(records(path.name, text, separator))
    head = datamap.skip + datamap.header
    if len(lines) < head:
        raise TwinError(
            f"the file ends before its header of {datamap.header} lines",
            where=path.name,
            mend="check `skip` and `header` of the map",
        )
    names = [name.strip() for name in lines[datamap.skip][1]]
    body = [(line, cells) for line, cells in lines[head:] if any(cell.strip() for cell in cells)]
    _check_widths(path, body, len(names))
    return Table(path.name, path.stem, datamap, _places(path, names, datamap), body)


def _decoded(path: Path, datamap: DataMap) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TwinError(
            f"the table cannot be read: {error.strerror or error}", where=str(path), mend="check the path"
        ) from error
    if len(data) > MAX_BYTES:
        raise TwinError("the table is larger than 500 MB", where=str(path), mend="split it by run")
    encoding = "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else datamap.encoding
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TwinError(
            f"byte {data[error.start]:#04x} is not {datamap.encoding} text",
            where=f"{path.name}, line {line}",
            mend="set `encoding` to that of the file: utf-8, latin-1, cp1252 or utf-16",
        ) from error
    if "\0" in text:
        raise TwinError(
            "there is a NUL character",
            where=path.name,
            mend="if every other character is NUL, set encoding: utf-16",
        )
    return text


def records(file: str, text: str, separator: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Every record of `text` with the line where it begins; blank lines are empty records, so that `skip` counts them.

    Raises `TwinError` with `file` and the line for whatever is no record.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise TwinError(
            f"the line is no row of a table: {error}",
            where=f"{file}, line {line}",
            mend="check the quotation marks in this line and the `separator`",
        ) from error


def likely_separator(text: str, skip: int = 0) -> str:
    """The separator that the header, behind `skip` lines, holds most of."""
    lines = text.splitlines()
    head = lines[skip] if len(lines) > skip else ""
    return max(_SEPARATORS, key=head.count)


def _places(path: Path, names: Sequence[str], datamap: DataMap) -> dict[str, int]:
    places = {name: place for place, name in reversed(list(enumerate(names))) if name}
    for name in (datamap.time.column, *datamap.columns):
        if names.count(name) > 1:
            raise TwinError(
                f"several columns are called {quoted(name)}",
                where=path.name,
                mend="give each column its own name",
            )
    if datamap.time.column not in places:
        raise TwinError(
            f"there is no column {quoted(datamap.time.column)} for the time",
            where=f"{path.name}, line {datamap.skip + 1}",
            mend=suggestion(datamap.time.column, places, "check `separator`, `skip` and `header`"),
        )
    return places


def _check_widths(path: Path, body: Sequence[tuple[int, Sequence[str]]], width: int) -> None:
    """Raise `TwinError` for the first row with more cells than the header names columns."""
    for line, cells in body:
        if any(cell.strip() for cell in cells[width:]):
            raise TwinError(
                f"the row has {len(cells)} cells, the header {width}",
                where=f"{path.name}, line {line}",
                mend="check for a decimal comma where the comma separates columns",
            )


def _mend(table: Table, text: str) -> str:
    if "," in text and table.map.decimal == ".":
        return "set decimal: ',' in the map if the file writes decimal commas"
    if text[:1] in "<>":
        return "a value beyond the range of its method is no number: mark it as missing"
    return "mend the cell, or add the text to `missing`"
