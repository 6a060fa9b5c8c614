"""A document as data: what is printed, already in words. Every kind of document is a `Paper`.

In: facts, tables, charts and signatures that a room has put into words. Out: a value that `typeset` prints and that
compares equal when the document would be the same.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from homeostat.quality.documents.seams import longest, width
from homeostat.quality.wording import number

Kind: TypeAlias = Literal[
    "batch record", "certificate of analysis", "deviation report", "credibility report", "validation report"
]
"""Each kind has a template of its own: `templates/batch_record.typ` and so on."""

Tone: TypeAlias = Literal["good", "care", "bad", "plain"]

TRAINING = "TRAINING - not for use in patients"
"""Stands on every page that a training site prints."""


Line = TypeVar("Line")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Column(_Part):
    """A column: its name, whether it holds numbers (set to the right), and its width in em.

    `least` is what its longest word takes, `share` what its text would like; cells of a `whole` one are never broken.
    """

    name: str
    right: bool = False
    whole: bool = False
    least: float = 1.0
    share: float = 1.0


class Table(_Part):
    """Rows of text under a caption; a table without rows is not printed."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


class Chart(_Part):
    """A band of values over time: `points` are (hours, low, mean, high); `limits` are drawn across."""

    title: str
    unit: str
    points: tuple[tuple[float, float, float, float], ...]
    limits: tuple[float, ...] = ()


class Section(_Part):
    """A heading with paragraphs, charts and tables under it."""

    title: str
    texts: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()


class SignatureLine(_Part):
    """A person's signature as 21 CFR 11.50 wants it shown: printed name, time with offset, meaning (paraphrase).

    `of` is what was signed; `standing` says whether it still covers that, in words.
    """

    of: str
    name: str
    account: str
    meaning: str
    when: str
    why: str = ""
    standing: str = "valid"


class Paper(_Part):
    """One document: `when` (ISO 8601 with offset) is the record's own time, `number` the batch or report it is of."""

    kind: Kind
    number: str
    title: str
    when: str
    training: bool
    statement: str
    tone: Tone = "plain"
    note: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    signatures: tuple[SignatureLine, ...] = ()
    origin: tuple[tuple[str, str], ...] = ()


MOST = 500
"""So many lines of one kind are printed."""
_WIDEST = 22.0
"""No column asks for more than this (em): from there on lines are broken."""
_WHOLE = 24
"""Numbers of so many signs stay in one piece with their units."""
_BOLD = 1.08
"""How much wider a heading is than the same text in a cell."""


def table(caption: str, columns: str, rows: Iterable[Sequence[str]]) -> Table:
    """A table from column names parted by "|"; widths follow the text.

    A ">" behind a name sets a column to the right; there, and behind "=", a number stays in one piece with its unit.
    """
    filled = tuple(tuple(row) for row in rows)
    cells = zip(*filled, strict=True) if filled else ((),) * len(columns.split("|"))
    made = tuple(map(_column, columns.split("|"), cells))
    return Table(caption=caption, columns=made, rows=filled)


def listed(caption: str, columns: str, lines: Sequence[Line], row: Callable[[Line], Sequence[str]]) -> Table:
    """A table of `lines`, each put into words by `row`; of very many the first ones, and its caption says so."""
    if len(lines) > MOST:
        caption += (
            f" (the first {number(MOST, 9)} of {number(len(lines), 9)}; all of them are in the attached JSON)"
        )
    return table(caption, columns, map(row, lines[:MOST]))


def _column(name: str, cells: Sequence[str]) -> Column:
    """A column that is as wide as nine of ten of its cells want, and no narrower than its longest word."""
    title, right = name.rstrip(">="), name.endswith(">")
    distinct = set(cells)
    whole = name.endswith((">", "=")) and all(len(cell) <= _WHOLE for cell in distinct)
    words = max((width(cell) if whole else longest(cell) for cell in distinct), default=0.0)
    least = max(words, longest(title) * _BOLD)
    lengths = sorted(map(width, cells))
    usual = lengths[len(lengths) * 9 // 10] if lengths else 0.0
    return Column(
        name=title,
        right=right,
        whole=whole,
        least=round(least, 2),
        share=round(max(least, width(title) * _BOLD, min(usual, _WIDEST)), 2),
    )


def section(title: str, *tables: Table, texts: Sequence[str] = (), charts: Sequence[Chart] = ()) -> Section:
    """A section of the tables that have rows."""
    return Section(
        title=title, texts=tuple(texts), charts=tuple(charts), tables=tuple(one for one in tables if one.rows)
    )
