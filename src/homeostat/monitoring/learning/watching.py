"""From a long table of good batches to a frozen watcher.

In: a `Table`, and what the user says of it. Out: a `WatchPackage` with what was decided and how often it would have
cried wolf. What it says of other batches is in `following`.
"""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from homeostat import __version__
from homeostat.errors import MonitoringError
from homeostat.monitoring.batches import GoodBatches, Indicator, Watcher, learn_indicator
from homeostat.monitoring.batches.good import ELAPSED
from homeostat.monitoring.batches.held_out import attainable
from homeostat.monitoring.batches.learning import ACTION, CONFIDENCE, LearnedPhases, learn_phases
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent import Rate
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.enough import check_enough
from homeostat.monitoring.learning.following import learnt_digest
from homeostat.monitoring.learning.lateness import warned
from homeostat.monitoring.learning.runs import Laid, Runs, lay_out
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.learning.threads import one_thread
from homeostat.monitoring.learning.training import described, versions
from homeostat.monitoring.learning.varying import learn_varying
from homeostat.monitoring.package import (
    Input,
    IntendedUse,
    Metrics,
    Training,
    WatchPackage,
    freeze_watcher,
)
from homeostat.process.soft import unit_in

FEWEST = 4
"""Good batches that limits can be learnt from at all; twenty give limits at the usual confidence."""
WHOLE = "batch"
"""What the one phase is called where there are none."""


@dataclass(frozen=True)
class Asked:
    """What the user declares beside the table; `created` is the time in words, as the caller's clock says.

    `align` is the tag that says how far a batch has come; `lags` that the recent past is watched instead (CVA).
    """

    laid: Laid
    wanted: Wanted = field(default_factory=Wanted)
    interval: float | None = None
    align: str | None = None
    lags: int | None = None
    components: int | None = None
    name: str = "watcher"
    version: str = "1"
    use: IntendedUse = field(
        default_factory=lambda: IntendedUse(question="Does the batch run like good ones?")
    )
    created: str = ""


@dataclass(frozen=True)
class Watching:
    """The frozen watcher, what was decided, and its false alarms on batches that were left out, by what they are."""

    package: WatchPackage
    decisions: tuple[str, ...]
    rates: Mapping[str, Rate]


def train_watcher(table: Table, asked: Asked) -> Watching:
    """Learn from the good batches of the `table`. Raises MonitoringError where they are no such set."""
    ways = [("phases", asked.laid.phases), ("align", asked.align), ("lags", asked.lags)]
    if len(given := [name for name, value in ways if value is not None]) > 1:
        raise MonitoringError(
            f"{' and '.join(given)} do not go together", where=f"--{given[1]}", mend="give one of them"
        )
    found = lay_out(table, asked.laid, asked.wanted, asked.interval)
    if asked.lags is None and len(found.runs) < FEWEST:
        raise MonitoringError(
            f"{len(found.runs)} batch(es) give no limits", where=table.name, mend=f"bring {FEWEST} or more"
        )
    with one_thread(), np.errstate(all="ignore"):  # what overflows is told as an error, with its batch
        watcher, decisions, rates = _learned(found, asked)
    decisions = (*found.decisions, *decisions)
    package = freeze_watcher(
        list(zip(found.runs[0].phases, found.runs[0].rows, strict=True)),
        name=asked.name,
        version=asked.version,
        use=asked.use,
        inputs=_inputs(found),
        watcher=watcher,
        interval=found.grid.interval,
        begins=found.grid.begins,
        training=_training(table, asked, found),
        metrics=(_metrics(found, rates),),
        tried=tuple({"decision": decision} for decision in decisions),
        created=asked.created,
        software={"homeostat": __version__, "python": platform.python_version(), **versions()},
    )
    return Watching(package, decisions, rates)


Found = tuple[Watcher, tuple[str, ...], dict[str, Rate]]


def _learned(found: Runs, asked: Asked) -> Found:
    if asked.lags is not None:
        return _varying(found, asked)
    if asked.align is not None:
        return _aligned(found, asked)
    return _by_phase(found, asked) if asked.laid.phases else _whole(found, asked)


def _varying(found: Runs, asked: Asked) -> Found:
    if asked.lags is None:
        raise MonitoringError("no number of lags is given", where="lags")
    rows = [run.rows for run in found.runs]
    if len(rows) > 1:
        shortest = min(map(len, rows))
        check_enough({WHOLE: [one[:shortest] for one in rows]}, found.tags, CONFIDENCE)
    learned = learn_varying(rows, found.tags, asked.lags, asked.components, CONFIDENCE, ACTION)
    watcher = learned.watcher
    told = (
        f"the newest {asked.lags} samples, {len(watcher.states)} states; alert after {watcher.run} in a row"
    )
    rates = {"samples beyond the limit": learned.samples}
    late = warned(found, watcher.run, learned.longest, min(map(len, rows)))
    return watcher, (told, *_cut(rows), *late), rates | _by_batch(learned.alerts, learned.actions)


def _whole(found: Runs, asked: Asked) -> Found:
    rows = [run.rows for run in found.runs]
    shortest = min(map(len, rows))
    learned = _phases({WHOLE: [one[:shortest] for one in rows]}, found.tags, asked)
    longest = (max(map(len, rows)),)
    watcher = GoodBatches(tags=found.tags, run=learned.run, phased=learned.phased, longest=longest)
    return watcher, (*_cut(rows), *_sizes(found, learned)), _rates(learned)


def _aligned(found: Runs, asked: Asked) -> Found:
    if asked.align not in found.tags:
        raise MonitoringError(
            f"there is no tag '{asked.align}' to align by",
            where="--align",
            mend=f"tags: {', '.join(found.tags)}",
        )
    rows = [run.rows for run in found.runs]
    samples = int(np.median([len(one) for one in rows]))
    aligner: Indicator = learn_indicator(rows, found.tags.index(asked.align), samples)
    aligned = [aligner.align(one) for one in rows]
    learned = _phases({WHOLE: aligned}, (*found.tags, ELAPSED), asked)
    longest = (max(map(len, rows)),)
    watcher = GoodBatches(
        tags=found.tags, run=learned.run, phased=learned.phased, longest=longest, aligner=aligner
    )
    told = (
        f"aligned by '{asked.align}' at {samples} levels from {aligner.levels[0]:g} to {aligner.levels[-1]:g}"
    )
    return watcher, (told, *_sizes(found, learned)), _rates(learned)


def _by_phase(found: Runs, asked: Asked) -> Found:
    segments = _segments(found)
    names = tuple(dict.fromkeys(name for run in found.runs for name in run.phases if name))
    usable = {
        name: [one[name] for one in segments]
        for name in names
        if all(len(one.get(name, ())) >= 2 for one in segments)
    }
    if not usable:
        raise MonitoringError(
            "no phase has two samples in every batch", mend="give a shorter interval, or leave phases out"
        )
    cut = {name: [rows[: min(map(len, parts))] for rows in parts] for name, parts in usable.items()}
    left = [name for name in names if name not in usable]
    decisions = (
        (f"phases that not every batch has two samples of are not watched: {', '.join(left)}",)
        if left
        else ()
    )
    learned = _phases(cut, found.tags, asked)
    longest = tuple(max(map(len, parts)) for parts in usable.values())
    watcher = GoodBatches(
        tags=found.tags, run=learned.run, phased=learned.phased, longest=longest, by_phase=True
    )
    return watcher, (*decisions, *_sizes(found, learned)), _rates(learned)


def _segments(found: Runs) -> list[dict[str, Array]]:
    """The samples of each phase, of its first time, batch by batch."""
    segments = []
    for run in found.runs:
        own: dict[str, Array] = {}
        first = 0
        for place in range(1, len(run.phases) + 1):
            if place == len(run.phases) or run.phases[place] != run.phases[first]:
                own.setdefault(run.phases[first], run.rows[first:place])
                first = place
        segments.append(own)
    return segments


def _phases(phases: Mapping[str, Sequence[Array]], tags: Sequence[str], asked: Asked) -> LearnedPhases:
    check_enough(phases, tags, CONFIDENCE)
    batches = len(next(iter(phases.values())))
    sizes = None if asked.components is None else dict.fromkeys(phases, asked.components)
    return learn_phases(
        phases, tags, sizes, confidence=CONFIDENCE, action_confidence=attainable(batches, ACTION)
    )


def _cut(rows: Sequence[Array]) -> tuple[str, ...]:
    shortest, longest = min(map(len, rows)), max(map(len, rows))
    if shortest == longest:
        return ()
    return (f"watched for {shortest} samples, as long as the shortest batch; the longest has {longest}",)


def _sizes(found: Runs, learned: LearnedPhases) -> tuple[str, ...]:
    told = [
        f"{phase.name}: {phase.monitor.samples} samples, {phase.monitor.size} component(s)"
        for phase in learned.phased.phases
    ]
    shortest = min(phase.monitor.samples for phase in learned.phased.phases)
    late = warned(found, learned.run, learned.longest, shortest)
    return ("; ".join(told), f"alert after {learned.run} samples in a row beyond a limit", *late)


def _rates(learned: LearnedPhases) -> dict[str, Rate]:
    found = {}
    for name, alarms in learned.alarms.items():
        where = "" if len(learned.alarms) == 1 else f", {name}"
        found[f"samples beyond any limit{where}"] = alarms.alert
    return found | _by_batch(learned.alerts, learned.actions)


def _by_batch(alerts: Rate, actions: Rate) -> dict[str, Rate]:
    return {"batches with an alert": alerts, "batches that ask for action": actions}


def _inputs(found: Runs) -> tuple[Input, ...]:
    rows = np.concatenate([run.rows for run in found.runs])
    return tuple(
        described(name, column, unit_in(name)[1]) for name, column in zip(found.tags, rows.T, strict=True)
    )


def _training(table: Table, asked: Asked, found: Runs) -> Training:
    laid = [name for name in (asked.laid.batches, asked.laid.time, asked.laid.phases) if name]
    return Training(
        sha256=learnt_digest(table, laid, found.tags),
        rows=table.rows,
        groups=len(found.runs),
        columns=(*laid, *found.tags),
        group=asked.laid.batches,
        note=f"{table.name} (SHA-256 of the file {table.sheet.sha256})",
    )


def _metrics(found: Runs, rates: Mapping[str, Rate]) -> Metrics:
    values = {
        f"{what}{end}": number
        for what, one in rates.items()
        for end, number in (("", one.rate), (", low", one.low), (", high", one.high))
    }
    return Metrics(rows=sum(len(run.rows) for run in found.runs), groups=len(found.runs), values=values)
