"""A document as data: what is printed, already in words. Every kind of document is a `Paper`.

In: facts, tables, charts and signatures that a room has put into words. Out: a value that `typeset` prints and that
compares equal when the document would be the same.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

Kind: TypeAlias = Literal[
    "batch record", "certificate of analysis", "deviation report", "credibility report", "validation report"
]
"""Each kind has a template of its own: `templates/batch_record.typ` and so on."""

Tone: TypeAlias = Literal["good", "care", "bad", "plain"]

TRAINING = "TRAINING - not for use in patients"
"""Stands on every page that a training site prints."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Column(_Part):
    """A column: its name, whether it holds numbers (set to the right), and its share of the width."""

    name: str
    right: bool = False
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


_LEAST, _MOST = 5, 42


def table(caption: str, columns: str, rows: Iterable[Sequence[str]]) -> Table:
    """A table from column names parted by "|" (a ">" behind a name sets it to the right); widths follow the text."""
    filled = tuple(tuple(row) for row in rows)
    made = [
        Column(
            name=name.rstrip(">"),
            right=name.endswith(">"),
            share=_share([name.rstrip(">"), *(row[place] for row in filled)]),
        )
        for place, name in enumerate(columns.split("|"))
    ]
    return Table(caption=caption, columns=tuple(made), rows=filled)


def section(title: str, *tables: Table, texts: Sequence[str] = (), charts: Sequence[Chart] = ()) -> Section:
    """A section of the tables that have rows."""
    return Section(
        title=title, texts=tuple(texts), charts=tuple(charts), tables=tuple(one for one in tables if one.rows)
    )


def _share(cells: Sequence[str]) -> float:
    """How wide a column wants to be, in characters: most of its cells, and its longest word."""
    lengths = sorted(min(len(cell), _MOST) for cell in cells)
    word = max((len(part) for cell in cells for part in cell.split()), default=0)
    usual = lengths[min(len(lengths) - 1, len(lengths) * 9 // 10)]
    return float(max(_LEAST, usual, min(word, _MOST // 2)))
