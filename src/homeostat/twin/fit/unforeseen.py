"""Runs that were not fitted and that the fit did not foresee: as a whole, or in single values.

In: a fit, other runs. Out: what lies farther from its prediction than errors of measurement and the uncertainty of what
was learnt explain together. The errors of one run hang together, because what was learnt is wrong for all its values
at once: they are judged by their joint covariance, in the linear approximation (Seber & Wild 1989, Nonlinear
Regression).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from homeostat.twin.fit.deletion import Mask
from homeostat.twin.fit.doubts import UNEXPLAINED, Outlier
from homeostat.twin.fit.linearised import rows_of
from homeostat.twin.fit.protocol import Array
from homeostat.twin.fit.result import Fit
from homeostat.twin.fit.runs import Run, check_runs
from homeostat.twin.fit.suspects import SHARE, limit

KNOWN = 1e6
"""Degrees of freedom of an error that was declared."""


@dataclass(frozen=True)
class Unforeseen:
    """A `run` whose values lie `times` as far from their prediction as expected, by chance with `probability`."""

    run: str
    times: float
    probability: float

    def __str__(self) -> str:
        return (
            f"run {self.run} lies {self.times:.2g} times as far from its prediction as errors and what is uncertain "
            "of the fit explain: it differs from the fitted runs in something that the model does not know"
        )


def unforeseen(fit: Fit, runs: Sequence[Run]) -> tuple[Unforeseen | Outlier, ...]:
    """Which of `runs`, not fitted, or which of their values, the fit did not foresee; the farthest first in each run.

    Few values of a quantity that are far off are named, if without them nothing is wrong with the run; else the run is.
    Raises `TwinError` when a run cannot be simulated.
    """
    check_runs(fit.problem.model, runs)
    freedom = _freedom(fit)
    return tuple(doubt for run in runs if run.present.any() for doubt in _judged(fit, run, freedom))


def _judged(fit: Fit, run: Run, freedom: float) -> Sequence[Unforeseen | Outlier]:
    problem = fit.problem.among([run])
    rows = rows_of(problem, fit.theta)
    expected = np.eye(len(rows.r)) + rows.slopes @ fit.information.covariance() @ rows.slopes.T
    deviations = np.abs(rows.r) / np.sqrt(np.diag(expected))
    far = deviations > limit(freedom)
    of = np.argwhere(run.present)[:, 1]
    few = all(
        far[of == column].sum() <= (of == column).sum() // SHARE for column in range(len(run.quantities))
    )
    if few and _improbable(rows.r[~far], expected[np.ix_(~far, ~far)], freedom) is None:
        return sorted(_single(run, far, np.abs(rows.r)), key=lambda each: -each.deviations)
    whole = _improbable(rows.r, expected, freedom)
    return [] if whole is None else [Unforeseen(run.name, *whole)]


def _improbable(errors: Array, expected: Array, freedom: float) -> tuple[float, float] | None:
    """How large `errors` (n,) are beside their `expected` covariance (n, n), and how improbable, if they are."""
    mean_square = float(errors @ np.linalg.solve(expected, errors)) / max(len(errors), 1)
    probability = float(stats.f.sf(mean_square, max(len(errors), 1), freedom))
    return (mean_square**0.5, probability) if probability < UNEXPLAINED else None


def _single(run: Run, far: Mask, sizes: Array) -> list[Outlier]:
    places = np.argwhere(run.present)[far].tolist()
    return [
        Outlier(run.name, str(run.quantities[column]), float(run.time[row]), size)
        for (row, column), size in zip(places, sizes[far].tolist(), strict=True)
    ]


def _freedom(fit: Fit) -> float:
    """Degrees of freedom by which the errors are known: the fewest of any quantity whose residuals told them."""
    if not fit.problem.scales:
        return KNOWN
    left, blocks = 1.0 - rows_of(fit.problem, fit.theta).leverage(), np.array(fit.problem.blocks())
    return max(1.0, min(float(left[blocks == quantity].sum()) for quantity in dict.fromkeys(blocks.tolist())))
