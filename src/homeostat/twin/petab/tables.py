"""A PEtab table (tab-separated text) as rows that know where they stand.

In: a path and the columns it must have. Out: `Row`s. Every error names the file, the row (as an editor numbers
lines) and the column.
"""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from homeostat.errors import TwinError


@dataclass(frozen=True)
class Row:
    """One line of a table: cells by column, and `where` it is."""

    cells: Mapping[str, str]
    where: str

    def text(self, column: str, default: str | None = None) -> str:
        """Return a cell's text, or `default` where it is empty. Raises `TwinError` when there is none."""
        cell = self.cells.get(column, "")
        if not cell and default is None:
            raise TwinError(f"{column} is empty", where=self.at(column), mend="fill in the cell")
        return cell or str(default)

    def number(self, column: str, default: float | None = None) -> float:
        """Return a cell's number, or `default` where it is empty. Raises `TwinError` for anything else."""
        if default is not None and not self.cells.get(column, ""):
            return default
        cell = self.text(column)
        value = to_number(cell)
        if value is None or math.isnan(value):
            raise TwinError(f"{cell!r} is not a number", where=self.at(column), mend="write it like 1.5e-3")
        return value

    def choice(self, column: str, choices: Sequence[str], default: str | None = None) -> str:
        """Return a cell's text, which must be one of `choices`."""
        cell = self.text(column, default)
        if cell not in choices:
            raise TwinError(
                f"{cell!r} is not known", where=self.at(column), mend=f"choose one of: {', '.join(choices)}"
            )
        return cell

    def items(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell between semicolons."""
        cell = self.cells.get(column, "")
        return tuple(part.strip() for part in cell.split(";")) if cell else ()

    def at(self, column: str) -> str:
        """Return the place of a cell, for an error."""
        return f"{self.where}, column {column}"


def to_number(cell: str) -> float | None:
    """Return the number that `cell` spells, or None."""
    try:
        return float(cell)
    except ValueError:
        return None


def read_table(path: Path, required: Sequence[str]) -> tuple[Row, ...]:
    """Read the rows of `path`. Raises `TwinError` for a missing file or column, or cells beyond the header."""
    if not path.is_file():
        raise TwinError("there is no such file", where=str(path), mend="check the name in the PEtab yaml")
    lines = csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter="\t")
    header = [cell.strip() for cell in next(lines, [])]
    for column in required:
        if column not in header:
            raise TwinError(
                f"there is no column {column}", where=str(path), mend=f"it has: {', '.join(header)}"
            )
    return tuple(_rows(header, lines, path))


def _rows(header: Sequence[str], lines: Iterator[list[str]], path: Path) -> Iterator[Row]:
    for number, line in enumerate(lines, start=2):
        cells = [cell.strip() for cell in line]
        if not any(cells):
            continue
        where = f"{path}, row {number}"
        if len(cells) > len(header):
            raise TwinError(
                f"{len(cells)} cells under {len(header)} columns", where=where, mend="check the tabs"
            )
        yield Row(dict(zip(header, cells, strict=False)), where)


def by_id(rows: Sequence[Row], column: str) -> dict[str, Row]:
    """Return rows by their identifier. Raises `TwinError` for one that comes twice."""
    found: dict[str, Row] = {}
    for row in rows:
        identifier = row.text(column)
        if identifier in found:
            raise TwinError(
                f"{identifier!r} is already in {found[identifier].where}",
                where=row.at(column),
                mend="rename one",
            )
        found[identifier] = row
    return found
