"""Glucose from Raman spectra of reactors no model has seen: does the rule of choice hold elsewhere than where it grew?

    15 reactors -> three left out in turn -> recipe and size chosen with their spectra of the first day (no values)
                -> error and coverage on all their days; beside the choice by cross-validation alone

Data: Kuhn & Johnson, Feature Engineering and Selection (2020), chapter 9: 210 spectra, 14 days of 15 small reactors.
"""

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeostat.bench.measuring import spread
from homeostat.bench.result import Result, Rival
from homeostat.bench.watch.folder import folder
from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.spectra.learning import Samples, calibrate, choose
from homeostat.monitoring.spectra.recipe import Recipe, grid
from homeostat.monitoring.spectra.repeated import held_within

NAME = "raman_bioreactor_glucose_kuhn"
FILE = "bioreactors_small.csv.gz"
TOGETHER = 3
COMPONENTS = 10
COVERAGE = 0.9
UNIT = "g/L"


@dataclass(frozen=True)
class Reactors:
    """Spectra (n, p) at Raman shifts (p,), glucose (n,), and the reactor and day of each."""

    shifts: Array
    spectra: Array
    glucose: Array
    reactors: tuple[str, ...]
    days: Array

    def samples(self, rows: NDArray[np.bool_]) -> Samples:
        """Some rows (n,) as samples, grouped by reactor."""
        groups = tuple(name for name, kept in zip(self.reactors, rows, strict=True) if kept)
        return Samples(self.shifts, self.spectra[rows], self.glucose[rows], groups)


@dataclass(frozen=True)
class Held:
    """One fold's errors by the rule and by cross-validation alone, and which truths the intervals held."""

    errors: Array
    rival: Array
    within: NDArray[np.bool_]


def measure(*, quick: bool) -> list[Result]:
    """Error and coverage on left-out reactors; `quick` offers fewer recipes."""
    data = read()
    recipes = grid(((400.0, 1800.0),), (None,), (31,), (1, 2)) if quick else _recipes()
    names = list(dict.fromkeys(data.reactors))
    folds = [names[first : first + TOGETHER] for first in range(0, len(names), TOGETHER)]
    held = [_held(data, recipes, fold) for fold in folds]
    errors, rival = (np.concatenate([getattr(one, part) for one in held]) for part in ("errors", "rival"))
    within = np.concatenate([one.within for one in held])
    by_error = Rival("chosen by cross-validation alone", spread([_rms(rival)]), UNIT)
    what = f"left-out reactors, {len(errors)} spectra"
    return [
        Result(
            f"raman: RMSEP of glucose; {what}",
            spread([_rms(errors)]),
            UNIT,
            better="less",
            rivals=(by_error,),
        ),
        Result(f"raman: coverage of the 90 % interval; {what}", spread([100.0 * float(within.mean())]), "%"),
    ]


def read() -> Reactors:
    """The data set. Raises MonitoringError when it is missing or not as expected."""
    path = folder(NAME) / FILE
    try:
        with gzip.open(path, "rt", newline="") as lines:
            head, *rows = csv.reader(lines)
        places = [number for number, name in enumerate(head) if name.isdigit()]
        numbers = np.array([[float(row[place]) for place in places] for row in rows])
        glucose, days = (
            np.array([float(row[head.index(name)]) for row in rows]) for name in ("glucose", "day")
        )
        reactors = tuple(row[head.index("batch_id")] for row in rows)
    except (OSError, ValueError, IndexError) as fault:
        raise MonitoringError(
            f"the data set cannot be read: {fault}", where=str(path), mend="fetch the data set anew"
        ) from fault
    return Reactors(np.array([float(head[place]) for place in places]), numbers, glucose, reactors, days)


def _recipes() -> tuple[Recipe, ...]:
    return grid(((400.0, 3050.0), (400.0, 1800.0), (800.0, 1800.0)), (None, 2), (15, 31), (1, 2))


def _held(data: Reactors, recipes: Sequence[Recipe], fold: Sequence[str]) -> Held:
    out = np.isin(np.array(data.reactors), list(fold))
    samples = data.samples(np.logical_not(out))
    first = data.spectra[out & (data.days <= data.days.min())]
    choice = choose(samples, recipes, COMPONENTS, first)
    best = min(choice.tried, key=lambda one: one.rmsecv)
    other = calibrate(samples, best.recipe.steps(data.shifts, samples.spectra), best.components)
    reading, truth = choice.calibration.read(data.spectra[out]), data.glucose[out]
    errors = reading.value - truth
    half = choice.calibration.quantile(COVERAGE) * reading.deviation
    within = np.abs(errors) <= np.maximum(half, held_within(choice.errors, COVERAGE))
    return Held(errors, other.read(data.spectra[out]).value - truth, within)


def _rms(errors: Array) -> float:
    return float(np.sqrt(np.mean(errors**2)))
