"""The finished batches of a site as a table to learn from: one row a batch, what was known early, what came of it.

In: the ledger, the historian and some times. Out: headings and cells. A column is a reading or a belief at a time,
called as a soft sensor's input may be called ("twin.glucose @ 24 h [mmol/L]"), or a measured quality attribute. A value
is taken as a running batch would take it: the last usable one by then, unless it is too old; nothing looks ahead.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from homeostat.errors import RecordError, UnitError
from homeostat.governance.ended import ends
from homeostat.historian import Historian, Series
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import SignalChanged
from homeostat.monitoring.signals import QUALITY
from homeostat.process.issues import suggestion
from homeostat.process.reading import LAST_USABLE
from homeostat.process.soft import FORESEEN, PATIENCE, TWIN, ModelInput, heading
from homeostat.process.units import Quantity, convert
from homeostat.quality.laboratory import attributes
from homeostat.quality.signals import signals
from homeostat.quality.story import Story, usable

BATCH, DONOR, PROCESS, STATE = "batch", "donor", "process", "state"
"""Columns of text: the patient's code stands for the donor, by whom rows are held out together."""
COMPUTED = (TWIN, FORESEEN)
"""What of the computed series is a belief."""
_AGE = round(PATIENCE.to("s") * 1e6)
_DOUBTED: frozenset[str] = frozenset(kind for kind, best in QUALITY.items() if best > LAST_USABLE)


@dataclass(frozen=True)
class BatchTable:
    """Headings and rows of cells; an empty cell has no value."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def csv(self) -> str:
        """The table as comma-separated values."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([self.headings, *self.rows])
        return text.getvalue()


def batch_table(
    ledger: Ledger, historian: Historian, times: Sequence[Quantity], target: str | None = None
) -> BatchTable:
    """A row for each batch that has ended, in the order in which they began; `target` leaves out other attributes.

    A column that no batch has a value for is left out. Raises RecordError where there is no finished batch, no value at
    these times, no such attribute, or where a column's units differ in kind from batch to batch.
    """
    ended = ends(ledger)
    stories = (Story.read(ledger, historian, name) for name in ledger.batches() if name in ended)
    found = [_row(story, times) for story in stories]
    if not found:
        raise RecordError("the site has no batch that has ended", mend="run one to its end")
    known = tuple(dict.fromkeys(name for row in found for name in row.known))
    if not known:
        told = ", ".join(map(str, times))
        raise RecordError(f"no batch has a reading at {told}", mend="name times within the batches")
    units = Units()
    judged = _attributes([row.judged for row in found], target)
    cells = [
        (
            *row.text,
            *(units.cell(str(source), row.known.get(source)) for source in known),
            *(units.cell(name, row.judged.get(name)) for name in judged),
        )
        for row in found
    ]
    headings = (heading(source, units.known[str(source)]) for source in known)
    return BatchTable((BATCH, DONOR, PROCESS, STATE, *headings, *judged), tuple(cells))


Value = tuple[float, str]
"""A value and its unit."""


@dataclass(frozen=True)
class _Row:
    """One batch: its columns of text, what was known at the times, and the attributes that were measured."""

    text: tuple[str, str, str, str]
    known: Mapping[ModelInput, Value]
    judged: Mapping[str, Value]


class Units:
    """The unit of each column: that of the first batch; other batches' values are converted."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def cell(self, column: str, value: Value | None) -> str:
        """A value as it stands in the column. Raises RecordError where its unit does not fit."""
        if value is None:
            return ""
        unit = self.known.setdefault(column, value[1])
        try:
            return repr(convert(value[0], value[1], unit))
        except UnitError as error:
            raise RecordError(
                f"'{column}' is in {value[1]} in one batch and in {unit} in another",
                where=column,
                mend="tables of such processes cannot be joined",
            ) from error


def _row(story: Story, times: Sequence[Quantity]) -> _Row:
    start, end = story.started, story.ended
    process = f"{start.data.process} {start.data.version}" if start else ""
    patient, state = start.data.patient if start else "", end.data.state if end else ""
    lines = [line for line in attributes(story) if line.value is not None]
    return _Row(
        (story.batch, patient, process, state),
        _known(story, times),
        {line.attribute: (line.value, line.unit) for line in lines if line.value is not None},
    )


def _known(story: Story, times: Sequence[Quantity]) -> dict[ModelInput, Value]:
    """Readings and beliefs at the times, by what a soft sensor calls them."""
    tags = set(story.started.data.tags) if story.started else set()
    doubted = doubted_spans(story)
    found: dict[ModelInput, Value] = {}
    for name, unit in story.tapes.units.items():
        series = story.tapes.series(name) if name in tags or name.startswith(COMPUTED) else None
        if series is None:
            continue
        for time in times:
            value = value_at(series, round(time.to("s") * 1e6), doubted.get(name, []))
            if value is not None:
                found[ModelInput(name, time)] = (value, unit)
    return found


def value_at(series: Series, time: int, doubted: Iterable[tuple[int, int]]) -> float | None:
    """The last usable value by `time`; None where that is too long ago, or the batch had ended."""
    if not len(series.time) or time > series.time[-1]:
        return None
    window = slice(
        int(np.searchsorted(series.time, time - _AGE)), int(np.searchsorted(series.time, time, side="right"))
    )
    times, good = series.time[window], usable(series)[window]
    for first, last in doubted:
        good = good & ((times < first) | (times > last))
    places = np.flatnonzero(good)
    return float(series.value[window][places[-1]]) if places.size else None


def doubted_spans(story: Story) -> dict[str, list[tuple[int, int]]]:
    """When each tag's readings were doubted: from and to, both included; the record keeps their equipment's quality."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for line in signals(story):
        if line.kind in _DOUBTED:
            spans.setdefault(line.tag, []).append((line.opened, (line.closed or 2**62) - 1))
    for fact in story.of(SignalChanged):
        if fact.data.state == "noted" and fact.data.kind in _DOUBTED:
            spans.setdefault(fact.data.tag, []).append((fact.data.since, fact.time))
    return spans


def _attributes(rows: Sequence[Mapping[str, Value]], target: str | None) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    if target is None:
        return names
    if target not in names:
        raise RecordError(f"no batch has measured an attribute '{target}'", mend=suggestion(target, names))
    return (target,)
