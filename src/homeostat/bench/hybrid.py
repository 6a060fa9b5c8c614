"""Whether a hybrid predicts a recorded yeast run better than the mechanistic model, when neither was fitted to it.

    runs 4 to 7 -> leave one out: choose structure, prior and moves on the others alone -> errors on the run left out

For each run held out, every candidate is trained on each pair of the other three and judged on the third. The candidate
with the lowest mean error is trained on all three and predicts the run held out; so does the mechanistic model, fitted
to the same three with the same priors and starts. The data set is public but not shipped (see bench/shadow.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np

from homeostat.bench.measuring import spread
from homeostat.bench.result import Result, Rival
from homeostat.bench.shadow import PROCESS, UNIT, data_folder
from homeostat.bench.yeast_models import STRUCTURES, learnt, model
from homeostat.bench.yeast_runs import SAMPLED, SHEETS, read_run
from homeostat.process import load
from homeostat.twin.fit import Run, Tolerance
from homeostat.twin.hybrid import Options, Point, Training, train

DEVIATIONS = (0.3, 1.0)
"""Prior standard deviations of the weights to choose from: the strength of the ridge."""
MOVES = (2, 4, 6, 8, 12, 16, 24)
"""When a descent may be stopped."""
OPTIONS = Options(
    starts=4,
    moves=MOVES[-1],
    patience=MOVES[-1],
    scatter=0.3,
    awake=0.1,
    judged=SAMPLED,
    soft=True,
    tolerance=Tolerance(1e-5, 1e-6),
)
MECHANISTIC = replace(OPTIONS, starts=8, moves=40, patience=40, scatter=1.0)
QUICK = ("overflow, network",)


class Candidate(NamedTuple):
    """What is chosen on the training runs: a structure, the prior's width, and after how many moves to stop."""

    structure: str
    deviation: float
    moves: int


@dataclass(frozen=True)
class Fold:
    """One run held out: the candidate chosen without it, and both models' errors on it.

    `inner` is the mean error of the candidate, and of the mechanistic model, on runs held out within the training
    runs. `mechanistic` and `hybrid` hold the error in standard deviations of the measurements, softened against
    outliers ("error"), and the root mean square error of each quantity in g/L.
    """

    held_out: str
    candidate: Candidate
    inner: tuple[float, float]
    mechanistic: Mapping[str, float]
    hybrid: Mapping[str, float]


class Study:
    """Trainings on any subset of the runs, each done once."""

    def __init__(self, runs: Sequence[Run], structures: Sequence[str], deviations: Sequence[float]) -> None:
        self.runs = {run.name: run for run in runs}
        self.kinds = tuple(product(structures, deviations))
        self._trained: dict[tuple[str, float, frozenset[str]], Training] = {}

    def mechanistic(self, names: frozenset[str]) -> Training:
        """The mechanistic model fitted to the runs `names`."""
        return self._training("mechanistic", 1.0, names)

    def hybrid(self, structure: str, deviation: float, names: frozenset[str]) -> Training:
        """A hybrid trained on the runs `names`, from the mechanistic fit to the same."""
        return self._training(structure, deviation, names)

    def fold(self, held_out: str) -> Fold:
        """Choose without the run `held_out`, then predict it."""
        names = frozenset(self.runs) - {held_out}
        candidates = [Candidate(*kind, moves) for kind in self.kinds for moves in MOVES]
        inner = {each: self._inner(each, names) for each in candidates}
        best = min(candidates, key=lambda each: inner[each])
        plain = self.mechanistic(names)
        trained = self.hybrid(best.structure, best.deviation, names)
        return Fold(
            held_out,
            best,
            (inner[best], self._inner_mechanistic(names)),
            self._errors(plain, after(plain, MECHANISTIC.moves), held_out),
            self._errors(trained, after(trained, best.moves), held_out),
        )

    def _inner(self, each: Candidate, names: frozenset[str]) -> float:
        errors = []
        for judge in sorted(names):
            trained = self.hybrid(each.structure, each.deviation, names - {judge})
            errors.append(after(trained, each.moves).errors[judge])
        return float(np.mean(errors))

    def _inner_mechanistic(self, names: frozenset[str]) -> float:
        fits = {judge: self.mechanistic(names - {judge}) for judge in sorted(names)}
        return float(np.mean([after(fit, MECHANISTIC.moves).errors[judge] for judge, fit in fits.items()]))

    def _training(self, structure: str, deviation: float, names: frozenset[str]) -> Training:
        key = (structure, deviation, names)
        if key not in self._trained:
            self._trained[key] = self._train(*key)
        return self._trained[key]

    def _train(self, structure: str, deviation: float, names: frozenset[str]) -> Training:
        chosen, start = sorted(names), None
        if structure != "mechanistic":
            plain = self.mechanistic(names)
            start = plain.values(after(plain, MECHANISTIC.moves))
        kind = model(structure)
        others = [run for name, run in self.runs.items() if name not in names]
        options = replace(OPTIONS if start else MECHANISTIC, deviation=deviation)
        return train(kind, [self.runs[name] for name in chosen], others, learnt(kind, chosen, start), options)

    def _errors(self, trained: Training, point: Point, held_out: str) -> Mapping[str, float]:
        problem = trained.objective.problem.among([self.runs[held_out]])
        said = problem.predictions(point.theta[None])[0][0]
        if isinstance(said, Exception):
            raise said
        errors = {"error": point.errors[held_out]}
        for quantity in SAMPLED:
            place = self.runs[held_out].quantities.index(quantity)
            differences = said.values[:, place] - self.runs[held_out].measured[:, place]
            errors[quantity] = float(np.sqrt(np.nanmean(differences**2)))
        return errors


def after(trained: Training, moves: int) -> Point:
    """Where the descent of lowest cost stands after so many moves; held-out runs have no say."""
    stands = {point.start: point for point in trained.points if point.moves <= moves}
    return min(stands.values(), key=lambda point: point.cost)


def measure(*, quick: bool) -> list[Result]:
    """Errors of both models on each run held out; `quick` lets fewer structures compete."""
    process, folder = load(PROCESS), data_folder()
    runs = [read_run(process, folder, number) for number in SHEETS]
    structures, deviations = (QUICK, DEVIATIONS[1:]) if quick else (tuple(STRUCTURES), DEVIATIONS)
    study = Study(runs, structures, deviations)
    return [result for name in study.runs for result in results(study.fold(name))]


def results(fold: Fold) -> list[Result]:
    """The errors on the run held out, each with that of the mechanistic model as its bar."""
    chosen = f"{fold.candidate.structure}, prior {fold.candidate.deviation:g}, {fold.candidate.moves} moves"
    lines = [("error", "error of all samples", "standard deviations")]
    lines += [(quantity, f"RMSE of {quantity}", UNIT) for quantity in SAMPLED]
    return [
        Result(
            f"hybrid ({chosen}): {what}, {fold.held_out} held out",
            spread([fold.hybrid[name]]),
            unit,
            bar=fold.mechanistic[name],
            better="less",
            rivals=(Rival("mechanistic, same runs", spread([fold.mechanistic[name]]), unit),),
        )
        for name, what, unit in lines
    ]
