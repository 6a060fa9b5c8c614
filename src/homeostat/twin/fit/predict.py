"""Runs that were not fitted: what the fitted model says of them, and how far off it is.

In: a fit, other runs. Out: `Prediction`s with an interval at every measured time and a score of every quantity.
Intervals hold measurement error and, by the delta method, the uncertainty of what was learnt (Seber & Wild 1989,
Nonlinear Regression).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from homeostat.errors import TwinError
from homeostat.twin.engine.robust import rms
from homeostat.twin.fit.protocol import Array
from homeostat.twin.fit.result import Fit
from homeostat.twin.fit.runs import Run, check_runs


@dataclass(frozen=True)
class Score:
    """How well one quantity of one run was predicted at `count` measured values.

    `rmse` in `unit`; `relative_error`: mean of |error| / |measured| over values other than 0, None if all are 0;
    `coverage`: the share of the measured values within the interval.
    """

    run: str
    quantity: str
    unit: str
    count: int
    rmse: float
    relative_error: float | None
    coverage: float

    def to_json(self) -> dict[str, Any]:
        """The score as plain data."""
        return {
            "run": self.run,
            "quantity": self.quantity,
            "unit": self.unit,
            "count": self.count,
            "rmse": self.rmse,
            "mean_relative_error": self.relative_error,
            "coverage": self.coverage,
        }


@dataclass(frozen=True, eq=False)
class Prediction:
    """What is said of `run`: `values` (n, q) in the model's units, and where measurements are expected to lie.

    `lower` and `upper` (n, q) bound a measurement with probability `level`; `scores` has one entry for each
    quantity that was measured.
    """

    run: Run
    level: float
    values: Array
    lower: Array
    upper: Array
    scores: tuple[Score, ...]

    def to_json(self) -> dict[str, Any]:
        """The prediction as plain data; null stands where nothing was measured."""
        columns = {
            quantity: {
                "measured": [v if np.isfinite(v) else None for v in self.run.measured[:, i].tolist()],
                "predicted": self.values[:, i].tolist(),
                "lower": self.lower[:, i].tolist(),
                "upper": self.upper[:, i].tolist(),
            }
            for i, quantity in enumerate(self.run.quantities)
        }
        return {
            "run": self.run.name,
            "level": self.level,
            "time_h": self.run.time.tolist(),
            "quantities": columns,
            "scores": [score.to_json() for score in self.scores],
        }


def predict(fit: Fit, runs: Sequence[Run], level: float = 0.9) -> tuple[Prediction, ...]:
    """Predict each of `runs` with what `fit` learnt. Raises `TwinError` when one of them cannot be simulated.

    What was learnt of one fitted run alone ("glucose@run4") does not enter other runs.
    """
    check_runs(fit.problem.model, runs)
    if not 0.0 < level < 1.0:
        raise TwinError(f"a level of {level} is no probability", mend="such as 0.9")
    other = fit.problem.among(runs)
    covariance = fit.information.covariance()
    z = float(norm.ppf(0.5 + 0.5 * level))
    found = []
    for run, said in zip(runs, other.said(fit.theta), strict=True):
        learnt = np.einsum("nqi,ij,nqj->nq", said.slopes, covariance, said.slopes)
        reach = z * np.sqrt(learnt + other.expected_deviations(run, said.values) ** 2)
        found.append(_prediction(fit, run, level, said.values, reach))
    return tuple(found)


def _prediction(fit: Fit, run: Run, level: float, values: Array, reach: Array) -> Prediction:
    s = fit.problem.model.signature
    units = {q.name: q.unit for q in (*s.states, *s.outputs)}
    scores = tuple(
        _score(run, i, units[quantity], values[:, i], reach[:, i])
        for i, quantity in enumerate(run.quantities)
        if run.present[:, i].any()
    )
    return Prediction(run, level, values, values - reach, values + reach, scores)


def _score(run: Run, place: int, unit: str, values: Array, reach: Array) -> Score:
    present = run.present[:, place]
    measured = run.measured[present, place]
    errors = np.abs(values[present] - measured)
    sized = measured != 0.0
    relative = float((errors[sized] / np.abs(measured[sized])).mean()) if sized.any() else None
    return Score(
        run.name,
        run.quantities[place],
        unit,
        len(measured),
        rms(errors),
        relative,
        float((errors <= reach[present]).mean()),
    )
