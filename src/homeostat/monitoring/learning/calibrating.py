"""From a table of samples to a frozen live calibration of their spectra.

In: a `Table` of samples with reference values, and one of the first spectra of the process, whose values nobody knows.
Out: a `LivePackage`, what was tried and what was decided. What it says of a process is in `live`.
"""

import platform
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from homeostat import __version__
from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.chance import chance
from homeostat.monitoring.learning.identical import row_digests, row_keys
from homeostat.monitoring.learning.possible import ANYTHING, Possible
from homeostat.monitoring.learning.samples import measured_once
from homeostat.monitoring.learning.spectral import on_axis, samples_digest
from homeostat.monitoring.learning.suspect import negative, strange
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.learning.threads import one_thread
from homeostat.monitoring.learning.training import versions
from homeostat.monitoring.package import (
    IntendedUse,
    LivePackage,
    Metrics,
    Training,
    freeze_live,
)
from homeostat.monitoring.package.live import SAMPLED
from homeostat.monitoring.prediction import Rule, too_few
from homeostat.monitoring.prediction.few import effects, reach
from homeostat.monitoring.spectra import Live, PiecewiseStandardisation
from homeostat.monitoring.spectra.learning import Choice, Samples, choose, scaled_errors
from homeostat.monitoring.spectra.recipe import SCATTERS, Recipe, Scatter, candidates
from homeostat.monitoring.spectra.standards import standardise

COMPONENTS = 8
"""The most that are tried, unless another number is asked for."""
SHOWN = 20
"""Trials that the package keeps, the best first."""


@dataclass(frozen=True)
class Standards:
    """The same samples, row by row, as the process's probe (`here`) and the calibration's instrument saw them."""

    here: Table
    there: Table


@dataclass(frozen=True)
class Wished:
    """What the user declares beside the tables; `created` is the time in words, as the caller's clock says.

    `ranges` are wavelengths from and to (all, where none are given); `possible` the reportable range.
    """

    target: str
    group: str | None = None
    ranges: tuple[tuple[float, float], ...] = ()
    scatters: tuple[Scatter, ...] = SCATTERS
    components: int = COMPONENTS
    possible: Possible = ANYTHING
    level: float = 0.9
    quick: bool = False
    standards: Standards | None = None
    name: str = "live"
    version: str = "1"
    unit: str = ""
    use: IntendedUse = field(default_factory=lambda: IntendedUse(question="What does the probe see?"))
    created: str = ""


@dataclass(frozen=True)
class Calibrated:
    """The frozen calibration, what was decided on the way, and all that was tried."""

    package: LivePackage
    decisions: tuple[str, ...]
    choice: Choice


def range_of(text: str) -> tuple[float, float]:
    """The wavelengths that `LOW..HIGH` names. Raises MonitoringError."""
    try:
        rule = Rule.parse(text)
    except MonitoringError:
        rule = None
    if rule is None or rule.low is None or rule.high is None or rule.low >= rule.high:
        raise MonitoringError(
            "this is no range of wavelengths",
            where=f"--wavelengths '{text}'",
            mend="write such as '950..1500'",
        )
    return rule.low, rule.high


def train_live(table: Table, first: Table, wished: Wished) -> Calibrated:
    """Calibrate on the samples of `table` what reads a process whose `first` spectra are at hand.

    No target is read in `first`. Raises MonitoringError where the tables hold no spectra that go together.
    """
    decisions: list[str] = []
    names, samples, rows = measured_once(table, wished.target, wished.group, wished.possible, decisions)
    step = None if wished.standards is None else _standardisation(names, wished.standards, decisions)
    unlabelled = _first(names, first, decisions)
    decisions += _learnt_from(unlabelled, samples, first)
    with one_thread(), np.errstate(all="ignore"):
        seen = unlabelled if step is None else step.apply(unlabelled)
        choice = choose(samples, _recipes(samples, wished), wished.components, seen)
        errors = scaled_errors(samples, choice.calibration)
    live = Live.of(
        choice.calibration,
        samples.spectra,
        wished.possible.low,
        wished.possible.high,
        wished.level,
        choice.errors,
    )
    if live.low >= live.high:
        what = f"values from {live.low:g} to {live.high:g} leave nothing to report"
        raise MonitoringError(what, where="--possible", mend="widen the range")
    decisions += negative(samples.values, live.low, wished.possible)
    decisions += strange(errors, lambda place: table.place(rows[place]))
    live = _by_groups(live, samples, (errors, choice.errors), wished.level, decisions)
    if step is not None:
        steps = (step, *choice.calibration.steps)
        changed = choice.calibration.model_copy(update={"steps": steps})
        live = live.model_copy(update={"calibration": changed})
    package = freeze_live(
        samples.spectra,
        float(samples.values[SAMPLED]),
        name=wished.name,
        version=wished.version,
        use=wished.use,
        target=wished.target,
        unit=wished.unit,
        headings=tuple(names),
        live=live,
        coverage=wished.level,
        training=_training(table, wished, names, samples, decisions),
        metrics=(_figures(choice, samples),),
        tried=_tried(choice),
        created=wished.created,
        software={"homeostat": __version__, "python": platform.python_version(), **versions()},
    )
    return Calibrated(package, tuple(decisions), choice)


def _by_groups(
    live: Live, samples: Samples, errors: tuple[Array, Array], level: float, decisions: list[str]
) -> Live:
    """With intervals by the random effects of groups that are too few to promise the level; `prediction.few`.

    `errors` (n,) are those over what was expected, and those by which laboratory values can be told at all.
    """
    if samples.groups is None:
        decisions.append(
            "no --group: samples count as exchangeable; name what belongs together (batches, donors), if anything does"
        )
        return live
    count = len(samples.folds())
    if not too_few(count, level):
        return live
    groups, share = np.array(samples.groups), 0.5 + 0.5 * level
    wide, laboratory = (reach(effects(one, groups), share) for one in errors)
    decisions.append(f"intervals by random effects of {count} groups")
    return live.model_copy(update={"quantile": wide, "laboratory": laboratory, "by_groups": count})


def _first(names: list[str], first: Table, decisions: list[str]) -> Array:
    """The spectra (m, p) of the process that are whole."""
    spectra, told = on_axis(names, first)
    if told:
        decisions.append(f"{first.name}: {told}")
    whole = np.isfinite(spectra).all(axis=1)
    if not whole.any():
        raise MonitoringError(
            "no spectrum of the process is whole", where=first.name, mend="bring one without gaps"
        )
    decisions.append(f"chosen for {int(whole.sum())} spectra of {first.name}, without their values")
    found: Array = spectra[whole]
    return found


def _learnt_from(unlabelled: Array, samples: Samples, first: Table) -> list[str]:
    """What is said of `unlabelled` spectra (m, p) that are those of samples: they tell nothing of a process."""
    known = set(row_keys(samples.spectra, np.zeros(len(samples.values))))
    again = sum(key in known for key in row_keys(unlabelled, np.zeros(len(unlabelled))))
    if not again:
        return []
    return [
        f"WARNING: {again} of {len(unlabelled)} spectra of {first.name} are those of samples learnt from, bit for bit: "
        "they do not tell where the calibration will be used; bring the first spectra of the process"
    ]


def _standardisation(
    names: list[str], standards: Standards, decisions: list[str]
) -> PiecewiseStandardisation:
    (here, _), (there, _) = (on_axis(names, table) for table in (standards.here, standards.there))
    where = f"{standards.here.name}, {standards.there.name}"
    for table, spectra in ((standards.here, here), (standards.there, there)):
        if not np.isfinite(spectra).all():
            raise MonitoringError(
                "a spectrum of a standard lacks points",
                where=table.name,
                mend="leave the standard out of both",
            )
    try:
        with one_thread():
            found = standardise(here, there)
    except MonitoringError as fault:
        raise MonitoringError(fault.what, where=where, mend=fault.mend) from fault
    decisions.append(
        f"spectra of the process are standardised piecewise, {found.half_window} points to either side: standards "
        f"left out differ by {found.error:.3g}, {found.without:.3g} without"
    )
    return found.step


def _recipes(samples: Samples, wished: Wished) -> tuple[Recipe, ...]:
    """What is tried: as declared, less what is wider than the spectra."""
    ends = float(samples.wavelengths.min()), float(samples.wavelengths.max())
    ranges = wished.ranges or (ends,)
    offered = candidates(ranges, quick=wished.quick, scatters=wished.scatters)
    fewest = min(_points(samples.wavelengths, one) for one in ranges)
    found = tuple(recipe for recipe in offered if recipe.window <= fewest)
    if not found:
        raise MonitoringError(
            f"a range holds {fewest} points: too few for any smoothing",
            where="--wavelengths",
            mend="widen it",
        )
    return found


def _points(wavelengths: Array, ends: tuple[float, float]) -> int:
    return int(((wavelengths >= ends[0]) & (wavelengths <= ends[1])).sum())


def _training(
    table: Table, wished: Wished, names: Sequence[str], samples: Samples, decisions: Sequence[str]
) -> Training:
    return Training(
        sha256=samples_digest(
            names, samples.spectra, wished.target, samples.values, wished.group or "", samples.groups
        ),
        rows=len(samples.values),
        groups=len(samples.folds()),
        columns=(*names, wished.target),
        group=wished.group or "",
        note=f"{table.name} (SHA-256 of the file {table.sheet.sha256}). " + ". ".join(decisions),
        keys=tuple(sorted(set(row_digests(samples.spectra, samples.values)))),
        chance=chance(samples.spectra, samples.values),
    )


def _figures(choice: Choice, samples: Samples) -> Metrics:
    chosen = choice.chosen
    values = {"rmsecv": chosen.rmsecv, "expected": chosen.deviation}
    return Metrics(rows=len(samples.values), groups=len(samples.folds()), values=values)


def _tried(choice: Choice) -> tuple[dict[str, object], ...]:
    """What was chosen, then the best trials by the error expected on the process."""
    chosen = {"chosen": f"{choice.chosen.recipe}, {choice.chosen.components} components"}
    best = sorted(choice.tried, key=lambda one: one.deviation)[:SHOWN]
    return (
        {**chosen, "of": len(choice.tried)},
        *(
            {
                "model": f"{one.recipe}, {one.components} components",
                "rmsecv": one.rmsecv,
                "expected where applied": one.deviation,
            }
            for one in best
        ),
    )
