"""Profile likelihood: how far one quantity can move while all others follow to keep the fit.

In: a fit and a name. Out: `Profile`, with the interval within the chi-square threshold. Raue et al. 2009,
Bioinformatics 25:1923-1929. An end that the threshold never closes within the bounds is open: not identifiable.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2

from homeostat.errors import TwinError
from homeostat.twin.fit.local import Outcome, Settings, search
from homeostat.twin.fit.protocol import Array, LeastSquares, Rejected, Residuals
from homeostat.twin.fit.result import Fit, Interval

CLOSE = 3e-3
"""Ends are found to this share of the first step, which is about the half width of the interval."""
FAR = 10.0
"""Distances count up to this multiple, as its root: beyond lies what cannot be simulated."""
STEPS = 12
"""Most points outwards, and most in between, on each side."""
SETTINGS = Settings(ftol=1e-6, xtol=1e-6, gtol=1e-6, evaluations=100)
"""Of the searches with one quantity held: a thousandth of the threshold is close enough."""


@dataclass(frozen=True, eq=False)
class Profile:
    """Points of the profile of `name`, ascending: `values` (n,), `distances` (n,) = twice the rise of the cost.

    `interval` of probability `level`: None for an open end. `better` tells that the profile met a lower cost than
    the fit, which then was not at its minimum.
    """

    name: str
    level: float
    values: Array
    distances: Array
    interval: Interval

    @property
    def better(self) -> bool:
        """Whether some point fits notably better than the fit itself."""
        return bool(self.distances.min() < -1e-2)

    def to_json(self) -> dict[str, Any]:
        """The profile as plain data."""
        return {
            "name": self.name,
            "level": self.level,
            "values": self.values.tolist(),
            "distances": self.distances.tolist(),
            "interval": list(self.interval),
            "better": self.better,
        }


class Pinned:
    """A least squares problem with the coordinate `place` held at `value`."""

    def __init__(self, problem: LeastSquares, place: int, value: float) -> None:
        self.problem, self.place, self.value = problem, place, value
        self.names = tuple(np.delete(np.array(problem.names), place).tolist())
        self.lower, self.upper = np.delete(problem.lower, place), np.delete(problem.upper, place)

    def residuals(self, theta: Array) -> Residuals:
        """Residuals as functions of the other coordinates (k - 1,)."""
        found = self.problem.residuals(np.insert(theta, self.place, self.value))
        return Residuals(found.r, np.delete(found.jacobian, self.place, axis=1))

    def best(self, begin: Array) -> tuple[Array, float]:
        """The lowest cost with the coordinate held, and all coordinates (k,) there, searched from `begin` (k,).

        The cost is infinite where the problem has no value.
        """
        others = np.delete(begin, self.place)
        if not len(others):
            theta = np.array([self.value])
            try:
                return theta, self.problem.residuals(theta).cost
            except Rejected:
                return theta, math.inf
        found = search(self, others, SETTINGS)
        cost = math.inf if found.outcome is Outcome.REJECTED else found.cost
        return np.insert(found.theta, self.place, self.value), cost


def profile(fit: Fit, name: str, level: float = 0.9) -> Profile:
    """The profile likelihood of the learnt quantity `name`. Raises `TwinError` if it was not learnt."""
    if name not in fit.problem.names:
        raise TwinError(f"{name} was not learnt", mend="one of: " + ", ".join(fit.problem.names))
    if not 0.0 < level < 1.0:
        raise TwinError(f"a level of {level} is no probability", mend="such as 0.9")
    place = fit.problem.names.index(name)
    sides = [_Side(fit, place, sign, math.sqrt(float(chi2.ppf(level, 1)))) for sign in (-1.0, 1.0)]
    low, high = (side.walk() for side in sides)
    own = fit.problem.free[place]
    points = sorted([(float(fit.theta[place]), 0.0), *sides[0].points, *sides[1].points])
    ends = [None if end is None else own.value(end) for end in (low, high)]
    values = np.array([own.value(at) for at, _ in points])
    return Profile(name, level, values, np.array([d for _, d in points]), Interval(ends[0], ends[1]))


class _Side:
    """The walk from the estimate towards one bound: outwards in growing steps, then in between."""

    def __init__(self, fit: Fit, place: int, sign: float, root: float) -> None:
        self.problem, self.place, self.sign, self.root = fit.problem, place, sign, root
        self.cost, self.centre = fit.cost, float(fit.theta[place])
        bound = (fit.problem.upper if sign > 0.0 else fit.problem.lower)[place]
        self.room = abs(float(bound) - self.centre)
        deviation = float(fit.information.deviations()[place])
        self.step = min(root * deviation, self.room) if math.isfinite(deviation) else 0.1 * self.room
        self.points: list[tuple[float, float]] = []
        self.known = {0.0: -root}
        self.found = {0.0: fit.theta}

    def walk(self) -> float | None:
        """The coordinate at the threshold, or None when the bound comes first."""
        inner, out = 0.0, 0.5 * self.step
        while inner < self.room and len(self.points) < STEPS:
            if self._excess(out) >= 0.0:
                close = CLOSE * self.step
                found, _ = brentq(
                    self._excess,
                    inner,
                    out,
                    xtol=close,
                    rtol=CLOSE,
                    maxiter=STEPS,
                    full_output=True,
                    disp=False,
                )
                return self.centre + self.sign * float(found)
            inner, out = out, min(2.1 * out, self.room)
        return None

    def _excess(self, out: float) -> float:
        """Root of the distance at `out` from the estimate, less the threshold's; below zero inside the interval."""
        if out not in self.known:
            self.known[out] = self._evaluated(out)
        return self.known[out]

    def _evaluated(self, out: float) -> float:
        """As `_excess`; the search begins from the nearest point found further in, never from one beyond."""
        begin = self.found[max(each for each in self.found if each < out)]
        at = self.centre + self.sign * out
        theta, cost = Pinned(self.problem, self.place, at).best(begin)
        distance = 2.0 * (cost - self.cost)
        if math.isfinite(cost):
            self.found[out] = theta
            self.points.append((at, distance))
        return min(math.copysign(math.sqrt(abs(distance)), distance), FAR * self.root) - self.root
