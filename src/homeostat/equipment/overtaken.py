"""Samples that stand in a log after a younger or an equally old one: they came late, or a second time.

The rows of a file are taken to stand in the order in which they came. A row that stands after a younger one came no
sooner than that one. Values are read in the order of their stamps all the same: this only tells what was odd, so that
it goes on record when it would have been met.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from homeostat.equipment.cells import numbers
from homeostat.equipment.tables import Sheet
from homeostat.process.recordings import Column

Stamped = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passed:
    """A row by its position, with its time, and the youngest row before it with its own (µs)."""

    row: int
    time: int
    newest: int
    arrived: int


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A sample of `tag` taken at `taken`, which came at `arrived` (µs), when `newest` of that time was there."""

    tag: str
    taken: int
    value: float
    arrived: int
    newest: float


def passed_rows(stamped: Iterable[Stamped]) -> list[Passed]:
    """The rows that are not younger than all before them; none where most are so: then the file is sorted otherwise."""
    found, youngest, count = list[Passed](), None, 0
    for time, row in stamped:
        count += 1
        if youngest is None or time > youngest[0]:
            youngest = time, row
        else:
            found.append(Passed(row, time, youngest[1], youngest[0]))
    return found if 2 * len(found) <= count else []


def overtaken(
    sheet: Sheet, passed: Sequence[Passed], first: int, tag: str, column: Column
) -> Iterator[Overtaken]:
    """What one column shows in those rows, with times from `first` on. Numbers are as they stand in the file."""
    if not passed:
        return
    position = sheet.column(column.column)
    values, _ = numbers(sheet.cells(position, [one.row for one in passed]), sheet.shape)
    newest, _ = numbers(sheet.cells(position, [one.newest for one in passed]), sheet.shape)
    for one, value, before in zip(passed, values.tolist(), newest.tolist(), strict=True):
        yield Overtaken(tag, one.time - first, value, one.arrived - first, before)
