"""A user's files to runs: rows of the same run are put together, values come out in the model's units.

In: model, files, the map of their columns. Out: `Run`s in the order in which they first appear.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from homeostat.errors import TwinError
from homeostat.process import convert, convert_difference
from homeostat.twin.declare import Quantity, Signature
from homeostat.twin.engine import Jump, Segment
from homeostat.twin.fit.datamap import DataMap, Measured
from homeostat.twin.fit.matching import check_columns, check_map, unit_of
from homeostat.twin.fit.runs import Noise, Run, check_runs
from homeostat.twin.fit.table import Row, read_table
from homeostat.twin.model import Model

TICK = 1e-6
"""Hours by which a period may fall short: clocks of logs tremble."""


@dataclass
class _Gathered:
    """What was found about one run so far; hours of dates still count since 1970."""

    dated: bool
    donor: str = ""
    first: float = math.inf
    constants: dict[str, float] = field(default_factory=dict)
    noise: dict[str, Noise] = field(default_factory=dict)
    every: dict[str, float] = field(default_factory=dict)
    samples: list[tuple[float, dict[str, tuple[float, float]]]] = field(default_factory=list)
    """Hours, and by quantity the value and its standard deviation, of each row that has any."""
    initial: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Hours and value of the earliest row that tells it, by state."""
    inputs: list[tuple[float, str, float, float]] = field(default_factory=list)
    """Hours, input, value and deadband."""
    taken: dict[tuple[float, str], tuple[Row, str]] = field(default_factory=dict)
    """The row and column of each measured value, by hours and quantity."""
    additions: list[tuple[float, str, float]] = field(default_factory=list)


def read_runs(model: type[Model], files: Sequence[Path], maps: Sequence[DataMap]) -> tuple[Run, ...]:
    """The runs in `files`, each read by every one of `maps` whose `files` fit its name.

    A run starts at time 0 of its files (for dates: at its first row). Raises `TwinError`, with file, line and
    column, for whatever cannot be read, converted or found in the model, and for values that are given twice.
    """
    _check_once(files)
    gathered: dict[str, _Gathered] = {}
    for datamap in maps:
        check_map(model.signature, datamap)
    tables = [read_table(path, datamap) for path in files for datamap in _fitting(path, maps)]
    check_columns(tables)
    for table in tables:
        for row in table.rows():
            _gather(model.signature, row, gathered)
    runs = tuple(_run(model.signature, name, found) for name, found in gathered.items() if found.samples)
    if not runs:
        names = ", ".join(path.name for path in files)
        mend = "check the columns and what marks a missing value"
        raise TwinError("there is no measured value", where=names, mend=mend)
    check_runs(model, runs)
    return runs


def _check_once(files: Sequence[Path]) -> None:
    """Raise `TwinError` for a file that is named twice, by whatever path: each value would count twice."""
    seen: set[Path] = set()
    for path in files:
        if path.resolve() in seen:
            raise TwinError("the table is given twice", where=str(path), mend="name each table once")
        seen.add(path.resolve())


def _fitting(path: Path, maps: Sequence[DataMap]) -> list[DataMap]:
    fitting = [m for m in maps if any(fnmatch(path.name, pattern) for pattern in m.files)]
    if not fitting:
        raise TwinError("no map of columns is for this file", where=str(path), mend="add its name to `files`")
    return fitting


def _gather(s: Signature, row: Row, gathered: dict[str, _Gathered]) -> None:
    """Add what a row tells to its run."""
    datamap, hours, dated = row.table.map, row.hours(), row.table.map.time.format is not None
    name = _name(row)
    run = gathered.setdefault(name, _Gathered(dated))
    if run.dated != dated:
        raise TwinError(
            f"run {name} has dates in one table and hours in another",
            where=row.where(datamap.time.column),
            mend="give both by dates, or both since the start",
        )
    if not dated and hours < 0.0:
        raise TwinError(
            f"the row lies before the start of run {name}",
            where=row.where(datamap.time.column),
            mend="count time from the start of the run, or delete the row",
        )
    run.first = min(run.first, hours)
    donor = row.cell(datamap.donor) if datamap.donor else None
    run.donor = donor.text if donor else run.donor
    run.constants |= {n: q.to(unit_of(s.groups, n)) for n, q in datamap.constants.items()}
    run.noise |= {m.quantity: _noise(s, m) for m in datamap.measured.values() if m.deviation is None}
    run.every |= {m.quantity: m.every.to("h") for m in datamap.measured.values() if m.every is not None}
    values = {m.quantity: _sample(s, row, column, m) for column, m in datamap.measured.items()}
    sample = {quantity: value for quantity, value in values.items() if value is not None}
    for column, m in datamap.measured.items():
        if m.quantity in sample:
            _check_new(run.taken, (hours, m.quantity), row, column, name)
    if sample:
        run.samples.append((hours, sample))
    _gather_actions(s, row, hours, run)


def _check_new(
    taken: dict[tuple[float, str], tuple[Row, str]], key: tuple[float, str], row: Row, column: str, name: str
) -> None:
    """Raise `TwinError` where another file tells the same; rows of one file are replicates."""
    before, other = taken.setdefault(key, (row, column))
    same = before.table is row.table or (before.table.file == row.table.file and other != column)
    if not same:
        raise TwinError(
            f"{key[1]} of run {name} is given twice for the same time",
            where=f"{before.where(other)}; {row.where(column)}",
            mend="leave one of them out, or name the runs apart",
        )


def _gather_actions(s: Signature, row: Row, hours: float, run: _Gathered) -> None:
    """Add what a row tells of inputs, additions and initial states."""
    datamap = row.table.map
    for column, given in datamap.inputs.items():
        value = _value(s, row, column, given.input, given.unit)
        if value is not None:
            _check_bounds(s.inputs[given.input], value, row.where(column))
            band = convert_difference(given.deadband, given.unit, unit_of(s.groups, given.input))
            run.inputs.append((hours, given.input, value, band))
    for column, added in datamap.additions.items():
        value = _value(s, row, column, added.state, added.unit)
        if value:
            run.additions.append((hours, added.state, value))
    for column, begun in datamap.initial.items():
        value = _value(s, row, column, begun.state, begun.unit)
        if value is not None and hours < run.initial.get(begun.state, (math.inf, 0.0))[0]:
            run.initial[begun.state] = (hours, value)


def _check_bounds(quantity: Quantity, value: float, where: str) -> None:
    if not quantity.low <= value <= quantity.high:
        raise TwinError(
            f"{quantity.name} = {value:g} {quantity.unit} lies outside {quantity.low:g} to {quantity.high:g}",
            where=where,
            mend="mend the cell or its unit, mark it as missing, or widen the bounds that the model declares",
        )


def _name(row: Row) -> str:
    """The run that a row belongs to."""
    datamap, table = row.table.map, row.table
    if datamap.run:
        cell = row.cell(datamap.run)
        if cell is None:
            raise TwinError(
                "the row names no run", where=row.where(datamap.run), mend="name it, or delete the row"
            )
        return cell.text
    if datamap.run_pattern is None:
        return table.stem
    match = re.search(datamap.run_pattern, table.stem)
    if match is None or not match.groups() or not match[1]:
        raise TwinError(
            f"`run_pattern` {datamap.run_pattern!r} finds no run in the file's name",
            where=table.file,
            mend=r"write for example '_(\d+)$'",
        )
    return str(match[1])


def _value(s: Signature, row: Row, column: str, name: str, unit: str) -> float | None:
    """The number in a column, in the model's unit of `name`."""
    number = row.number(column)
    return None if number is None else convert(number, unit, unit_of(s.groups, name))


def _noise(s: Signature, measured: Measured) -> Noise:
    unit = unit_of(s.groups, measured.quantity)
    return Noise(convert_difference(measured.absolute, measured.unit, unit), measured.relative)


def _sample(s: Signature, row: Row, column: str, measured: Measured) -> tuple[float, float] | None:
    """A measured value and its standard deviation, in the model's unit."""
    value = _value(s, row, column, measured.quantity, measured.unit)
    if value is None:
        return None
    if measured.deviation is None:
        deviation: float | None = float(_noise(s, measured).deviation(np.array(value)))
        mend = "give an absolute error above 0"
    else:
        column = measured.deviation
        number = row.number(column)
        unit = unit_of(s.groups, measured.quantity)
        deviation = None if number is None else convert_difference(number, measured.unit, unit)
        mend = "give a standard deviation above 0, or mark the value as missing"
    if deviation is None or deviation <= 0.0:
        raise TwinError("a measured value has no error above 0", where=row.where(column), mend=mend)
    return value, deviation


def _run(s: Signature, name: str, found: _Gathered) -> Run:
    begin = found.first if found.dated else 0.0
    samples = _thinned(found)
    quantities = tuple(dict.fromkeys(q for _, sample in samples for q in sample))
    values, deviations = (
        {q: np.array([sample.get(q, _MISSING)[part] for _, sample in samples]) for q in quantities}
        for part in (0, 1)
    )
    known = {n: v for n, v in found.constants.items() if n in s.states.names}
    run = Run.of(
        name,
        [_since(hours, begin) for hours, _ in samples],
        values,
        deviations,
        segments=_segments(s, found, begin),
        initial=known | {state: value for state, (_, value) in found.initial.items()},
        parameters={n: v for n, v in found.constants.items() if n in s.parameters.names},
        jumps=[Jump(_since(at, begin), add={state: value}) for at, state, value in sorted(found.additions)],
        donor=found.donor,
    )
    return replace(run, noise={q: found.noise[q] for q in quantities if q in found.noise})


def _thinned(found: _Gathered) -> list[tuple[float, dict[str, tuple[float, float]]]]:
    """The samples in the order of time, without values too close to the one taken before."""
    last: dict[str, float] = {}
    kept = []
    for hours, sample in sorted(found.samples, key=lambda entry: entry[0]):
        taken = {
            q: value
            for q, value in sample.items()
            if hours - last.get(q, -math.inf) >= found.every.get(q, 0.0) - TICK
        }
        last |= dict.fromkeys(taken, hours)
        if taken:
            kept.append((hours, taken))
    return kept


_MISSING = (math.nan, math.nan)


def _since(hours: float, begin: float) -> float:
    """Hours since `begin`, without the binary noise of large numbers."""
    return round(hours - begin, 9)


def _segments(s: Signature, found: _Gathered, begin: float) -> list[Segment]:
    """A segment wherever some input changes, which holds every input known by then."""
    current = {n: v for n, v in found.constants.items() if n in s.inputs.names}
    changes: dict[float, dict[str, float]] = {0.0: current} if current else {}
    for at, name, value, band in sorted(found.inputs, key=lambda entry: entry[0]):
        if name not in current or abs(current[name] - value) > band:
            current = {**current, name: value}
            changes[_since(at, begin)] = current
    return [Segment(at, values) for at, values in changes.items()]
