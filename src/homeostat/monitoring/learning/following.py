"""What a watcher says of the batches in a table: when each was called out first and for what; one sample explained.

In: a `WatchPackage` and a `Table` whose columns are named as those learnt from. Out: a `Followed` for each batch, or an
`ExplainedSample`. Nothing is learnt here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches import Told
from homeostat.monitoring.batches.watcher import Shares
from homeostat.monitoring.learning.runs import CLOSE, HOUR, Grid, Laid, Run, hours, on_grid, twice
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.package import Metrics, WatchPackage, table_digest
from homeostat.process.soft import unit_in

GRAVEST = ("action", "alert", "ok")


@dataclass(frozen=True)
class Followed:
    """One batch of a table as it was told live: the `times` (h) of its samples, and what was said of each."""

    name: str
    times: tuple[float, ...]
    told: tuple[Told, ...]

    def first(self, *decisions: str) -> int | None:
        """The place of the first sample at which one of the `decisions` was made."""
        return next((n for n, one in enumerate(self.told) if one.decision in decisions), None)

    @cached_property
    def worst(self) -> tuple[str, int]:
        """The gravest decision of the batch, and the place where it was made first."""
        for decision in GRAVEST:
            at = self.first(decision)
            if at is not None:
                return decision, at
        return "undecided", len(self.told) - 1

    def turns(self) -> tuple[int, ...]:
        """The places at which another decision was made than at the sample before; the first is one."""
        return tuple(
            place
            for place, one in enumerate(self.told)
            if not place or one.decision != self.told[place - 1].decision
        )


@dataclass(frozen=True)
class ExplainedSample:
    """What was said of the sample that stood when the row at `line` was taken, `time` (h) after its batch began.

    `place` is its place in the `batch`; `shares` are the tags' parts of each of the watcher's statistics.
    """

    line: int
    time: float
    place: int
    batch: Followed
    shares: Shares

    @property
    def told(self) -> Told:
        """What was said of it."""
        return self.batch.told[self.place]


def follow_table(package: WatchPackage, table: Table) -> tuple[Followed, ...]:
    """What is said of the batches in a table that names its columns as the one learnt from. Raises MonitoringError."""
    return tuple(_followed(package, run) for run in _runs(package, table))


def remarks(package: WatchPackage, table: Table) -> tuple[str, ...]:
    """What is said of the table itself: rows of one batch at one time. Raises MonitoringError as `follow_table`."""
    return twice(table, _laid(package), package.names)


def counted(batches: Sequence[Followed]) -> Metrics:
    """How many batches came to which gravest decision, as figures for the record of uses."""
    worst = [one.worst[0] for one in batches]
    values = {decision: float(worst.count(decision)) for decision in (*GRAVEST, "undecided")}
    return Metrics(rows=sum(len(one.told) for one in batches), groups=len(batches), values=values)


def explain_sample(package: WatchPackage, table: Table, row: int) -> ExplainedSample:
    """Explain the sample that stands at row `row` (from 0) of the table. Raises MonitoringError where there is none."""
    name, time = _whose(package, table, row)
    place = int(np.floor((time - package.begins) / package.interval + CLOSE))
    if place < 0:
        raise MonitoringError(
            f"nothing is said {time:g} h after a batch began: its first sample is taken after {package.begins:g} h",
            where=table.place(row),
            mend="choose a later row",
        )
    labels = table.labels(_laid(package).batches)
    own = [number for number, label in enumerate(labels) if label == name]
    (run,) = _runs(package, table.select(own))
    memory = package.watcher.begin()
    samples = list(zip(run.phases, run.rows, strict=True))
    for phase, values in samples[:place]:
        memory, _ = package.watcher.look(memory, phase, values)
    shares = package.watcher.shares(memory, *samples[place])
    return ExplainedSample(table.sheet.lines[row], time, place, _followed(package, run), shares)


def _whose(package: WatchPackage, table: Table, row: int) -> tuple[str, float]:
    """The batch of a row, and its time in hours. Raises MonitoringError where it has none."""
    laid = _laid(package)
    name, moment = table.labels(laid.batches)[row], float(table.number(laid.time)[row])
    if not name or not np.isfinite(moment):
        what = "the row has no time" if name else "the row has no batch"
        raise MonitoringError(what, where=table.place(row), mend="choose another row")
    return name, moment * hours(1.0, unit_in(laid.time)[1] or HOUR)


def learnt_digest(table: Table, laid: Sequence[str], tags: Sequence[str]) -> str:
    """The digest of what a watcher learns from, or judges: the columns that tell a batch's course, and its `tags`."""
    return table_digest(
        {name: table.number(name) for name in tags} | {name: table.labels(name) for name in laid}
    )


def digest_of(package: WatchPackage, table: Table) -> str:
    """The digest of what the watcher reads in a table; that of its training, if it is that table."""
    return learnt_digest(
        table, [name for name in package.training.columns if name not in package.names], package.names
    )


def _laid(package: WatchPackage) -> Laid:
    wanted = 3 if package.watcher.phases else 2
    told = [name for name in package.training.columns if name not in package.names]
    if len(told) < wanted:
        raise MonitoringError(
            "the model does not say which columns tell batch and time",
            where=package.name,
            mend="learn it from a table: homeostat watch train --batches",
        )
    return Laid(*told[:wanted])


def _runs(package: WatchPackage, table: Table) -> tuple[Run, ...]:
    grid = Grid(package.interval, package.begins)
    return on_grid(table, _laid(package), package.names, grid).runs


def _followed(package: WatchPackage, run: Run) -> Followed:
    told = package.follow(list(zip(run.phases, run.rows, strict=True)))
    times = [package.begins + package.interval * number for number in range(len(told))]
    return Followed(run.name, tuple(times), told)
