"""Fit the yeast model to recorded runs, and score it on all of them: where the shipped parameter values come from.

    python studies/yeast_fit.py ../shared/data/yeast_fedbatch_senck

recorded logs -> `Run`s -> residuals -> least squares from several starts -> tables beside the shipped values

Time counts in hours since inoculation. The stirrer and the air flow act as they were logged; the feed is the constant
one of the run sheet, from the time the run sheet gives. Offline samples, dissolved oxygen and the off-gas are compared.
The off-gas counts by its shape only: each run has a free scale, because predicted and measured carbon dioxide do not
agree in size.
"""

import argparse
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from homeostat.equipment import RecordedLog
from homeostat.process import Process, Quality, load
from homeostat.twin import Segment, Simulator, Status, model, simulate

Array = NDArray[np.float64]


class Prior(NamedTuple):
    """What was believed before the data: a log-normal `centre` and standard deviation of the logarithm."""

    centre: float
    spread: float


class Sheet(NamedTuple):
    """A line of the run sheet (metadata.xlsx, start and tsfeedOn): inoculation and begin of the feed, local time."""

    inoculated: str
    fed: str


PRIORS: Mapping[str, Prior] = {
    "uptake_max": Prior(2.0, 0.5),
    "respiration_max": Prior(0.256, 0.4),
    "yield_respired": Prior(0.52, 0.06),
    "yield_fermented": Prior(0.1, 0.3),
    "ethanol_formed": Prior(0.42, 0.08),
    "yield_ethanol": Prior(0.70, 0.08),
    "maintenance": Prior(0.008, 0.5),
    "repressed": Prior(0.4, 0.4),
    "adaptation": Prior(0.3, 0.6),
    "kla": Prior(125.0, 0.3),
}
"""The fitted parameters; the centres are round values of the order that Sonnleitner & Kaeppeli 1986 and others give."""

SHEETS: Mapping[int, Sheet] = {
    4: Sheet("2020-11-24T10:06", "2020-11-24T10:29"),
    5: Sheet("2020-11-30T10:16", "2020-11-30T10:24"),
    6: Sheet("2020-12-03T09:51", "2020-12-03T09:51"),
    7: Sheet("2020-12-09T09:39", "2020-12-09T09:57"),
}
FEED = 0.0069
"""L/h in every run, by the run sheet."""

SAMPLED = ("biomass", "glucose", "ethanol")
ABSOLUTE, RELATIVE = np.array([0.4, 0.35, 0.35]), np.array([0.035, 0.05, 0.05])
"""Believed error of the samples, g/L and share: the scatter between neighbouring samples."""
GRID = np.concatenate([np.arange(0.5, 5.0, 0.5), np.arange(5.0, 8.0), np.arange(8.0, 11.0, 0.5)])
GRID = np.concatenate([GRID, [11.0, 12.0], np.arange(14.0, 25.0, 2.0)])
"""Hours at which oxygen and off-gas are compared: closer where the metabolism switches."""
LATE = 7
"""Last points of the grid, from which the scale of the off-gas is taken."""
GAS_ERROR, GAS_ZERO, OXYGEN_ERROR, SIGNAL_WEIGHT = 0.15, 0.02, 10.0, 0.5
"""Error of ln(carbon dioxide); what the analyser reads too little on air (0.02 of 0.04 %); error of oxygen in %; weight
of these signals, because neighbours on the grid err alike."""

STEP = 1e-3
"""Of a central difference, in prior standard deviations: far above the integrator's tolerance."""
FARTHEST = 4.0
"""No parameter leaves its prior by more standard deviations."""
WEAK = 0.5
"""A parameter is weakly identified if the data leave more than this share of its prior standard deviation."""
MINUTE, HOUR = 60_000_000, 3_600_000_000


@dataclass(frozen=True)
class Run:
    """A recorded run. `samples` (n, 4): hours and g/L, NaN where not measured; `oxygen`, `gas` in %: (len(GRID),)."""

    start: Mapping[str, float]
    inputs: Sequence[Segment]
    samples: Array
    oxygen: Array
    gas: Array


@dataclass(frozen=True)
class Prediction:
    """What the model says at the samples (n, 3), and of `oxygen` and `gas` on the grid."""

    samples: Array
    oxygen: Array
    gas: Array


@dataclass(frozen=True)
class Fit:
    """A local minimum: `z` (k,) in prior standard deviations, half the sum of squares, covariance (k, k) of `z`."""

    z: Array
    cost: float
    covariance: Array


def read_run(process: Process, folder: Path, number: int) -> Run:
    """Read run `number` through the driver that a shadow reads it with. Raises EquipmentError where it cannot."""
    log = RecordedLog(process, folder / "online" / f"online_{number}.CSV")
    sheet = SHEETS[number]
    inoculated = datetime.fromisoformat(sheet.inoculated)
    fed = (datetime.fromisoformat(sheet.fed) - inoculated).total_seconds() / 3600.0
    shift = (datetime.fromisoformat(str(log.facts()["begins"])) - inoculated).total_seconds() / 3600.0
    end = log.end() or 0
    tags = _fresh(process, log, end, shift)
    return Run(
        start=log.initial(),
        inputs=_inputs(tags, fed),
        samples=np.array(
            [
                [r.taken / HOUR + shift, *(r.values.get(name, math.nan) for name in SAMPLED)]
                for r in log.results(end)
            ]
        ),
        oxygen=np.interp(GRID, *tags["dissolved_oxygen"]),
        gas=np.interp(GRID, *tags["carbon_dioxide"]),
    )


def _fresh(process: Process, log: RecordedLog, end: int, shift: float) -> dict[str, tuple[Array, Array]]:
    """Hours and values of every tag's good samples, each once."""
    scans = [(time / HOUR + shift, log.read(time)) for time in range(0, end + 1, MINUTE)]
    found = {}
    for place, name in enumerate(process.tags):
        pairs = [(t, s.values[place]) for t, s in scans if s.qualities[place] == Quality.GOOD]
        found[name] = (np.array([t for t, _ in pairs]), np.array([value for _, value in pairs]))
    return found


def _inputs(tags: Mapping[str, tuple[Array, Array]], fed: float) -> list[Segment]:
    """Stirrer and air flow from each row of the log on; before the first, and at the feed's begin, as declared."""
    hours, speed = tags["stirrer"]
    air = np.interp(hours, *tags["air_flow"])
    logged = [
        Segment(max(t, 0.0), {"feed": FEED if t >= fed else 0.0, "stirrer": n, "aeration": q})
        for t, n, q in zip(hours.tolist(), speed.tolist(), air.tolist(), strict=True)
    ]
    return sorted([Segment(0.0), Segment(fed, {"feed": FEED}), *logged], key=lambda segment: segment.start_h)


class Problem:
    """The residuals of `runs`, as functions of the parameters in prior standard deviations."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = runs
        self.simulator = Simulator(model("yeast_fed_batch"), rtol=1e-7, atol=1e-9)

    def shipped(self) -> dict[str, float]:
        """The model's own values of the fitted parameters."""
        return {name: self.simulator.signature.parameters[name].value for name in PRIORS}

    def predict(self, run: Run, values: Mapping[str, float]) -> Prediction:
        """Simulate `run`. Raises SystemExit when the integrator cannot."""
        hours = np.unique(np.concatenate([[0.0], run.samples[:, 0], GRID]))
        start = dict(run.start) | {"respiration": min(values["repressed"], 1.0)}
        done = simulate(self.simulator, start, run.inputs, values, hours.tolist())
        if done.status is not Status.OK:
            raise SystemExit(f"the simulation ended with: {done.status}")
        signature = self.simulator.signature
        sampled = np.array([signature.states.index(name) for name in SAMPLED])
        grid = np.searchsorted(hours, GRID)
        return Prediction(
            done.states[np.ix_(np.searchsorted(hours, run.samples[:, 0]), sampled)],
            done.states[grid, signature.states.index("oxygen")],
            done.outputs[grid, signature.outputs.index("carbon_dioxide_gas")],
        )

    def residuals(self, z: Array) -> Array:
        """What is squared and summed: the priors' share first, then the runs', softened (soft L1)."""
        errors = np.concatenate([self._errors(run, values_at(z)) for run in self.runs])
        softened = np.sign(errors) * np.sqrt(2.0 * (np.sqrt(1.0 + errors**2) - 1.0))
        return np.concatenate([z, softened])

    def jacobian(self, z: Array) -> Array:
        """Central differences (m, k) of the residuals."""
        steps = STEP * np.eye(len(z))
        columns = [(self.residuals(z + step) - self.residuals(z - step)) / (2.0 * STEP) for step in steps]
        return np.stack(columns, axis=1)

    def fit(self, z: Array) -> Fit:
        """The local minimum reached from `z`."""
        bounds = (-FARTHEST, FARTHEST)
        found = least_squares(
            self.residuals, z, jac=self.jacobian, bounds=bounds, xtol=1e-5, ftol=1e-7, max_nfev=100
        )
        slope = self.jacobian(found.x)
        return Fit(found.x, float(found.cost), np.asarray(np.linalg.inv(slope.T @ slope), np.float64))

    def _errors(self, run: Run, values: Mapping[str, float]) -> Array:
        said = self.predict(run, values)
        measured = run.samples[:, 1:]
        samples = (said.samples - measured) / np.hypot(ABSOLUTE, RELATIVE * measured)
        shape = log_ratio(run, said) - math.log(scale(run, said))
        signals = [shape / GAS_ERROR, (said.oxygen - run.oxygen) / OXYGEN_ERROR]
        return np.concatenate([samples[np.isfinite(measured)], *(SIGNAL_WEIGHT * each for each in signals)])


def log_ratio(run: Run, said: Prediction) -> Array:
    """Logarithm (len(GRID),) of predicted over measured carbon dioxide in the off-gas."""
    return np.log(said.gas / (run.gas + GAS_ZERO))


def scale(run: Run, said: Prediction) -> float:
    """Predicted over measured carbon dioxide, late in the run (geometric mean)."""
    return math.exp(float(log_ratio(run, said)[-LATE:].mean()))


def values_at(z: Array) -> dict[str, float]:
    """Parameters `z` prior standard deviations away from the centres."""
    return {
        name: prior.centre * math.exp(prior.spread * at)
        for (name, prior), at in zip(PRIORS.items(), z.tolist(), strict=True)
    }


def z_of(values: Mapping[str, float]) -> Array:
    """The inverse of `values_at`."""
    return np.array([math.log(values[name] / prior.centre) / prior.spread for name, prior in PRIORS.items()])


def rmse(problem: Problem, run: Run, values: Mapping[str, float]) -> Array:
    """Root mean square error (3,) of the samples, g/L."""
    errors = problem.predict(run, values).samples - run.samples[:, 1:]
    return np.asarray(np.sqrt(np.nanmean(errors**2, axis=0)))


def starts(count: int, seed: int) -> list[Array]:
    """Where the fits begin: the centres of the priors, then points drawn from the priors, without their far tails."""
    drawn = np.random.default_rng(seed).standard_normal((count - 1, len(PRIORS))).clip(-2.0, 2.0)
    return [np.zeros(len(PRIORS)), *drawn]


def parameter_table(fit: Fit, shipped: Mapping[str, float]) -> Iterator[str]:
    """Fitted beside shipped values with their uncertainty, and what is weakly identified, from the Jacobian."""
    left = np.sqrt(np.diag(fit.covariance))
    correlation = fit.covariance / np.outer(left, left) - np.eye(len(left))
    yield f"{'parameter':<16} {'fitted':>8} {'shipped':>8} {'+-':>7}  {'of prior':>8}  strongest correlation"
    for place, (name, value) in enumerate(values_at(fit.z).items()):
        partner = int(np.argmax(np.abs(correlation[place])))
        yield (
            f"{name:<16} {value:8.4g} {shipped[name]:8.4g} {list(PRIORS.values())[place].spread * left[place]:7.1%}"
            f"  {left[place]:8.0%}  {correlation[place, partner]:+.2f} with {list(PRIORS)[partner]}"
        )
    weak = [name for name, share in zip(PRIORS, left.tolist(), strict=True) if share > WEAK]
    yield f"weakly identified (more than {WEAK:.0%} of the prior's width is left): {', '.join(weak) or 'none'}"


def score_table(
    problem: Problem, runs: Mapping[int, Run], train: Sequence[int], values: Mapping[str, float]
) -> Iterator[str]:
    """RMSE per run and variable, bias of the samples after 20 h, and how the off-gas compares."""
    yield f"{'run':<14} {'biomass':>8} {'glucose':>8} {'ethanol':>8}  late biomass  off-gas CO2"
    for number, run in runs.items():
        use = "fitted on" if number in train else "held out"
        said = problem.predict(run, values)
        late = run.samples[:, 0] > 20.0
        bias = float(np.nanmean((said.samples - run.samples[:, 1:])[late, 0]))
        errors = " ".join(f"{error:8.3f}" for error in rmse(problem, run, values).tolist())
        yield f"{number}, {use:<11} {errors}  {bias:+12.2f}  {scale(run, said):10.2f} x"


def main() -> None:
    """Fit, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "folder", type=Path, help="the data set: the folder that holds online, offline and CO2"
    )
    parser.add_argument("--train", type=int, nargs="+", default=[4, 5, 6], choices=SHEETS, metavar="RUN")
    parser.add_argument("--starts", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    process = load("yeast-fed-batch")
    runs = {number: read_run(process, chosen.folder, number) for number in SHEETS}
    problem = Problem([runs[number] for number in chosen.train])
    shipped = problem.shipped()
    best = _search(problem, starts(chosen.starts, chosen.seed))
    cost = 0.5 * float((problem.residuals(z_of(shipped)) ** 2).sum())
    print(f"best cost {best.cost:.3f}, at the shipped values {cost:.3f}\n")
    print(*parameter_table(best, shipped), sep="\n")
    for title, values in (("fitted", values_at(best.z)), ("shipped", shipped)):
        print(f"\nroot mean square errors with the {title} values, g/L")
        print(*score_table(problem, runs, chosen.train, values), sep="\n")


def _search(problem: Problem, begins: Sequence[Array]) -> Fit:
    fits = []
    for number, begin in enumerate(begins):
        fits.append(problem.fit(begin))
        print(f"start {number}: cost {fits[-1].cost:.3f}", flush=True)
    return min(fits, key=lambda fit: fit.cost)


if __name__ == "__main__":
    main()
