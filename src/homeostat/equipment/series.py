"""One tag's samples out of one column of a log: numbers, units, flows, and what cannot be trusted.

In: a sheet, its timeline, the declared column and tag. Out: a `Series` in the tag's unit. Whatever is not GOOD is
counted in the findings.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeostat.equipment.cells import BAD, GOOD, MISSING, Codes, Floats, numbers
from homeostat.equipment.findings import Findings
from homeostat.equipment.scale import Scale
from homeostat.equipment.tables import Sheet
from homeostat.equipment.timeline import Timeline
from homeostat.errors import EquipmentError
from homeostat.process.equipment import Tag
from homeostat.process.reading import Quality
from homeostat.process.recordings import Column
from homeostat.process.units import compatible, convert_ratio, ratio_compatible

UNCERTAIN = Quality.UNCERTAIN.value
HOUR = 3_600_000_000  # µs


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of one tag: `times` (n,) in µs, rising; `values` (n,) in the tag's unit; `qualities` (n,) as codes."""

    times: NDArray[np.int64]
    values: Floats
    qualities: Codes


def read_series(
    sheet: Sheet, timeline: Timeline, name: str, column: Column, tag: Tag, findings: Findings
) -> Series:
    """Read the samples of one tag. Raises EquipmentError without the column, or when units do not fit."""
    scale = _scale(sheet, name, column, tag)
    cells = sheet.cells(sheet.column(column.column), timeline.rows)
    samples = _Samples(*numbers(cells, sheet.shape))
    times = np.array(timeline.times, np.int64)
    samples.describe()
    if column.rate:
        samples.become_flow(times)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is judged impossible
        samples.values = scale.slope * samples.values + scale.offset
    samples.judge(tag, positive=_is_volume(tag.unit))
    for what, places in samples.notes:
        first = sheet.lines[timeline.rows[int(places[0])]]
        findings.add(sheet.file, f"{name}: {what}", first, len(places))
    return Series(times, samples.values, samples.qualities)


def _scale(sheet: Sheet, name: str, column: Column, tag: Tag) -> Scale:
    """From the column's unit (of a totaliser: for each hour) to the tag's."""
    fits = ratio_compatible(tag.unit, column.unit, "h") if column.rate else compatible(tag.unit, column.unit)
    if not fits:
        totals = " in totals" if column.rate else ""
        raise EquipmentError(
            f"{name} is recorded{totals} in {column.unit}, which cannot give {tag.unit}",
            where=f"{sheet.file}, column {column.column[0]}",
            mend="correct the unit of the column",
        )
    if column.rate:
        return Scale(column.factor / convert_ratio(1.0, tag.unit, column.unit, "h"))
    scale = Scale.between(column.unit, tag.unit)
    return Scale(scale.slope * column.factor, scale.offset)


def _is_volume(unit: str) -> bool:
    return compatible(unit, "mL")


class _Samples:
    """The samples of one column while they are worked on, and `notes` of which of them were doubted and why."""

    def __init__(self, values: Floats, qualities: Codes) -> None:
        self.values, self.qualities = values, qualities
        self.notes: list[tuple[str, NDArray[np.intp]]] = []

    def describe(self) -> None:
        """Note the cells that gave no number."""
        self._note("empty or marked as missing", self.qualities == MISSING)
        self._note("not a finite number", self.qualities == BAD)

    def become_flow(self, times: NDArray[np.int64]) -> None:
        """Make a flow per hour of a totaliser: the step from the last good total over the time it took.

        The first total yields no flow: MISSING. A total that is negative or fell was reset or is wrong: BAD, never
        a negative flow.
        """
        wrong = (self.qualities == GOOD) & (self.values < 0.0)
        totals = np.flatnonzero((self.qualities == GOOD) & ~wrong)
        with np.errstate(over="ignore"):
            flows = np.diff(self.values[totals]) / (np.diff(times[totals]) / HOUR)
        self.values[totals[1:]] = flows
        wrong[totals[1:]] = flows < 0.0
        self._mark(wrong, BAD, "a totaliser that fell or is negative")
        first = np.zeros_like(wrong)
        first[totals[:1]] = True
        self._mark(first, MISSING, "the first total, which gives no flow yet")

    def judge(self, tag: Tag, *, positive: bool) -> None:
        """Mark values outside the tag's range UNCERTAIN, impossible ones BAD."""
        good = self.qualities == GOOD
        impossible = good & ~np.isfinite(self.values)
        if positive:
            impossible |= good & (self.values < 0.0)
        self._mark(impossible, BAD, "an impossible value")
        low, high = tag.range[0].to(tag.unit), tag.range[1].to(tag.unit)
        outside = (self.qualities == GOOD) & ~((self.values >= low) & (self.values <= high))
        self._note("outside the range of the tag", outside)
        self.qualities[outside] = UNCERTAIN

    def _mark(self, places: NDArray[np.bool_], quality: int, what: str) -> None:
        """Take the value away from the samples at `places`."""
        self._note(what, places)
        self.values[places], self.qualities[places] = math.nan, quality

    def _note(self, what: str, places: NDArray[np.bool_]) -> None:
        if places.any():
            self.notes.append((what, np.flatnonzero(places)))
