"""A table whose columns are asked for by name: as numbers, or as labels.

In: a `Sheet`. Out: arrays (n,). A column is a column of numbers if every cell is a number, missing or infinite;
otherwise it is text. `COLUMN=LABEL` names the indicator (1 or 0) of a label in a column of text (`labels`).
"""

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.above import refuse_units
from homeostat.monitoring.learning.decimals import beside_points, is_comma_number, number_of
from homeostat.monitoring.learning.labels import GAPS, MISSING, key, read_labels
from homeostat.monitoring.learning.reading import Sheet, read_sheet

NEARBY = 5
LARGEST = 1e150
"""Beyond it a value is refused: its square is no number any more."""


@dataclass(frozen=True)
class Table:
    """Named columns over n rows; `known` are the labels that a column of text is known to have."""

    sheet: Sheet
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.sheet.name

    @property
    def rows(self) -> int:
        """How many rows there are below the headings."""
        return len(self.sheet.rows)

    @property
    def headings(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return self.sheet.headings

    @cached_property
    def numbers(self) -> dict[str, Array]:
        """Every column of numbers (n,), NaN where a value is missing or infinite; the others are text."""
        found = {}
        for name, cells in zip(self.headings, self._columns, strict=True):
            values = _parsed(cells, self.sheet.decimal)
            if values is not None:
                found[name] = values
        return found

    @cached_property
    def infinite(self) -> dict[str, int]:
        """How many cells of a column of numbers were infinite; columns without any are left out."""
        counts = {}
        for name in self.numbers:
            count = sum(map(_says_infinite, self._cells(name)))
            if count:
                counts[name] = count
        return counts

    def has(self, name: str) -> bool:
        """Whether a column, or a label in one of text, bears the name."""
        return name in self._places or self._labelled(name) is not None

    def number(self, name: str) -> Array:
        """The values (n,) of a column of numbers or of an indicator. Raises MonitoringError naming the cell."""
        if name not in self._places and (labelled := self._labelled(name)) is not None:
            return self._indicator(*labelled)
        self._check(name)
        if name not in self.numbers:
            raise self._no_number(name)
        self._check_size(name)
        return self.numbers[name]

    def value(self, cell: str) -> float | None:
        """The number that a cell of this table writes, NaN for none, None for text."""
        return _value(cell, self.sheet.decimal)

    def mark_of(self, cell: str) -> str:
        """How to mend a number with a decimal comma where the table writes points; "" for any other cell."""
        if self.sheet.decimal == "," or not is_comma_number(cell):
            return ""
        rows = zip(self.sheet.lines, self.sheet.rows, strict=True)
        point = beside_points(self.headings, tuple(rows))
        told = f"; the table has decimal points: {point}" if point else ""
        return f"write a point in place of a decimal comma, and no separators of thousands{told}"

    def check_single(self, name: str) -> None:
        """Raises MonitoringError where the heading stands more than once, so that it does not say which column."""
        if name in self.sheet.repeated:
            raise MonitoringError(
                f"the heading '{name}' stands more than once",
                where=f"{self.name}, headings",
                mend="give every column a heading of its own",
            )

    def cells(self, name: str) -> tuple[str, ...]:
        """The cells (n,) of a column as they stand, without blanks around."""
        self._check(name)
        return tuple(cell.strip() for cell in self._cells(name))

    def labels(self, name: str) -> tuple[str, ...]:
        """The cells (n,) of a column as text, "" where one says that there is no value."""
        return tuple("" if cell.lower() in MISSING else cell for cell in self.cells(name))

    def named(self, name: str, rows: Sequence[int], *, as_written: bool = False) -> tuple[str, ...]:
        """The labels of some `rows` (from 0) of a column that tells groups. Raises MonitoringError at a gap.

        Spelt alike where they are the same, unless they are wanted `as_written`.
        """
        labels = self.labels(name) if as_written else self.categories(name)
        for row in rows:
            if not labels[row]:
                raise MonitoringError(
                    "a row belongs to no group", where=self.place(row, name), mend="name its group"
                )
        return tuple(labels[row] for row in rows)

    def categories(self, name: str) -> tuple[str, ...]:
        """The labels (n,) of a column, spelt alike where they are the same, "" for gaps."""
        cells, known = self.cells(name), self.known.get(name)
        return read_labels(cells, known, text=known is None and name not in self.numbers)

    def knowing(self, labels: Mapping[str, tuple[str, ...]]) -> "Table":
        """The same table, whose columns are known to have these labels."""
        return replace(self, known=labels) if labels else self

    def place(self, row: int, name: str | None = None) -> str:
        """Where a row (from 0) stands in the file, and in which column."""
        column = f", column '{name}'" if name else ""
        return f"{self.name}, line {self.sheet.lines[row]}{column}"

    def select(self, rows: Sequence[int]) -> "Table":
        """The same columns over some of the rows."""
        sheet = self.sheet
        kept, lines = tuple(sheet.rows[i] for i in rows), tuple(sheet.lines[i] for i in rows)
        return replace(self, sheet=replace(sheet, rows=kept, lines=lines))

    @cached_property
    def sha256(self) -> str:
        """The hash of the table's content: headings and cells, whatever the file's form."""
        digest = hashlib.sha256()
        for row in (self.headings, *self.sheet.rows):
            digest.update(b"\x1e" + "\x1f".join(cell.strip() for cell in row).encode())
        return digest.hexdigest()

    @cached_property
    def _columns(self) -> tuple[tuple[str, ...], ...]:
        return tuple(zip(*self.sheet.rows, strict=True)) if self.sheet.rows else ((),) * len(self.headings)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.headings)}

    def _cells(self, name: str) -> tuple[str, ...]:
        return self._columns[self._places[name]]

    def _indicator(self, column: str, label: str) -> Array:
        """1 where the label stands and 0 for others (n,), NaN for gaps; an unknown word beside known labels is none."""
        keys = map(key, self.cells(column) if column in self.known else self.categories(column))
        own = key(label)
        return np.array([np.nan if each in GAPS else float(each == own) for each in keys])

    def _labelled(self, name: str) -> tuple[str, str] | None:
        """Column and label of `COLUMN=LABEL`; either of them may hold further equality signs."""
        for place, sign in enumerate(name):
            if sign == "=" and name[:place] in self._places:
                return name[:place], name[place + 1 :]
        return None

    def _check(self, name: str) -> None:
        if name in self._places:
            return
        raise MonitoringError(
            f"there is no column '{name}'", where=self.name, mend=f"columns are: {_near(name, self.headings)}"
        )

    def _check_size(self, name: str) -> None:
        values = self.numbers[name]
        unheld = [row for row in np.flatnonzero(np.isnan(values)) if self._overflows(self._cells(name)[row])]
        beyond = [*np.flatnonzero(np.abs(values) > LARGEST), *unheld]
        if beyond:
            row = int(beyond[0])
            raise MonitoringError(
                f"{self._cells(name)[row].strip()[:40]} is too large",
                where=self.place(row, name),
                mend=f"values up to {LARGEST:g} can be computed with: correct it, or leave the cell empty",
            )

    def _overflows(self, cell: str) -> bool:
        """Whether a cell writes a number that no double holds."""
        value = self.value(cell)
        return value is not None and bool(np.isinf(value)) and not _says_infinite(cell)

    def _no_number(self, name: str) -> MonitoringError:
        for row, cell in enumerate(self._cells(name)):
            if self.value(cell) is None:
                return MonitoringError(
                    f"'{cell.strip()[:40]}' is no number",
                    where=self.place(row, name),
                    mend=self.mark_of(cell) or "write a number, or leave the cell empty",
                )
        return MonitoringError("the column holds no numbers", where=f"{self.name}, column '{name}'")


def read_table(path: Path) -> Table:
    """The table at `path`. Raises MonitoringError when it is none, or has no rows."""
    sheet = read_sheet(path)
    if not sheet.rows:
        raise MonitoringError("the table has headings, but no rows", where=path.name, mend="add its rows")
    table = Table(sheet)
    refuse_units(table)
    return table


def _parsed(cells: Sequence[str], decimal: str) -> Array | None:
    """Numbers (n,), or None for a column of text or without any value."""
    values = np.empty(len(cells))
    for row, cell in enumerate(cells):
        value = _value(cell, decimal)
        if value is None:
            return None
        values[row] = value
    values[~np.isfinite(values)] = np.nan
    return values


def _says_infinite(cell: str) -> bool:
    return cell.strip().lower().lstrip("+-") in {"inf", "infinity"}


def _value(cell: str, decimal: str) -> float | None:
    """The number that a cell writes, NaN for none, None for text."""
    try:
        return number_of(cell)
    except ValueError:
        text = cell.strip()
    if text.lower() in MISSING:
        return float("nan")
    try:
        return number_of(text.replace(decimal, ".")) if decimal != "." else None
    except ValueError:
        return None


def _near(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, NEARBY, 0.5)
    shown = list(dict.fromkeys([*close, *known]))[:NEARBY]
    return ", ".join(shown) + (", ..." if len(known) > len(shown) else "")
