"""What should be known before a fit is believed: impossible measurements, outliers, errors declared too small.

In: runs, or a fit, or a population. Out: words, outliers, and the chi-square of the residuals beside the declared
errors. A value is judged by what the others say of it, by the error that a measurement of the prediction would have:
no value hides behind the error that it brings, behind the fit that it bends, or behind others like it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from homeostat.errors import TwinError
from homeostat.twin.declare import Quantity
from homeostat.twin.fit.deletion import Rows
from homeostat.twin.fit.linearised import (
    estimate_without,
    robust_estimate,
    rows_of,
    rows_of_donors,
    without,
)
from homeostat.twin.fit.population import Population, again
from homeostat.twin.fit.result import Fit
from homeostat.twin.fit.runs import Run
from homeostat.twin.fit.suspects import Judge, Suspected
from homeostat.twin.model import Model

IMPOSSIBLE = 3.0
"""Standard deviations beyond a bound at which no error of measurement explains a value."""
UNEXPLAINED = 1e-3
"""Probability of the chi-square below which the declared errors do not explain the residuals."""
REFITS = 3
"""Fits without the suspects, until they are the same."""


@dataclass(frozen=True)
class Outlier:
    """A measured value `deviations` standard deviations of its error from what the fit without it says at `time_h`."""

    run: str
    quantity: str
    time_h: float
    deviations: float

    def __str__(self) -> str:
        return (
            f"{self.quantity} of run {self.run} at {self.time_h:g} h lies {self.deviations:.3g} standard deviations "
            "from the model: an outlier?"
        )


@dataclass(frozen=True)
class Agreement:
    """How the residuals agree with the errors: `chi_square` with `freedom`, and `outliers`, the farthest first.

    `freedom` is what the learnt quantities leave of the number of values; below 1 nothing is said.
    """

    chi_square: float
    freedom: float
    outliers: tuple[Outlier, ...]

    @property
    def reduced(self) -> float | None:
        """Chi-square over its degrees of freedom: about 1 where the errors are as declared."""
        return self.chi_square / self.freedom if self.freedom >= 1.0 else None

    @property
    def unexplained(self) -> bool:
        """Whether the residuals are larger than the errors can explain."""
        if self.freedom < 1.0:
            return False
        return bool(stats.chi2.sf(self.chi_square, self.freedom) < UNEXPLAINED)


def impossible(model: type[Model], runs: Sequence[Run]) -> tuple[str, ...]:
    """Each measured value of a state that lies beyond its bounds by more than its error explains, in words."""
    s = model.signature
    states = {q.name: q for q in s.states}
    return tuple(
        line
        for run in runs
        for place, name in enumerate(run.quantities)
        if name in states
        for line in _beyond(run, place, states[name])
    )


def _beyond(run: Run, place: int, q: Quantity) -> Iterator[str]:
    """By the error of a measurement at the bound: an absurd value is not explained by a share of itself."""
    values, present = run.measured[:, place], run.present[:, place]
    for side, bound, sign in (("below its lower", q.low, -1.0), ("above its upper", q.high, 1.0)):
        if not np.isfinite(bound):
            continue
        noise = run.noise.get(q.name)
        error = run.deviations[:, place] if noise is None else noise.deviation(np.full(len(values), bound))
        beyond = present & (sign * (values - bound) > IMPOSSIBLE * error)
        for row in np.flatnonzero(beyond).tolist():
            yield (
                f"{q.name} of run {run.name} at {run.time[row]:g} h is {values[row]:g} {q.unit}, more than "
                f"{IMPOSSIBLE:g} standard deviations {side} bound of {bound:g} {q.unit}: a wrong value or unit?"
            )


def agreement(found: Fit | Population) -> Agreement:
    """How well the values that a fit or a population learnt from agree with the errors they were given.

    Raises `Rejected` where a run can no longer be simulated.
    """
    if isinstance(found, Population):
        runs = [run for donor in found.donors for run in found.pooled.problem.runs if run.donor == donor.name]
        rows, told = rows_of_donors(found, runs), _suspects_of_donors(found, runs)
    else:
        runs = list(found.problem.runs)
        rows, told = rows_of(found.problem, found.theta), _suspects(found)
    outliers = sorted(_outliers(runs, told), key=lambda each: -each.deviations)
    with np.errstate(over="ignore"):
        chi_square = float((rows.r**2).sum())
    return Agreement(chi_square, len(rows.r) - float(rows.leverage().sum()), tuple(outliers))


def _suspects_of_donors(found: Population, runs: Sequence[Run]) -> Suspected:
    """As `_suspects`; the population is learnt again without the suspects, as long as the others allow."""
    estimated = bool(found.pooled.problem.scales)
    told = _judge(rows_of_donors(found, runs), runs, estimated).suspects()
    for _ in range(REFITS):
        gone = told.gone
        if not gone.any():
            break
        try:
            other = again(found, without(runs, gone))
        except TwinError:
            break
        told = _judge(rows_of_donors(other, runs, gone), runs, estimated).suspects()
        if (told.gone == gone).all():
            break
    return told


def _suspects(fit: Fit) -> Suspected:
    """The values that the others contradict, judged by a fit to the others that begins where no few values matter."""
    problem, estimated = fit.problem, bool(fit.problem.scales)
    theta = robust_estimate(problem, fit.theta)
    gone = _judge(rows_of(problem, theta), problem.runs, estimated).far()
    for _ in range(REFITS):
        theta = estimate_without(problem, theta, gone)
        found = _judge(rows_of(problem, theta, gone), problem.runs, estimated).suspects()
        if (found.gone == gone).all():
            break
        gone = found.gone
    return found


def _judge(rows: Rows, runs: Sequence[Run], estimated: bool) -> Judge:
    blocks = [q for run in runs for q in np.broadcast_to(run.quantities, run.measured.shape)[run.present]]
    return Judge(rows, np.array(blocks), estimated)


def _outliers(runs: Sequence[Run], told: Suspected) -> Iterator[Outlier]:
    rows = (
        (run.name, str(run.quantities[column]), float(run.time[row]))
        for run in runs
        for row, column in np.argwhere(run.present).tolist()
    )
    judged = zip(rows, told.deviations.tolist(), told.ratio.tolist(), strict=True)
    for (run, quantity, hour), deviations, ratio in judged:
        if ratio > 1.0:
            yield Outlier(run, quantity, hour, deviations)
