"""Which further sample would tell most: candidates ranked by what they would do to the uncertainty.

In: a fit, times and noise of candidate samples. Out: `Sample`s, best first, each given those before it. A sample is a
row of the Jacobian; the covariance after it follows by a rank-one update (Sherman & Morrison 1950, Ann. Math. Stat.
21:124-127). Designs that grow sample by sample: Fedorov 1972, Theory of Optimal Experiments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.fit.protocol import Array, Rejected
from homeostat.twin.fit.relative import relative_units
from homeostat.twin.fit.result import Fit
from homeostat.twin.fit.runs import Noise, Run, check_runs

GRID = 48
"""Candidate times of each run, from its start to its last measurement."""

ASSUMED = 0.1
"""Error of a quantity of which nothing is known, as a share of its largest value in the run."""


class Criterion(StrEnum):
    """What a sample should make small: the volume of the confidence region (D), or the summed variances (A)."""

    D = "D"
    A = "A"


@dataclass(frozen=True)
class Sample:
    """A sample worth taking: `before` and `after` are the relative standard deviations of what is learnt, by name.

    `gain` is the fall of the logarithm of the region's volume (D), or of the summed relative variances (A). `assumed`
    tells that nothing is known of the quantity's error, which was taken as `ASSUMED` of its largest value.
    """

    run: str
    quantity: str
    time: float
    gain: float
    before: Mapping[str, float]
    after: Mapping[str, float]
    assumed: bool = False

    @property
    def helped(self) -> str:
        """The name whose uncertainty falls most, as a ratio."""
        return min(self.before, key=lambda name: self.after[name] / self.before[name])

    def __str__(self) -> str:
        name = self.helped
        error = f" (if its error is {ASSUMED:.0%} of its largest value)" if self.assumed else ""
        return (
            f"{self.quantity} in run {self.run} at {self.time:.3g} h{error}: "
            f"{name} from ±{self.before[name]:.2g} to ±{self.after[name]:.2g} of its value"
        )

    def to_json(self) -> dict[str, Any]:
        """The sample as plain data."""
        return {
            "run": self.run,
            "quantity": self.quantity,
            "time_h": self.time,
            "gain": self.gain,
            "before": dict(self.before),
            "after": dict(self.after),
            "assumed_error": self.assumed,
        }


@dataclass(frozen=True)
class _Candidate:
    run: str
    quantity: str
    time: float
    assumed: bool


def next_samples(
    fit: Fit,
    count: int = 3,
    *,
    criterion: Criterion = Criterion.A,
    targets: Sequence[str] | None = None,
    runs: Sequence[Run] | None = None,
    times_h: Sequence[float] | None = None,
    quantities: Sequence[str] | None = None,
    noise: Mapping[str, Noise] | None = None,
) -> tuple[Sample, ...]:
    """The `count` samples that tell most about `targets` (A; all that was learnt if not given), one after the other.

    Candidates are `quantities` (every state and output, if not given) at `times_h` in each of `runs` (those fitted,
    if not given; 48 times up to the last measurement). Their error is `noise`, else that of the runs, else assumed.
    Outside knowledge is that each quantity lies within its bounds. Raises `TwinError` for unknown names, and when no
    candidate can be simulated.
    """
    problem = fit.problem
    check_runs(problem.model, problem.runs if runs is None else runs)
    known = {q: each for run in problem.runs for q, each in run.noise.items()} | dict(noise or {})
    signature = problem.model.signature
    wanted = tuple(quantities or (*signature.states.names, *signature.outputs.names))
    virtual = [
        run.virtual(_times(run, times_h), wanted, known) for run in (problem.runs if runs is None else runs)
    ]
    candidates, rows = _candidates(fit, virtual)
    aims = np.array([problem.names.index(name) for name in _checked(fit, targets)])
    units = relative_units(fit)
    rows = rows * units
    covariance = fit.information.covariance() / np.outer(units, units)
    chosen = []
    for _ in range(count):
        moved = rows @ covariance
        variances = 1.0 + np.einsum("ij,ij->i", moved, rows)
        falls = (
            np.log(variances) if criterion is Criterion.D else (moved[:, aims] ** 2).sum(axis=1) / variances
        )
        best = int(np.argmax(falls))
        after = covariance - np.outer(moved[best], moved[best]) / variances[best]
        chosen.append(_sample(fit, candidates[best], float(falls[best]), covariance, after))
        covariance = after
    return tuple(chosen)


def _checked(fit: Fit, targets: Sequence[str] | None) -> Sequence[str]:
    for name in targets or ():
        if name not in fit.problem.names:
            raise TwinError(f"{name} was not learnt", mend="one of: " + ", ".join(fit.problem.names))
    return targets or fit.problem.names


def _sample(fit: Fit, where: _Candidate, gain: float, before: Array, after: Array) -> Sample:
    spreads = [
        dict(zip(fit.problem.names, np.sqrt(np.diag(c)).tolist(), strict=True)) for c in (before, after)
    ]
    return Sample(where.run, where.quantity, where.time, gain, spreads[0], spreads[1], where.assumed)


def _candidates(fit: Fit, virtual: Sequence[Run]) -> tuple[list[_Candidate], Array]:
    """Every candidate, and its row (c, k) of the Jacobian, weighted by its error."""
    found: list[_Candidate] = []
    parts: list[Array] = []
    for run, said in zip(virtual, fit.problem.among(virtual).predictions(fit.theta[None])[0], strict=True):
        if isinstance(said, Rejected):
            continue
        assumed = np.array([q not in run.noise for q in run.quantities])
        largest = ASSUMED * np.abs(said.values).max(axis=0)
        deviations = np.where(assumed, largest, fit.problem.expected_deviations(run, said.values))
        weights = np.divide(1.0, deviations, out=np.zeros_like(deviations), where=deviations > 0.0)
        found += [
            _Candidate(run.name, q, float(t), bool(guess))
            for t in run.time
            for q, guess in zip(run.quantities, assumed, strict=True)
        ]
        parts.append((said.slopes * weights[..., None]).reshape(-1, said.slopes.shape[-1]))
    if not parts:
        raise TwinError("no run can be simulated up to the candidate samples", where="next_samples")
    return found, np.concatenate(parts)


def _times(run: Run, times_h: Sequence[float] | None) -> Array:
    if times_h is None:
        return np.linspace(run.start_h, run.time.max(), GRID + 1)[1:]
    times = np.unique(np.asarray(times_h, np.float64))
    if not len(times) or not np.isfinite(times).all() or times[0] < run.start_h:
        raise TwinError(
            "candidate samples need finite times, none before the start",
            where=f"run {run.name}",
            mend="check `times_h`",
        )
    return times
