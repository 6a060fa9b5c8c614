"""Levenberg-Marquardt within bounds: one local search of a sum of squares, quick where parameters span decades.

In: a `LeastSquares` problem and where to begin. Out: `Search`. Marquardt 1963, J. SIAM 11:431-441, with the damping of
Nielsen 1999 (report IMM-REP-1999-05, Technical University of Denmark). Coordinates that a step would carry over a
bound are held there and the rest of the step is solved anew; at a bound they stay while the gradient points outward.
"""

from dataclasses import dataclass, replace

import numpy as np

from homeostat.twin.fit.local import Outcome, Search, Settings
from homeostat.twin.fit.protocol import Array, LeastSquares, Rejected, Residuals

FIRST_DAMPING, LEAST_DAMPING, MOST_DAMPING = 1e-2, 1e-12, 1e14
LONGEST = 2.0
"""A step changes no coordinate by more: two decades of a parameter on a log10 scale."""
LEAST_CURVATURE = 1e-9
"""Damping of a coordinate without effect, relative to the one with the largest."""
STALLED = 5
"""So many accepted steps in a row below the relative change of cost end the search."""


@dataclass(frozen=True, eq=False)
class _State:
    """Where the search stands."""

    theta: Array
    found: Residuals
    damping: float = FIRST_DAMPING
    growth: float = 2.0
    stalled: int = 0

    @property
    def gradient(self) -> Array:
        return self.found.jacobian.T @ self.found.r


def search(problem: LeastSquares, begin: Array, settings: Settings, number: int = 0) -> Search:
    """Minimise `problem` from `begin` (k,), which is moved into the bounds. Never raises for a refused point."""
    start = np.clip(begin, problem.lower, problem.upper)
    try:
        state = _State(start, problem.residuals(start))
    except Rejected as error:
        return Search(number, start, start, np.inf, Outcome.REJECTED, 1, str(error))
    for evaluations in range(1, settings.evaluations + 1):
        step = _step(problem, state)
        if _is_over(problem, state, step, settings):
            return Search(number, start, state.theta, state.found.cost, Outcome.CONVERGED, evaluations)
        state = _moved(problem, state, step, settings)
    return Search(number, start, state.theta, state.found.cost, Outcome.EXHAUSTED, settings.evaluations)


def _is_over(problem: LeastSquares, state: _State, step: Array, settings: Settings) -> bool:
    free = ~_pressed(problem, state)
    steepest = float(np.abs(state.gradient[free]).max(initial=0.0))
    small = float(np.abs(step).max(initial=0.0)) <= settings.xtol
    return steepest <= settings.gtol or small or state.stalled >= STALLED or state.damping > MOST_DAMPING


def _pressed(problem: LeastSquares, state: _State) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Coordinates at a bound that would improve beyond it."""
    low, high = state.theta <= problem.lower, state.theta >= problem.upper
    return (low & (state.gradient > 0.0)) | (high & (state.gradient < 0.0))


def _step(problem: LeastSquares, state: _State) -> Array:
    """Solve the damped normal equations for the coordinates that are free to move."""
    curvature, gradient = state.found.jacobian.T @ state.found.jacobian, state.gradient
    diagonal = np.diag(curvature)
    weight = np.maximum(diagonal, LEAST_CURVATURE * max(float(diagonal.max()), LEAST_CURVATURE))
    damped = curvature + state.damping * np.diag(weight)
    step = np.zeros_like(gradient)
    free = ~_pressed(problem, state)
    while free.any():
        right = -(gradient[free] + curvature[np.ix_(free, ~free)] @ step[~free])
        step[free] = np.linalg.lstsq(damped[np.ix_(free, free)], right, rcond=None)[0]
        reached = state.theta + step
        over = free & ((reached < problem.lower) | (reached > problem.upper))
        if not over.any():
            break
        step[over] = (np.clip(reached, problem.lower, problem.upper) - state.theta)[over]
        free &= ~over
    return step * min(1.0, LONGEST / max(float(np.abs(step).max()), LEAST_DAMPING))


def _moved(problem: LeastSquares, state: _State, step: Array, settings: Settings) -> _State:
    """Take the step if it lowers the cost, or else damp more."""
    theta = np.clip(state.theta + step, problem.lower, problem.upper)
    try:
        found = problem.residuals(theta)
    except Rejected:
        return _damped(state)
    gain = state.found.cost - found.cost
    if not gain > 0.0:
        return _damped(state)
    linear = state.found.r + state.found.jacobian @ step
    promised = state.found.cost - 0.5 * float(linear @ linear)
    ratio = min(gain / promised, 2.0) if promised > 0.0 else 2.0
    damping = state.damping * max(1.0 / 5.0, 1.0 - (2.0 * ratio - 1.0) ** 3)
    small = gain <= settings.ftol * max(1.0, abs(state.found.cost))
    return _State(theta, found, max(damping, LEAST_DAMPING), 2.0, state.stalled + 1 if small else 0)


def _damped(state: _State) -> _State:
    return replace(state, damping=state.damping * state.growth, growth=2.0 * state.growth)
