"""Moving-horizon estimation on do-mpc's batch bioreactor: what a reading costs, and how wrong the states are.

Biomass, product and volume are read with noise, the substrate is not, and the yield is not known. All estimators are
given the same readings and told the same standard deviations, with which first states, yield, noise of the plant and
noise of the readings are really drawn. Bars: 5 times less CPU time than do-mpc at an error no larger. The error is the
root mean square over all states, each as a share of the range it goes through, after the first readings.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

import numpy as np

from homeostat.bench.absent import absent
from homeostat.bench.control.drawn import drawn
from homeostat.bench.control.ours.filter import OurFilter
from homeostat.bench.control.ours.horizon import OurHorizon
from homeostat.bench.control.plants.batch_bioreactor import TASK, BatchBioreactor
from homeostat.bench.control.rivals import do_mpc_control
from homeostat.bench.control.rivals.casadi_solver import sqp
from homeostat.bench.control.rivals.do_mpc_estimation import DoMpcEstimator
from homeostat.bench.control.sequence import record
from homeostat.bench.control.task import Array
from homeostat.bench.control.watching import Estimator, Followed, Watching
from homeostat.bench.measuring import spread
from homeostat.bench.result import Result, Rival
from homeostat.bench.twin.pinned import one_core

Side = Literal["more", "less"]
TOPIC = "estimation"
READINGS, SKIPPED = 100, 20
SEEDS = range(101, 121)
"""Of what is drawn; none of them was looked at before this file was written."""
BAR = 5.0

WATCHING = Watching(
    model=BatchBioreactor,
    hours=TASK.hours,
    window=15,
    readings={"biomass": 0.02, "product": 0.01, "volume": 0.1},
    first={"biomass": 0.1, "substrate": 0.1, "product": 0.1, "volume": 1.0},
    wander=dict.fromkeys(("biomass", "substrate", "product"), 10.0**-2.5) | {"volume": 10.0**-1.5},
    low={"biomass": 0.0, "substrate": 0.0, "product": 0.0, "volume": 1.0},
    guess={"biomass": 1.0, "substrate": 0.5, "product": 0.0, "volume": 120.0},
    unknown="growth_yield",
    value=0.5,
    deviation=10.0**-1.5,
    bounds=(0.2, 0.8),
)


def measure(*, quick: bool) -> list[Result]:
    """Every estimator on the batches of all seeds; `quick` on that of one."""
    estimators: list[Estimator] = [OurHorizon(WATCHING), OurFilter(WATCHING)]
    if do_mpc_control.INSTALLED:
        estimators.insert(1, DoMpcEstimator(WATCHING))
    with one_core():
        feeds = record(TASK, sqp(TASK), READINGS).moves
        batches = [drawn(TASK, WATCHING, feeds, seed) for seed in (SEEDS[:1] if quick else SEEDS)]
        rows = [[each.follow(feeds, batch.readings) for each in estimators] for batch in batches]
    columns = dict(zip((each.name for each in estimators), zip(*rows, strict=True), strict=True))
    return told([batch.states for batch in batches], columns)


def error(truth: Array, found: Followed) -> Array:
    """Root mean square error of every state (nx,), once the first readings are behind."""
    missed: Array = np.sqrt(np.mean((found.states[SKIPPED:] - truth[SKIPPED:]) ** 2, axis=0))
    return missed


def whole(truth: Array, found: Followed) -> float:
    """The errors of all states as one figure, in percent of their ranges."""
    share = error(truth, found) / (truth.max(axis=0) - truth.min(axis=0))
    return 100.0 * float(np.sqrt(np.mean(share**2)))


def told(truths: Sequence[Array], columns: Mapping[str, Sequence[Followed]]) -> list[Result]:
    """Speed with its bar if our error is no larger; errors as a whole and of every state; what was solved."""

    def each(of: Callable[[Array, Followed], float]) -> dict[str, list[float]]:
        return {
            name: [of(truth, found) for truth, found in zip(truths, runs, strict=True)]
            for name, runs in columns.items()
        }

    states = WATCHING.model.signature.states
    errors = each(whole)
    return [
        *_against(each(lambda _, found: float(np.median(found.milliseconds[SKIPPED:]))), errors),
        _row("error of the states, of their ranges", errors, "%"),
        *(_row(f"error of {q.name}", each(partial(_error_of, k)), q.unit) for k, q in enumerate(states)),
        _row("readings solved", each(lambda _, found: 100.0 * float(found.solved.mean())), "%", "more"),
    ]


def _error_of(k: int, truth: Array, found: Followed) -> float:
    """Of one state, by its position."""
    return float(error(truth, found)[k])


def _against(times: dict[str, list[float]], errors: dict[str, list[float]]) -> list[Result]:
    """How many times less CPU time than do-mpc's, and how large our error is beside its, seed by seed."""
    ours, others = OurHorizon.name, DoMpcEstimator.name
    rivals = tuple(Rival(f"{name}, a reading", spread(values), "ms") for name, values in times.items())
    if others not in times:
        return [
            absent(TOPIC, others),
            Result(f"{TOPIC}: a reading", spread(times[ours]), "ms", rivals=rivals),
        ]
    less = spread([b / a for a, b in zip(times[ours], times[others], strict=True)])
    beside = spread([a / b for a, b in zip(errors[ours], errors[others], strict=True)])
    fair = BAR if beside.median <= 1.0 else None
    return [
        Result(
            f"{TOPIC}: times less processor time than {others}, N = 15", less, "times", fair, rivals=rivals
        ),
        Result(f"{TOPIC}: error beside that of {others}", beside, "times", bar=1.0, better="less"),
    ]


def _row(what: str, columns: dict[str, list[float]], unit: str, better: Side = "less") -> Result:
    ours, *others = ((name, spread(values)) for name, values in columns.items())
    rivals = tuple(Rival(name, value, unit) for name, value in others)
    return Result(f"{TOPIC}: {what}", ours[1], unit, better=better, rivals=rivals)
