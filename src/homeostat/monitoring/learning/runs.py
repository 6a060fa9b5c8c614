"""A long table as runs: one row a sample, with the batch it belongs to, its time, and the tags.

In: a `Table` and which columns are which. Out: each batch on the same grid of times, filled as a running batch would
fill it: with the last value by then, unless that is too old; of several at one time with the first, as a recorded log
is read. Nothing looks ahead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from homeostat.errors import MonitoringError, UnitError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.cells import refuse_spoilt
from homeostat.monitoring.learning.columns import Wanted, narrow
from homeostat.monitoring.learning.magnitudes import unbelievable
from homeostat.monitoring.learning.table import Table
from homeostat.process.soft import PATIENCE, unit_in
from homeostat.process.units import convert

HOUR = "h"
MOST_SAMPLES = 1_000_000
"""Of a batch; more are surely a wrong unit of time."""
CLOSE = 1e-9
"""Hours within which two times are one."""


@dataclass(frozen=True, slots=True)
class Laid:
    """Which columns of the table tell the batch, the time and, if any does, the phase."""

    batches: str
    time: str
    phases: str | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A sample every `interval` hours, the first `begins` hours after a batch began."""

    interval: float
    begins: float = 0.0


@dataclass(frozen=True)
class Run:
    """One batch: its `name`, samples (n, J) on the grid, and the phase at each ("" without phases)."""

    name: str
    rows: Array
    phases: tuple[str, ...]


@dataclass(frozen=True)
class Runs:
    """The batches of a table in its order, their `tags`, the `grid`, and what was decided, in words."""

    runs: tuple[Run, ...]
    tags: tuple[str, ...]
    grid: Grid
    decisions: tuple[str, ...] = ()


def hours(time: float, unit: str) -> float:
    """A time in hours. Raises MonitoringError for a unit of another kind."""
    try:
        return convert(time, unit, HOUR)
    except UnitError as error:
        raise MonitoringError(error.what, where=f"time in {unit}", mend="name a unit of time") from error


def lay_out(table: Table, laid: Laid, wanted: Wanted, interval: float | None) -> Runs:
    """The runs to learn from: all columns of numbers but those named, every `interval` hours, or as the table does.

    Raises MonitoringError for columns that are not there, or a table that is no set of runs.
    """
    decisions: list[str] = []
    apart = {laid.batches, laid.time, laid.phases}
    offered = [name for name in table.headings if name not in apart]
    names = narrow(table, offered, wanted, decisions)
    text = [name for name in names if name not in table.numbers]
    names = [name for name in names if name in table.numbers and _varies(table.number(name))]
    for name in text:
        refuse_spoilt(table, name)
    if text:
        decisions.append(f"columns without numbers are left out: {', '.join(text)}")
    if not names:
        raise MonitoringError(
            "no column of numbers that vary is left", where=table.name, mend="bring the tags as columns"
        )
    members, times = _members(table, laid)
    if interval is None:
        interval = _usual_step(table, laid, members, times)
        decisions.append(f"a sample every {interval:g} h, as is usual in the table")
    firsts = [times[rows[0]] for rows in members.values()]
    begins = max(float(np.ceil(np.median(firsts) / interval - CLOSE) * interval), 0.0) + 0.0
    if not unit_in(laid.time)[1]:
        decisions.append(f"'{laid.time}' names no unit: taken as hours")
    infinite = {name: count for name, count in table.infinite.items() if name in names}
    decisions += [f"{count} infinite values of '{name}' count as missing" for name, count in infinite.items()]
    decisions += unbelievable(table, names)
    found = on_grid(table, laid, tuple(names), Grid(interval, begins))
    return Runs(found.runs, found.tags, found.grid, (*decisions, *found.decisions))


def on_grid(table: Table, laid: Laid, tags: Sequence[str], grid: Grid) -> Runs:
    """The runs of a table on the `grid`. Raises MonitoringError for columns or values that are not there."""
    for name in (laid.batches, laid.time, *([laid.phases] if laid.phases else []), *tags):
        table.check_single(name)
    members, times = _members(table, laid)
    columns = np.stack([table.number(name) for name in tags], axis=1)
    labels = table.labels(laid.phases) if laid.phases else None
    runs = []
    for name, rows in members.items():
        moments = _moments(float(times[rows[-1]]), grid, f"{table.name}, batch '{name}'")
        if not len(moments):
            continue
        values = _last_known(times[rows], columns[rows], moments, max(PATIENCE.to(HOUR), grid.interval))
        runs.append(Run(name, values, _phases(labels, rows, times[rows], moments)))
    if not runs:
        raise MonitoringError(
            "no batch lasts until its first sample", where=table.name, mend="check the times and the interval"
        )
    return Runs(tuple(runs), tuple(tags), grid, twice(table, laid, tags))


def twice(table: Table, laid: Laid, tags: Sequence[str]) -> tuple[str, ...]:
    """What is said of rows of one batch at one time: how many there are, and which of them tell different values."""
    members, times = _members(table, laid)
    pairs = [pair for rows in members.values() for pair in pairwise(rows) if _at_once(times, *pair)]
    if not pairs:
        return ()
    columns = np.stack([table.number(name) for name in tags], axis=1)
    other = [
        (one, row) for one, row in pairs if (np.abs(columns[one] - columns[row]) > 0.0).any()
    ]  # a gap (NaN) contradicts nothing
    told = f"{len(pairs)} row{'s' if len(pairs) > 1 else ''} at the time of another row of the same batch"
    if not other:
        return (told,)
    row = other[0][1]
    place = int(np.flatnonzero(np.abs(columns[other[0][0]] - columns[row]) > 0.0)[0])
    where = f"'{tags[place]}' in line {table.sheet.lines[row]}"
    return (f"WARNING: {told}, {len(other)} with other values, such as {where}: the first counts",)


def _at_once(times: Array, one: int, other: int) -> bool:
    return bool(times[other] - times[one] <= CLOSE)


def _members(table: Table, laid: Laid) -> tuple[dict[str, list[int]], Array]:
    """The rows of each batch in the order of their times, and all times in hours."""
    times = table.number(laid.time) * hours(1.0, unit_in(laid.time)[1] or HOUR)
    members: dict[str, list[int]] = {}
    for row, label in enumerate(table.labels(laid.batches)):
        if not label or not np.isfinite(times[row]):
            raise MonitoringError(
                "a row has no batch" if not label else "a row has no time",
                where=table.place(row, laid.time if label else laid.batches),
                mend="leave the row out",
            )
        members.setdefault(label, []).append(row)
    return {name: sorted(rows, key=lambda row: times[row]) for name, rows in members.items()}, times


def _usual_step(table: Table, laid: Laid, members: dict[str, list[int]], times: Array) -> float:
    steps = np.concatenate([np.diff(times[rows]) for rows in members.values()])
    steps = steps[steps > CLOSE]
    if not len(steps):
        raise MonitoringError(
            "no batch has two samples at different times",
            where=f"{table.name}, column '{laid.time}'",
            mend="bring a row for each sample of each batch",
        )
    return float(np.median(steps))


def _varies(values: Array) -> bool:
    known = values[np.isfinite(values)]
    return len(known) > 1 and float(np.ptp(known)) > 0.0


def _moments(last: float, grid: Grid, where: str) -> Array:
    count = int(min(np.floor((last - grid.begins) / grid.interval + CLOSE), MOST_SAMPLES)) + 1
    if count > MOST_SAMPLES:
        raise MonitoringError(
            f"until {last:g} h there are more than {MOST_SAMPLES:,} samples, one every {grid.interval:g} h",
            where=where,
            mend="check the times and their unit, or take samples less often",
        )
    return np.asarray(grid.begins + grid.interval * np.arange(max(count, 0)), np.float64)


def _last_known(times: Array, values: Array, moments: Array, patience: float) -> Array:
    """The last finite value of each column (n, J) by each moment, NaN where it is older than `patience`."""
    found = np.full((len(moments), values.shape[1]), np.nan)
    for place, column in enumerate(values.T):
        known = np.flatnonzero(np.isfinite(column))
        if not len(known):
            continue
        known = known[np.diff(times[known], prepend=-np.inf) > CLOSE]  # of values at one time the first
        number = np.searchsorted(times[known], moments + CLOSE, side="right") - 1
        at = known[np.maximum(number, 0)]
        fresh = (number >= 0) & (moments - times[at] <= patience + CLOSE)
        found[:, place] = np.where(fresh, column[at], np.nan)
    return found


def _phases(labels: Sequence[str] | None, rows: list[int], times: Array, moments: Array) -> tuple[str, ...]:
    if labels is None:
        return ("",) * len(moments)
    number = np.searchsorted(times, moments + CLOSE, side="right") - 1
    return tuple(labels[rows[place]] if place >= 0 else "" for place in number.tolist())
