"""One local search from one start point, by scipy; a refused point is a step too far, never NaN.

In: a problem and where to begin. Out: `Search`, with how it ended. Least squares: trust region reflective (Branch,
Coleman & Li 1999, SIAM J. Sci. Comput. 21:1-23). Scalars: L-BFGS-B (Byrd et al. 1995, SIAM J. Sci. Comput.
16:1190-1208) or trust-constr (Byrd, Hribar & Nocedal 1999, SIAM J. Optim. 9:877-900), over the box of the bounds.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from scipy.optimize import least_squares, minimize

from homeostat.twin.fit.protocol import Array, LeastSquares, Objective, Problem, Rejected, Residuals, Scalar


class Outcome(StrEnum):
    """How a local search ended."""

    CONVERGED = "converged"
    EXHAUSTED = "evaluations used up"
    REJECTED = "no value at the start point"


@dataclass(frozen=True)
class Settings:
    """When a local search ends: relative change of cost and of coordinates, norm of the gradient, evaluations."""

    ftol: float = 1e-8
    xtol: float = 1e-8
    gtol: float = 1e-8
    evaluations: int = 200
    method: Literal["L-BFGS-B", "trust-constr"] = "L-BFGS-B"
    """For scalar objectives only."""


@dataclass(frozen=True, eq=False)
class Search:
    """A finished local search: `begin` and end `theta` (k,), `cost` there (infinite if rejected), and its outcome."""

    number: int
    begin: Array
    theta: Array
    cost: float
    outcome: Outcome
    evaluations: int
    message: str = ""


DEFAULT = Settings()
REFUSAL = 1e3
"""A refused point costs this many times what the start point costs (plus one): no search can accept it."""


def search(problem: Problem, begin: Array, settings: Settings = DEFAULT, number: int = 0) -> Search:
    """Minimise `problem` from `begin` (k,), which is moved into the bounds. Never raises for a refused point."""
    inside = np.clip(begin, problem.lower, problem.upper)
    try:
        if isinstance(problem, LeastSquares):
            return _least_squares(problem, inside, settings, number)
        return _scalar(problem, inside, settings, number)
    except _NoBegin as error:
        return Search(number, inside, inside, np.inf, Outcome.REJECTED, 1, str(error))


class _NoBegin(Exception):  # noqa: N818 - internal: the first evaluation was refused
    """Carries the refusal of the start point out of scipy: what and where, for a search has a mend of its own."""

    def __init__(self, refused: Rejected) -> None:
        super().__init__(f"{refused.where}: {refused.what}" if refused.where else refused.what)


class _Squares:
    """Residuals and Jacobian for scipy, which asks for them one after the other at the same point."""

    def __init__(self, problem: LeastSquares, begin: Array) -> None:
        self.problem, self.at = problem, begin.copy()
        try:
            self.last = checked(problem.residuals(begin))
        except Rejected as error:
            raise _NoBegin(error) from error
        size = max(1, len(self.last.r))
        self.refusal = np.full(len(self.last.r), np.sqrt(2.0 * REFUSAL * (1.0 + self.last.cost) / size))

    def residuals(self, theta: Array) -> Array:
        if np.array_equal(theta, self.at):
            return self.last.r
        try:
            self.last, self.at = checked(self.problem.residuals(theta)), theta.copy()
        except Rejected:
            return self.refusal
        return self.last.r

    def jacobian(self, theta: Array) -> Array:
        self.residuals(theta)
        return self.last.jacobian


def checked(found: Residuals) -> Residuals:
    """`found`, if every number in it is finite. Raises `Rejected`."""
    if not (np.isfinite(found.r).all() and np.isfinite(found.jacobian).all()):
        raise Rejected("a residual or a derivative is not finite")
    return found


def _least_squares(problem: LeastSquares, begin: Array, settings: Settings, number: int) -> Search:
    """Scaled by the bounds: scaled by the Jacobian ("jac"), the PEtab benchmarks take 1.1 to 4.6 times as long."""
    squares = _Squares(problem, begin)
    found = least_squares(
        squares.residuals,
        begin,
        jac=squares.jacobian,
        bounds=(problem.lower, problem.upper),
        x_scale=problem.upper - problem.lower,
        ftol=settings.ftol,
        xtol=settings.xtol,
        gtol=settings.gtol,
        max_nfev=settings.evaluations,
    )
    outcome = Outcome.CONVERGED if found.status > 0 else Outcome.EXHAUSTED
    return Search(number, begin, found.x, float(found.cost), outcome, int(found.nfev), str(found.message))


class _Scaled:
    """A scalar objective over the unit box, for scipy, which asks for value and gradient one after the other."""

    def __init__(self, problem: Objective, begin: Array) -> None:
        self.problem, self.width = problem, problem.upper - problem.lower
        self.begin = (begin - problem.lower) / self.width
        try:
            self.last, self.at = _finite(problem.objective(begin)), self.begin
        except Rejected as error:
            raise _NoBegin(error) from error
        self.refusal = Scalar(
            self.last.value + REFUSAL * (1.0 + abs(self.last.value)), np.zeros_like(self.begin)
        )

    def theta(self, z: Array) -> Array:
        lower, upper = self.problem.lower, self.problem.upper
        return np.asarray(np.clip(lower + self.width * z, lower, upper), np.float64)

    def value(self, z: Array) -> float:
        return self._found(z).value

    def gradient(self, z: Array) -> Array:
        return np.asarray(self._found(z).gradient * self.width, np.float64)

    def _found(self, z: Array) -> Scalar:
        if not np.array_equal(z, self.at):
            self.at = z.copy()
            try:
                self.last = _finite(self.problem.objective(self.theta(z)))
            except Rejected:
                self.last = self.refusal
        return self.last


def _finite(found: Scalar) -> Scalar:
    if not (np.isfinite(found.value) and np.isfinite(found.gradient).all()):
        raise Rejected("the objective or its gradient is not finite")
    return found


def _scalar(problem: Objective, begin: Array, settings: Settings, number: int) -> Search:
    scaled = _Scaled(problem, begin)
    limits = [(0.0, 1.0)] * len(begin)
    most, slope = settings.evaluations, settings.gtol
    if settings.method == "L-BFGS-B":
        found = minimize(
            scaled.value,
            scaled.begin,
            jac=scaled.gradient,
            bounds=limits,
            method="L-BFGS-B",
            options={"maxfun": most, "maxiter": most, "ftol": settings.ftol, "gtol": slope},
        )
        converged = found.status == 0
    else:
        found = minimize(
            scaled.value,
            scaled.begin,
            jac=scaled.gradient,
            bounds=limits,
            method="trust-constr",
            options={"maxiter": most, "xtol": settings.xtol, "gtol": slope},
        )
        converged = found.status in {1, 2}
    outcome = Outcome.CONVERGED if converged else Outcome.EXHAUSTED
    theta, value = scaled.theta(found.x), float(found.fun)
    return Search(number, begin, theta, value, outcome, int(found.nfev), str(found.message))
