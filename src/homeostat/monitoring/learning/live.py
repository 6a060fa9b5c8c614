"""What a live calibration says of a table of spectra, taken as processes in the order of its rows.

In: a `LivePackage`, a `Table`, and which of its samples are told to the calibration. Out: `Followed`, with figures on
the samples that it never knew. A row is a spectrum with its time; with a reference value, a sample was drawn then. A
row of a time and a reference value alone is a sample drawn between two spectra. Nothing is learnt here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.identical import joined, once, row_digests
from homeostat.monitoring.learning.remarks import told_of_samples, told_of_spectra
from homeostat.monitoring.learning.runs import HOUR, hours
from homeostat.monitoring.learning.sampled import Sampled, beside
from homeostat.monitoring.learning.sampling import Sampling, misplaced, sampling
from homeostat.monitoring.learning.spectral import on_axis, samples_digest
from homeostat.monitoring.learning.spellings import spellings
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.package import LivePackage, Metrics
from homeostat.monitoring.package.metrics import measure
from homeostat.monitoring.prediction import Verdict
from homeostat.monitoring.spectra import Drawn, LiveValue, follow
from homeostat.monitoring.spectra.live import NOT_NEWER
from homeostat.monitoring.spectra.state import HOUR as MICROSECONDS
from homeostat.process.soft import unit_in

LONGEST = 1e6
"""Hours of a process; more are surely a wrong unit of time."""
MERGED = 4
"""The edition from which on groups that are spelt in several ways are one, as in any other model."""


@dataclass(frozen=True, slots=True)
class Told:
    """Which column tells the time; how many samples of each process are told, and how late (h)."""

    time: str = "time [h]"
    at_line: int = 0
    late: float = 0.0


@dataclass(frozen=True, eq=False)
class Followed:
    """What was told of each row that is a spectrum, of each that is a sample; figures on samples that never were told.

    `times` (n,) are in hours, `groups` (n,) the process of each row where the table tells several.
    """

    package: LivePackage
    table: Table
    times: Array
    told: Mapping[int, LiveValue]
    samples: tuple[Sampled, ...]
    groups: tuple[str, ...] | None
    metrics: tuple[Metrics, ...]
    remarks: tuple[str, ...] = field(default=())

    @property
    def beside(self) -> str | None:
        """How often what stood beside the samples that were told was wrong: no figure counts them."""
        return beside(self.samples).words


def follow_live(package: LivePackage, table: Table, asked: Told) -> Followed:
    """Follow the processes of a table. Raises MonitoringError for other wavelengths, and times that are missing."""
    times, (spectra, remark) = _times(table, asked.time), on_axis(package.headings, table)
    measured = _measured(package, table)
    groups, respelt = _groups(package, table)
    told: dict[int, LiveValue] = {}
    samples: list[Sampled] = []
    remarks, second = [*([remark] if remark else []), *respelt], False
    for rows in _processes(table.rows, groups):
        drawn = _followed(package, rows, (times, spectra, measured), asked, told, samples)
        second = second or bool(drawn.second)
        remarks += misplaced(drawn, table.sheet.lines, measured, package.training.group)
    samples.sort(key=lambda one: one.row)
    if not unit_in(asked.time)[1]:
        remarks.append(f"'{asked.time}' names no unit: taken as hours")
    remarks += told_of_spectra(table, told, second=second)
    remarks += told_of_samples(package, table, samples, asked.at_line)
    found = Followed(package, table, times, told, tuple(samples), groups, (), tuple(remarks))
    return replace(found, metrics=figures(found))


def digest_of(package: LivePackage, table: Table) -> str:
    """The digest of the rows with a reference; that of the package's training, if it learnt from these."""
    spectra, _ = on_axis(package.headings, table)
    measured, group = _measured(package, table), package.training.group
    labels = None
    if group and group in table.headings:
        labels = table.labels(group) if package.live.rules < MERGED else table.categories(group)
    rows = np.flatnonzero(np.isfinite(measured))
    groups = None if labels is None else [labels[row] for row in rows.tolist()]
    if groups is not None and package.live.rules >= 3:
        names = joined(spectra[rows], groups)
        groups = [names[one] for one in groups]
    single = once(spectra[rows], measured[rows], groups)
    rows, groups = rows[single], None if groups is None else [groups[row] for row in single.tolist()]
    return samples_digest(package.headings, spectra[rows], package.target, measured[rows], group, groups)


def _times(table: Table, name: str) -> Array:
    """The time (n,) of each row, in hours."""
    table.check_single(name)
    times: Array = table.number(name) * hours(1.0, unit_in(name)[1] or HOUR)
    for row in np.flatnonzero(~np.isfinite(times) | (np.abs(times) > LONGEST)).tolist():
        known = bool(np.isfinite(times[row]))
        raise MonitoringError(
            f"{times[row]:g} h is no time of a process" if known else "a row has no time",
            where=table.place(row, name),
            mend="check the times and their unit" if known else "leave the row out",
        )
    return times


def _measured(package: LivePackage, table: Table) -> Array:
    """The reference values (n,), NaN where there is none."""
    if package.target not in table.headings:
        return np.full(table.rows, np.nan)
    table.check_single(package.target)
    return table.number(package.target)


def _groups(package: LivePackage, table: Table) -> tuple[tuple[str, ...] | None, list[str]]:
    """The process of each row (n,), where the table tells several, and what is said of how they are spelt."""
    group = package.training.group
    if not group or group not in table.headings:
        return None, []
    older = package.live.rules < MERGED
    names = table.named(group, range(table.rows), as_written=older)
    return names, [] if older else spellings(table, (), group)


def _processes(rows: int, groups: Sequence[str] | None) -> list[list[int]]:
    if groups is None:
        return [list(range(rows))]
    return [[row for row in range(rows) if groups[row] == name] for name in dict.fromkeys(groups)]


def _followed(
    package: LivePackage,
    rows: Sequence[int],
    columns: tuple[Array, Array, Array],
    asked: Told,
    told: dict[int, LiveValue],
    samples: list[Sampled],
) -> Sampling:
    """One process; what is told goes to `told` and `samples`."""
    times, spectra, measured = columns
    moments = {row: round(float(times[row]) * MICROSECONDS) for row in rows}
    taken = [row for row in rows if np.isfinite(spectra[row]).any()]
    course = [(moments[row], spectra[row]) for row in taken]
    told_of = sampling(rows, moments, spectra, measured, _not_newer(package, taken, course))
    drawn = told_of.drawn
    late = round(asked.late * MICROSECONDS)
    known = told_of.first(moments, asked.at_line)
    found = follow(
        package.live,
        course,
        [
            Drawn(moments[row], float(measured[row]), moments[row] + late if row in known else None)
            for row in drawn
        ],
    )
    told.update(zip(taken, found.told, strict=True))
    samples += [
        Sampled(
            row,
            float(measured[row]),
            standing,
            row in known,
            found.unused.get(place, ""),
            place in found.waited,
        )
        for place, (row, standing) in enumerate(zip(drawn, found.standing, strict=True))
    ]
    return told_of


def _not_newer(
    package: LivePackage, taken: Sequence[int], course: Sequence[tuple[int, Array]]
) -> frozenset[int]:
    """The rows `taken` whose spectra are refused as not newer than those before them."""
    if all(before < after for (before, _), (after, _) in pairwise(course)):
        return frozenset()
    told = follow(package.live, course).told
    return frozenset(row for row, one in zip(taken, told, strict=True) if one.reason == NOT_NEWER)


def rows_of(read: Followed) -> tuple[Array, Array]:
    """The spectra (n, p) and references (n,) of the table, as a calibration reads them however they are written."""
    spectra, _ = on_axis(read.package.headings, read.table)
    return spectra, _measured(read.package, read.table)


def digests(read: Followed, without: Collection[int] = ()) -> tuple[str, ...]:
    """Digests of the samples that `figures` counts, each once, in order: the same in any table that holds them.

    A sample between two spectra is known by its time.
    """
    spectra, measured = rows_of(read)
    rows = [one.row for one in read.samples if not one.told and one.row not in without]
    alone = np.where(np.isfinite(spectra).any(axis=1), np.nan, read.times)
    return tuple(sorted(set(row_digests(np.column_stack([spectra, alone])[rows], measured[rows]))))


def figures(read: Followed, without: Collection[int] = ()) -> tuple[Metrics, ...]:
    """Over the samples that never were told, less rows `without`; where no value stood nothing was decided."""
    scored = [one for one in read.samples if not one.told and one.row not in without]
    if not scored:
        return ()
    verdicts = [_verdict(read.package, one.standing) for one in scored]
    truth = np.array([one.measured for one in scored])
    labels = None if read.groups is None else np.array([read.groups[one.row] for one in scored])
    return measure(truth, verdicts, subgroups=labels, groups=labels)


def _verdict(package: LivePackage, told: LiveValue | None) -> Verdict:
    return Verdict(
        value=None if told is None else told.value,
        low=None if told is None else told.low,
        high=None if told is None else told.high,
        decision="undecided" if told is None else "ok",
        t2=None,
        spe=None,
        t2_limit=None,
        spe_limit=None,
        drivers=(),
        strangers=(),
        reason="no value stood" if told is None else told.reason,
        model=package.content_hash,
    )
