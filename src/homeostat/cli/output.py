"""What commands print on standard output: tables for people, JSON for programs.

On a terminal tables are drawn with rich; into a pipe or file they are plain text in aligned columns.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from homeostat.cli.text import printable


@dataclass(frozen=True)
class Table:
    """Rows of text under a title; the columns named in `numeric` are aligned to the right."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[str] = field(default=frozenset())


def show(*parts: Table | str) -> None:
    """Print tables and lines of text, with an empty line before a table; tables without rows are left out."""
    shown = [part for part in parts if isinstance(part, str) or part.rows]
    for position, part in enumerate(shown):
        if isinstance(part, str):
            print(printable(part))
            continue
        if position:
            print()
        if sys.stdout.isatty():
            _draw(part)
        else:
            print(plain(part))


def show_json(value: object) -> None:
    """Print `value` as JSON; ValueError if a number in it is not finite."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def plain(table: Table) -> str:
    """The table as text: title, columns and rows; two spaces between columns, no blanks at the end."""
    rows = [[printable(cell) for cell in row] for row in (table.columns, *table.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = [name in table.numeric for name in table.columns]
    lines = [
        "  ".join(
            cell.rjust(width) if end else cell.ljust(width)
            for cell, width, end in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]
    return "\n".join([table.title, *lines] if table.title else lines)


def _draw(table: Table) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(title=Text(table.title, style="bold"), title_justify="left", box=box.SIMPLE_HEAD)
    for name in table.columns:
        drawn.add_column(Text(name), justify="right" if name in table.numeric else "left")
    for row in table.rows:
        drawn.add_row(*[Text(printable(cell)) for cell in row])
    Console(highlight=False).print(drawn)
