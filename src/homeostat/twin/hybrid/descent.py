"""One Levenberg-Marquardt descent, as a value that is asked for a point and told what was found there.

In: residuals with Jacobian at each proposed point. Out: a sequence of ever better points within bounds. Asking and
telling lets many descents share one evaluation, and lets the caller look at every point on the way.
Madsen, Nielsen & Tingleff 2004, Methods for Non-Linear Least Squares Problems, algorithm 3.16, with the scaling of
Marquardt 1963 (J. SIAM 11:431-441); at a bound, a coordinate that would leave is held.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from homeostat.twin.fit import Rejected, Residuals
from homeostat.twin.fit.protocol import Array

FIRST_DAMPING = 1e-2
MOST_DAMPING = 1e12
"""Steps damped more than this change nothing."""
SETTLED = 1e-6
"""Relative decrease of the cost below which a descent has arrived."""


@dataclass(frozen=True, eq=False)
class Descent:
    """A descent standing at `theta` (k,), where `found` holds; `moves` counts the steps taken."""

    theta: Array
    lower: Array
    upper: Array
    found: Residuals
    damping: float = FIRST_DAMPING
    growth: float = 2.0
    moves: int = 0
    arrived: bool = False

    def proposal(self) -> Array:
        """The point (k,) to evaluate next, within the bounds."""
        return np.asarray(np.clip(self.theta + self._step(), self.lower, self.upper), np.float64)

    def told(self, at: Array, found: Residuals | Rejected) -> Self:
        """The descent after the proposal `at` was evaluated: it moves there if the cost is lower."""
        if isinstance(found, Rejected) or not _finite(found) or found.cost >= self.found.cost:
            stuck = self.damping * self.growth > MOST_DAMPING
            return replace(self, damping=self.damping * self.growth, growth=2.0 * self.growth, arrived=stuck)
        gain = (self.found.cost - found.cost) / max(self._foreseen(at - self.theta), 1e-300)
        damping = self.damping * max(1.0 / 3.0, 1.0 - (2.0 * min(gain, 2.0) - 1.0) ** 3)
        settled = self.found.cost - found.cost < SETTLED * self.found.cost
        return replace(
            self, theta=at, found=found, damping=damping, growth=2.0, moves=self.moves + 1, arrived=settled
        )

    def _step(self) -> Array:
        j, r = self.found.jacobian, self.found.r
        slope = j.T @ r
        held = ((self.theta <= self.lower) & (slope > 0.0)) | ((self.theta >= self.upper) & (slope < 0.0))
        free = np.flatnonzero(~held)
        normal = j[:, free].T @ j[:, free]
        scale = np.maximum(np.diag(normal), 1e-12)
        step = np.zeros_like(self.theta)
        step[free] = -np.linalg.solve(normal + self.damping * np.diag(scale), slope[free])
        return step

    def _foreseen(self, step: Array) -> float:
        """The decrease of the cost that the linear model promises for `step`."""
        change = self.found.jacobian @ step
        return float(-change @ self.found.r - 0.5 * change @ change)


def _finite(found: Residuals) -> bool:
    return bool(np.isfinite(found.r).all() and np.isfinite(found.jacobian).all())
