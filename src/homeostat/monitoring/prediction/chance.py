"""How probable it is that a row meets a rule, given by how far its predicted value lies within the limit.

Predicted values are drawn towards the middle, so where most rows lie on one side the value of a row on the other may
never reach the limit: the side needs a cut of its own. A logistic line through the margins of rows held out gives it
(Platt 1999, with his smoothed targets; Lin, Lin & Weng 2007 for the numerics).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from homeostat.monitoring.frozen.arrays import Array

RIDGE = 1e-3
"""Held against the slope, in units of the margins' own scatter: it bounds the fit, and is hardly felt otherwise."""
STEPS = 100
SMALL = 1e-10


class Chance(NamedTuple):
    """The log odds of meeting the rule are `offset` + `slope` * margin; the slope is never below 0."""

    offset: float
    slope: float

    @property
    def even(self) -> float | None:
        """The margin at which either side is equally probable; None where the margin says nothing."""
        return -self.offset / self.slope if self.slope > 0.0 else None


def learn_chance(margins: Array, good: NDArray[np.bool_]) -> Chance:
    """The most likely line for rows of these `margins` (n,) that truly met the rule, or not: `good` (n,).

    Where a larger margin does not make a row more likely to meet the rule, all rows get the same probability.
    """
    met = int(good.sum())
    targets = np.where(good, (met + 1.0) / (met + 2.0), 1.0 / (len(good) - met + 2.0))
    mean = targets.mean()
    level = float(np.log(mean / (1.0 - mean)))
    center, scatter = float(margins.mean()), float(margins.std())
    if not scatter > SMALL * (1.0 + abs(center)):
        return Chance(level, 0.0)
    offset, slope = _fitted((margins - center) / scatter, targets, level)
    if slope <= 0.0:
        return Chance(level, 0.0)
    return Chance(offset - slope * center / scatter, slope / scatter)


def _fitted(x: Array, targets: Array, level: float) -> tuple[float, float]:
    """Newton's method with halved steps on the log loss, which is convex."""
    design, ridge = np.stack([np.ones_like(x), x], axis=1), np.array([0.0, RIDGE])
    line = np.array([level, 0.0])
    loss = _loss(design, targets, line)
    for _ in range(STEPS):
        told = _probability(design @ line)
        gradient = design.T @ (told - targets) + ridge * line
        curvature = (design.T * (told * (1.0 - told))) @ design + np.diag(ridge + SMALL)
        step = np.linalg.solve(curvature, gradient)
        while (new := _loss(design, targets, line - step)) > loss and np.abs(step).max() > SMALL:
            step *= 0.5
        line, loss = line - step, new
        if np.abs(step).max() <= SMALL:
            break
    return float(line[0]), float(line[1])


def _loss(design: Array, targets: Array, line: Array) -> float:
    odds = design @ line
    return float(np.sum(np.logaddexp(0.0, odds) - targets * odds) + 0.5 * RIDGE * line[1] ** 2)


def _probability(odds: Array) -> Array:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * odds)), np.float64)
