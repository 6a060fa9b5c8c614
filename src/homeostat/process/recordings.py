"""How logs of real runs map to tags, laboratory results and starting values.

File names are patterns: `{run}` in `beside` files stands for what the named group `run` of `file` matched.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from homeostat.process.base import Name, Part
from homeostat.process.units import Quantity, Unit

Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Candidates = Annotated[tuple[Line, ...], BeforeValidator(_listed), Field(min_length=1)]
"""One text or several alternatives, of which the first that exists is taken."""


class Column(Part):
    """Where a tag's value stands: a column by name (or by number, from 1), and its unit in the file.

    `rate` makes a flow of a totaliser: the difference between samples over their time, times `factor`.
    """

    column: Candidates
    unit: Unit
    rate: bool = False
    factor: float = 1.0


class Clock(Part):
    """The time column and its strptime format."""

    column: Candidates
    format: Line


class Table(Part):
    """The shape of a delimited text file or a spreadsheet.

    After `skip` lines come `header` lines, of which the first names the columns, and then the rows.
    """

    separator: Literal[";", ",", "\t", "|"] = ";"
    decimal: Literal[",", "."] = "."
    encoding: Literal["utf-8", "latin-1", "cp1252", "utf-16"] = "utf-8"
    header: int = Field(default=1, ge=1, le=100)
    skip: int = Field(default=0, ge=0, le=100)
    missing: tuple[str, ...] = ("", "NA", "NaN", "nan", "n/a", "-")
    time: Clock


class BesideLog(Table):
    """Further readings in a file beside the main log."""

    file: Candidates
    tags: dict[Name, Column] = Field(min_length=1)


class Offline(Table):
    """Laboratory results in a file beside the main log; each row is one sample."""

    file: Candidates
    assay: Name
    results: dict[Name, Column] = Field(min_length=1)


class RunSheet(Part):
    """A table with one row a run, from which the twin's starting values are taken."""

    file: Candidates
    key: Line
    row: Line
    initial: dict[Name, Column] = Field(min_length=1)


class Recording(Table):
    """One kind of log: which files it fits, how it is read, which tags it holds and what lies beside it.

    Rows more than `longest_gap` apart are not of one run: the largest group is kept, and what lies within
    `longest_gap` of it. `fitted` names the runs to which the twin's parameters were fitted. Unless it is to be
    `corrected`, the twin follows the log's inputs alone, whatever `twin.observer` declares: what it says of a sample is
    then a prediction from the start of the run.
    """

    file: Line
    tags: dict[Name, Column] = Field(min_length=1)
    stale: Quantity = Quantity(15.0, "min")
    longest_gap: Quantity = Quantity(1.0, "d")
    fitted: tuple[Line, ...] = ()
    corrected: bool = True
    beside: tuple[BesideLog, ...] = ()
    offline: tuple[Offline, ...] = ()
    run_sheet: RunSheet | None = None

    def mapped(self) -> tuple[str, ...]:
        """Every tag that the log or a file beside it holds, each once, in the order of the file."""
        return tuple(dict.fromkeys([*self.tags, *(tag for beside in self.beside for tag in beside.tags)]))
