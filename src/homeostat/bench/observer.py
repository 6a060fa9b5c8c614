"""`bench observer`: how well the digital shadow foretells the cell density of donors that its model does not fit.

    simulated donor -> initial count, glucose, lactate, perfusion -> filter -> forecast -> error and coverage

The filter's noise was tuned on the donors of `TUNING` (studies/observer_tuning.py) and on no other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from homeostat.bench import observing
from homeostat.bench.donors import NOISE, RESOLUTION, SCHEDULE, START, STEP, CrowdedCulture, Culture, culture
from homeostat.bench.measuring import spread
from homeostat.bench.result import Result, Rival, Spread
from homeostat.twin import Segment, Simulator
from homeostat.twin.models.t_cell_expansion import TCellExpansion
from homeostat.twin.observer import Doubt, Estimate, Filter, Learnt, Settings, Signal, forecast

DAYS = 5.0
FROM = (2.5, 3.5, 4.5)
"""Days of online data before a forecast of the density at the end."""
LEVEL = 0.9
BAR = 13.0
"""Percent: the mean relative error published for a digital shadow of this kind (arXiv 2025, Aglaris FACER)."""
LEAST_COVERAGE = 85.0
TUNING = range(1_000_000, 1_000_240)
"""Donors (seeds) that the filter's noise was tuned on."""
REPORTED = range(1_000, 1_300)
"""Donors that are reported; none of them is in `TUNING`."""
GROUPS = 5
"""Parts of the reported donors whose means show the spread."""

_NOISE = Doubt(NOISE, RESOLUTION)
SETTINGS = Settings(
    signals=(
        Signal("glucose", "glucose", _NOISE, bias=0.5, bias_hours=200.0),
        Signal("lactate", "lactate", _NOISE, bias=0.5, bias_hours=200.0),
    ),
    learnt=(
        Learnt("growth_max", walk=0.005),
        Learnt("glucose_yield"),
        Learnt("glucose_maintenance"),
        Learnt("lactate_yield"),
        Learnt("inhibitor_centre"),
        Learnt("medium_glucose", sd=0.02),
    ),
    initial={"viable": Doubt(0.1), "activated": Doubt(0.2)},
    wander={"viable": Doubt(0.004), "volume": Doubt()},
    elsewhere=Doubt(0.003),
)
"""What the filter is told: of the donors' spread, what glucose and lactate can tell of; nothing of what is hidden."""


@dataclass(frozen=True)
class Foretold:
    """Forecasts of the final density of n donors: relative errors, interval ends over value, whether it held, (n,)."""

    error: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    within: NDArray[np.bool_]


def measure(*, quick: bool) -> list[Result]:
    """Error, coverage and width of the forecasts, and what it costs; `quick` grows a fifth of the donors."""
    donors = REPORTED[: len(REPORTED) // GROUPS] if quick else REPORTED
    plant = Simulator(CrowdedCulture)
    cultures = [culture(plant, seed, DAYS) for seed in donors]
    refitted = study(SETTINGS, cultures)
    fixed = study(replace(SETTINGS, learnt=()), cultures)
    blind = study(replace(SETTINGS, signals=()), cultures)
    told = [result for k in range(len(FROM)) for result in _results(FROM[k], refitted[k], fixed[k], blind[k])]
    return told + observing.measure(quick=quick)


def study(settings: Settings, cultures: Iterable[Culture]) -> list[Foretold]:
    """Follow every culture with a filter of `settings`; the forecasts from each of `FROM`."""
    of = Filter(Simulator(TCellExpansion), settings)
    rows = np.array([shadow(of, run) for run in cultures])
    return [
        Foretold(np.abs(value / truth - 1.0), low / value, high / value, (low <= truth) & (truth <= high))
        for value, low, high, truth in rows.transpose(1, 2, 0)
    ]


def shadow(of: Filter, run: Culture) -> list[tuple[float, float, float, float]]:
    """Follow one culture; (value, low, high, truth) of its final density as foretold from each of `FROM`."""
    start = of.signature.states.vector(START | {"viable": run.counted})
    estimate = of.begin(start, tuple(run.inputs[0].tolist()))
    readings = (run.glucose, run.lactate)
    foretold = []
    for k, inputs in enumerate(run.inputs):
        estimate = of.advance(estimate, tuple(inputs.tolist()), STEP)
        for signal, series in enumerate(readings[: len(of.settings.signals)]):
            estimate, _ = of.fuse(estimate, signal, float(series[k]))
        if (day := (k + 1) * STEP / 24.0) in FROM:
            foretold.append((*_foretell(of, estimate, day), float(run.viable[-1])))
    return foretold


def _foretell(of: Filter, estimate: Estimate, day: float) -> tuple[float, float, float]:
    """Value and interval of the density at the end, told the schedule from `day` on."""
    hours = 24.0 * day
    declared = dict(zip(of.signature.inputs.names, of.signature.inputs.values, strict=True))
    plan = [Segment(start - hours, declared | dict(values)) for start, values in SCHEDULE]
    ahead = forecast(of, estimate, "viable", (24.0 * DAYS - hours,), plan, level=LEVEL)
    return float(ahead.value[0]), float(ahead.low[0]), float(ahead.high[0])


def _results(day: float, refitted: Foretold, fixed: Foretold, blind: Foretold) -> list[Result]:
    what = f"{DAYS - day:g} days ahead, after {day:g} days of glucose, lactate and perfusion"
    rivals = (
        Rival("the same filter, parameters not refitted", _percent(fixed.error), "%"),
        Rival("the same model from the count alone, no online data", _percent(blind.error), "%"),
    )
    held = 100.0 * refitted.within
    width = 50.0 * (refitted.high - refitted.low)
    share = f"observer: share of donors in the {100 * LEVEL:g} % interval, {DAYS - day:g} days ahead"
    return [
        Result(
            f"observer: mean relative error of the final density, {what}; {len(refitted.error)} donors",
            _percent(refitted.error),
            "%",
            bar=BAR,
            better="less",
            rivals=rivals,
        ),
        Result(share, _means(held), "%", bar=LEAST_COVERAGE),
        Result(f"observer: mean half width of that interval, {DAYS - day:g} days ahead", _means(width), "%"),
    ]


def _percent(error: NDArray[np.float64]) -> Spread:
    return _means(100.0 * error)


def _means(values: NDArray[np.floating]) -> Spread:
    """The mean over all donors, with the least and greatest mean of a part of them."""
    parts: Sequence[float] = [float(np.mean(part)) for part in np.array_split(values, GROUPS) if len(part)]
    ends = spread(parts)
    return Spread(float(np.mean(values)), ends.low, ends.high)
