"""Fit a model to runs: the one call that goes from runs and names to a result.

In: model, runs, what to learn, options. Out: `Fit`. Each search minimises the weighted sum of squares with priors.
Where errors grow with the value, those at the measured values are replaced between rounds of searches by those at the
predictions, until they settle: iteratively reweighted least squares (Carroll & Ruppert 1988, Transformation and
Weighting in Regression, ch. 2). Measured values as weights favour what happened to be measured low; the full likelihood
would also learn from the size of the residuals, and so lean on the error model more than it is known. Where the errors
are to be estimated, each quantity's standard deviation is scaled between rounds until it agrees with the residuals:
restricted maximum likelihood for linear models (Patterson & Thompson 1971, Biometrika 58:545-554), in which what was
spent on the parameters does not count as agreement.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.fit.forward import TOLERANCE, Tolerance
from homeostat.twin.fit.free import Free, frees
from homeostat.twin.fit.information import information
from homeostat.twin.fit.local import DEFAULT, Settings
from homeostat.twin.fit.multistart import Multistart, Report, multistart
from homeostat.twin.fit.problem import RunProblem, change
from homeostat.twin.fit.protocol import Array
from homeostat.twin.fit.result import Fit
from homeostat.twin.fit.runs import Run, check_runs
from homeostat.twin.model import Model

ROUNDS = 30
BOLD, CAREFUL = 6, 16
"""Rounds after which weights go only half the way to the new ones, and after which they stay as they are.

Grossly wrong values may let two predictions call for each other in turn; even two rounds have the same efficiency in
large samples as all of them (Carroll & Ruppert 1988, ch. 2). `Fit.settled` tells whether they did.
"""
SETTLED = 1e-4
"""Relative change of every standard deviation at which the rounds end."""
IDLE = 1e-6
"""A leverage below this is none: the value moves nothing that is learnt."""
INTEGRATED = 10.0
"""Below so many tolerances of the integration, what is left is the integrator's error, not the measurement's: the model
meets the value exactly. They are relative to the values, so that it does not matter in which unit these are, nor which
errors were assumed at first."""


@dataclass(frozen=True)
class Options:
    """How to fit: `starts` drawn from `seed` beside the declared values, and whether the runs tell their own errors.

    `fixed` holds parameters and initial states at values other than the declared ones. `robust` lets values that lie
    far off count less (soft L1); it needs known errors.
    """

    starts: int = 10
    seed: int = 0
    estimate_errors: bool = False
    robust: bool = False
    fixed: Mapping[str, float] = field(default_factory=dict)
    settings: Settings = DEFAULT
    tolerance: Tolerance = TOLERANCE


DEFAULTS = Options()
WEIGHABLE = 1e100
"""Standard deviations beyond which a value is refused: its square would be infinite."""


def fit(
    model: type[Model],
    runs: Sequence[Run],
    learn: Sequence[str | Free],
    options: Options = DEFAULTS,
    progress: Report | None = None,
) -> Fit:
    """Learn the quantities `learn` (names, or `Free` with bounds and priors) of `model` from `runs`.

    Raises `TwinError` for names that do not exist, for runs that have no values, and when no start point can be
    simulated.
    """
    check_runs(model, runs)
    if options.robust and options.estimate_errors:
        raise TwinError(
            "a robust fit cannot tell the errors", mend="give the standard deviations, or fit without"
        )
    problem = RunProblem(
        model,
        runs,
        frees(model, learn),
        fixed=options.fixed,
        tolerance=options.tolerance,
        robust=options.robust,
    )
    _check_learnable(problem)
    found = multistart(
        problem,
        options.starts,
        options.seed,
        first=[problem.start],
        settings=options.settings,
        progress=progress,
    )
    problem, found = _settled(problem, found, options)
    return Fit(problem, found, options.seed)


def _check_learnable(problem: RunProblem) -> None:
    runs = [run.name for run in problem.runs]
    for each in problem.free:
        if not any(map(each.concerns, runs)):
            raise TwinError(f"{each.name} concerns no run", mend="the runs are: " + ", ".join(runs))
    for run in problem.runs:
        _check_weighable(run)
    if not problem.blocks():
        raise TwinError("the runs hold no measured value", mend="check the columns and units of the mapping")


def _check_weighable(run: Run) -> None:
    """Raise `TwinError` for a value whose square, beside its error, has no place in a sum of squares."""
    for row, column in np.argwhere(run.present).tolist():
        value, deviation = float(run.measured[row, column]), float(run.deviations[row, column])
        if abs(value) / WEIGHABLE > deviation:
            what = f"{run.quantities[column]} is {value:g} at {run.time[row]:g} h, too far from any model"
            raise TwinError(what, where=f"run {run.name}", mend="mark it as missing, or mend the value")


def _settled(problem: RunProblem, found: Multistart, options: Options) -> tuple[RunProblem, Multistart]:
    """Searches go on from where they ended until the errors no longer change. Raises `TwinError` if never."""
    for done in range(ROUNDS):
        following = problem.reweighted(found.best.theta, _share(done))
        if options.estimate_errors:
            following = following.rescaled(error_scales(following, found.best.theta))
        if change(problem, following) < SETTLED:
            return problem, found
        problem = following
        ends = [each.theta for each in sorted(found.searches, key=lambda s: s.number)]
        found = multistart(problem, 0, options.seed, first=ends, settings=options.settings)
    raise TwinError(
        f"the errors did not settle in {ROUNDS} rounds",
        mend="give the standard deviations of the measurements, or learn fewer quantities",
    )


def _share(done: int) -> float:
    """How far the weights go towards those at the prediction after so many rounds."""
    return 1.0 if done < BOLD else 0.5 if done < CAREFUL else 0.0


def error_scales(problem: RunProblem, theta: Array) -> dict[str, float]:
    """The scale of each quantity's standard deviation that its residuals at `theta` ask for.

    Raises `TwinError` for a quantity whose values are all used up by what is learnt, or met exactly.
    """
    found, blocks = problem.residuals(theta), np.array(problem.blocks())
    width = problem.upper - problem.lower
    covariance = information(problem.names, found.jacobian, width).covariance()
    leverage = np.einsum("ij,jk,ik->i", found.jacobian, covariance, found.jacobian)[: len(blocks)]
    squares, finest = found.r[: len(blocks)] ** 2, INTEGRATED * _integration(problem)
    scales = {}
    for quantity in dict.fromkeys(blocks.tolist()):
        mine = blocks == quantity
        left = mine.sum() - leverage[mine].sum()
        own = problem.scales.get(quantity, 1.0)
        scale = own * math.sqrt(float(squares[mine].sum() / max(left, 0.5)))
        if left < 0.5 or not scale > own * float(np.median(finest[mine])):
            raise _untold(quantity, leverage[mine], squares[mine] > finest[mine] ** 2)
        scales[quantity] = scale
    return scales


def _integration(problem: RunProblem) -> Array:
    """The tolerance of the integration at each measured value (m,), in its standard deviations.

    Its absolute part is that of a state of size 1, or of the size of the quantity where that is less: a run of small
    values is integrated as much more strictly.
    """
    rtol, atol, sizes = problem.tolerance.rtol, problem.tolerance.atol, _sizes(problem)
    found = []
    for run in problem.runs:
        least = atol * np.array([min(1.0, sizes[name]) for name in run.quantities])
        found.append(((rtol * np.abs(run.measured) + least) / problem.deviations(run))[run.present])
    return np.concatenate(found)


def _sizes(problem: RunProblem) -> dict[str, float]:
    """The largest measured value of each quantity, as an amount."""
    sizes: dict[str, float] = {}
    for run in problem.runs:
        for place, name in enumerate(run.quantities):
            values = np.abs(run.measured[run.present[:, place], place])
            sizes[name] = max(sizes.get(name, 0.0), float(values.max(initial=0.0)))
    return sizes


def _untold(quantity: str, leverage: Array, missed: NDArray[np.bool_]) -> TwinError:
    """Why the error of `quantity` cannot be told; one not `missed` that moves nothing, as a start, tells none."""
    telling = (leverage > IDLE) | missed
    if telling.sum() - leverage[telling].sum() < 0.5:
        what = f"too few values of {quantity} to tell its error"
        return TwinError(what, mend="give its standard deviation, or learn fewer quantities")
    return TwinError(
        f"the model meets every value of {quantity} exactly, so there is no error to tell",
        mend="values without noise? Else give the standard deviation of the measurement",
    )
