"""The record of scoring: how a model did on a table that held the truth goes beside the model, chained to what was.

In: what was scored, and where the model lies. Out: what was kept, in words. A table that holds a row that was locked
when the model was trained counts as one more use of the locked test (MON-09); where a new row
is likely to be like one by chance, only one that holds these and no others does. Any other is how the model does
in use (MON-14). Of a watcher it is kept how many batches it called out. Rows that a model was learnt from are evidence
of nothing: they are known one by one, told, and left out of the figures, unless they cannot be told from new ones
(`alike`). A package frozen before their digests knows only the very table that it was learnt from, and says
so. Where nothing can be written the scoring stands all the same, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.alike import alike
from homeostat.monitoring.learning.chance import likely
from homeostat.monitoring.learning.following import Followed, counted, digest_of
from homeostat.monitoring.learning.identical import known_rows, row_digests, whole_digest
from homeostat.monitoring.learning.live import Followed as Read
from homeostat.monitoring.learning.live import digest_of as digest_read
from homeostat.monitoring.learning.live import digests, rows_of
from homeostat.monitoring.learning.live import figures as figures_of
from homeostat.monitoring.learning.scoring import Scored, figures, inputs
from homeostat.monitoring.learning.scoring import digest_of as digest_scored
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.package import LockedTest, Metrics, WatchPackage
from homeostat.monitoring.package.uses import (
    AGAIN,
    COMPARED,
    JUDGED,
    LEARNT,
    LOCKED_TEST,
    Use,
    record_of,
    record_use,
    times_tested,
    uses,
)

BY = "homeostat watch score"
PROVES_NOTHING = ": the table it was learnt from, which proves nothing"
NONE_NEW = ": rows like those it was learnt from and no others, which proves nothing"


@dataclass(frozen=True, slots=True)
class Kept:
    """The number of the use in the record, None where it could not be recorded; `told` in words.

    `results` are the figures that go on record: those to be shown.
    """

    number: int | None
    told: str
    results: tuple[Metrics, ...] = ()


def record(scored: Scored, model: Path, when: str) -> Kept | None:
    """Record the use of the model at `model`; None where the table told no truth, and nothing was compared."""
    if not scored.metrics:
        return None
    package, test = scored.package, scored.package.locked_test
    x, y = _numbers(scored)
    like = alike(x, y, package.training)
    rows = 0 if test is None else len(known_rows(x, y, test.keys))
    locked = test is not None and (test.sha256 == scored.table.sha256 or _holds(test, x, y))
    new = figures(scored, sorted(set(range(scored.table.rows)) - like.left_out))
    learnt = package.training
    same = not locked and (digest_scored(scored) == learnt.sha256 or whole_digest(x, y) == learnt.whole)
    again = not locked and (not new or same)
    table = test.sha256 if test is not None and locked else scored.table.sha256
    results = scored.metrics if again else new
    apart = f", with {rows} of its rows" if locked and table != scored.table.sha256 else ""
    try:
        use = record_use(
            model,
            what=LOCKED_TEST if locked else LEARNT if again else COMPARED,
            by=BY,
            when=when,
            content_hash=package.content_hash,
            table=table,
            results=results,
            note=f"{scored.table.name[:200]}{apart}{'' if again else _without(like.left_out)}",
        )
        times = times_tested(uses(model), table)
    except MonitoringError as fault:
        return Kept(None, f"Not recorded: {fault.what}.{'' if again else like.told}", results)
    more = f": the locked test set{apart}, used {times} times by now" if locked else ""
    if again:
        return _kept(use, model, PROVES_NOTHING if same else NONE_NEW)
    return _kept(use, model, more, like.told)


def _numbers(scored: Scored) -> tuple[Array, Array]:
    """The inputs (n, p) and targets (n,) of a table that tells these."""
    columns = inputs(scored.package, scored.table)
    x = np.column_stack([columns[name] for name in scored.package.names])
    return x, np.full(len(x), np.nan) if scored.truth is None else scored.truth


def _holds(test: LockedTest, x: Array, y: Array) -> bool:
    """Whether rows of the locked test are among inputs `x` (n, p) and targets `y` (n,).

    Where a new row is likely to be like one of them, only all of them and no others tell.
    """
    found = row_digests(x, y)
    if likely(test.chance):
        return sorted(found) == sorted(test.keys)
    return not set(found).isdisjoint(test.keys)


def _without(rows: frozenset[int]) -> str:
    return f", without {len(rows)} rows learnt from" if rows else ""


def record_watched(
    package: WatchPackage, table: Table, batches: Sequence[Followed], model: Path, when: str
) -> Kept:
    """Record that the watcher at `model` was held against the `batches` of a table."""
    digest = digest_of(package, table)
    again = digest == package.training.sha256
    try:
        use = record_use(
            model,
            what=AGAIN if again else JUDGED,
            by=BY,
            when=when,
            content_hash=package.content_hash,
            table=digest,
            results=(counted(batches),),
            note=table.name[:200],
        )
    except MonitoringError as fault:
        return Kept(None, f"Not recorded: {fault.what}.")
    return _kept(use, model, PROVES_NOTHING if again else "")


def record_live(read: Read, model: Path, when: str) -> Kept | None:
    """Record how the live calibration at `model` did beside references; None where there was none to compare with."""
    if not read.metrics:
        return None
    package, told = read.package, sum(one.told for one in read.samples)
    like = alike(*rows_of(read), package.training)
    new = figures_of(read, like.left_out)
    same = digest_read(package, read.table) == package.training.sha256
    again = same or not new
    results = read.metrics if again else new
    after = f", after {told} at-line results" if told else ""
    try:
        use = record_use(
            model,
            what=LEARNT if again else COMPARED,
            by=BY,
            when=when,
            content_hash=package.content_hash,
            table=read.table.sha256,
            results=results,
            samples=() if again else digests(read, like.left_out),
            note=f"{read.table.name[:200]}{after}{'' if again else _without(like.left_out)}",
        )
    except MonitoringError as fault:
        return Kept(None, f"Not recorded: {fault.what}.{'' if again else like.told}", results)
    if again:
        return _kept(use, model, PROVES_NOTHING if same else NONE_NEW)
    return _kept(use, model, "", like.told)


def _kept(use: Use, model: Path, more: str, told: str = "") -> Kept:
    """What is told of a use on record, of rows learnt from, and of a line before it that was torn."""
    kept = f"Recorded as use {use.number} in {record_of(model).name}{more}.{told}"
    if use.torn:
        kept += " The line before it was torn while it was written: it stays, and tells no use."
    return Kept(use.number, kept, use.results)
