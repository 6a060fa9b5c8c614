"""What should be known before a fit is believed: impossible measurements, outliers, errors declared too small.

In: runs, or a fit. Out: words, outliers, and the chi-square of the residuals beside the declared errors. Where the
residuals themselves told the errors, outliers are judged by externally studentised residuals, in which a value does
not hide behind the error that it made large (Cook & Weisberg 1982, Residuals and Influence in Regression, ch. 2).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from homeostat.twin.declare import Quantity
from homeostat.twin.fit.protocol import Array, Rejected
from homeostat.twin.fit.result import Fit
from homeostat.twin.fit.runs import Run
from homeostat.twin.model import Model

IMPOSSIBLE = 3.0
"""Standard deviations beyond a bound at which no error of measurement explains a value."""
OUTLIER = 5.0
"""Standard deviations from the model beyond which a value is told: by chance one of 1.7 million."""
UNEXPLAINED = 1e-3
"""Probability of the chi-square below which the declared errors do not explain the residuals."""
LEAST_FREEDOM = 3.0
"""Degrees of freedom without which nothing is said of a residual by the others."""


@dataclass(frozen=True)
class Outlier:
    """A measured value `deviations` standard deviations from what the model says at `time_h`."""

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
    values, present = run.measured[:, place], run.present[:, place]
    slack = IMPOSSIBLE * run.deviations[:, place]
    for side, bound, beyond in (
        ("below its lower", q.low, values < q.low - slack),
        ("above its upper", q.high, values > q.high + slack),
    ):
        for row in np.flatnonzero(present & beyond).tolist():
            yield (
                f"{q.name} of run {run.name} at {run.time[row]:g} h is {values[row]:g} {q.unit}, more than "
                f"{IMPOSSIBLE:g} standard deviations {side} bound of {bound:g} {q.unit}: a wrong value or unit?"
            )


def agreement(fit: Fit) -> Agreement:
    """How well the values that `fit` learnt from agree with the errors they were given."""
    problem = fit.problem
    residuals = _residuals(fit)
    jacobian = fit.residuals.jacobian[: len(residuals)]
    leverage = np.einsum("ij,jk,ik->i", jacobian, fit.information.covariance(), jacobian)
    told = _studentised(problem.blocks(), residuals, leverage) if problem.scales else np.abs(residuals)
    outliers = sorted(_outliers(problem.runs, told), key=lambda each: -each.deviations)
    with np.errstate(over="ignore"):
        chi_square = float((residuals**2).sum())
    return Agreement(chi_square, len(residuals) - float(leverage.sum()), tuple(outliers))


def _residuals(fit: Fit) -> Array:
    """The residuals of all measured values (m,), in the order of the problem, not softened."""
    found = []
    for run, said in zip(fit.problem.runs, fit.problem.predictions(fit.theta[None])[0], strict=True):
        if isinstance(said, Rejected):
            raise said
        found.append(((said.values - run.measured) / fit.problem.deviations(run))[run.present])
    return np.concatenate(found)


def _studentised(blocks: Sequence[str], residuals: Array, leverage: Array) -> Array:
    """Each residual over the error that the others of its quantity tell, as a normal deviate of equal probability."""
    told, of = np.zeros(len(residuals)), np.array(blocks)
    left = np.maximum(1.0 - leverage, 1e-12)
    for quantity in dict.fromkeys(blocks):
        mine = of == quantity
        squares = residuals[mine] ** 2
        freedom = float(left[mine].sum()) - 1.0
        if freedom < LEAST_FREEDOM:
            continue
        others = np.maximum(squares.sum() - squares / left[mine], 1e-12 * squares.sum()) / freedom
        t = np.sqrt(np.divide(squares / left[mine], others, out=np.zeros_like(squares), where=others > 0.0))
        told[mine] = np.where(stats.t.sf(t, freedom) < stats.norm.sf(OUTLIER), t, 0.0)
    return told


def _outliers(runs: Sequence[Run], told: Array) -> Iterator[Outlier]:
    rows = (
        (run.name, str(run.quantities[column]), float(run.time[row]))
        for run in runs
        for row, column in np.argwhere(run.present).tolist()
    )
    for (run, quantity, hour), deviations in zip(rows, told.tolist(), strict=True):
        if deviations > OUTLIER:
            yield Outlier(run, quantity, hour, deviations)
