"""The interior-point iteration: barrier, regularisation and a filter line search around the native kernel.

In: a workspace that holds a first point. Out: how it ended, and at which of the two points. Monotone barrier,
scaled errors, inertia correction and filter as in Waechter & Biegler 2006 (equation numbers below); no restoration
phase: what cannot go on says so.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from homeostat.twin.optimal.frame import HEAD
from homeostat.twin.optimal.settings import Settings
from homeostat.twin.optimal.workspace import Workspace

_AT: Mapping[str, int] = {name: k for k, name in enumerate(HEAD)}
_SOUND, _REACH, _MEASURES = _AT["sound"], _AT["reach_primal"], _AT["cost"]

ENOUGH = 10.0
"""kappa_epsilon: a barrier problem is solved well enough at an error of so many mu (eq. 7)."""
SHRINK, POWER = 0.2, 1.5
"""kappa_mu and theta_mu: the next barrier is min(SHRINK mu, mu^POWER) (eq. 7)."""
LARGE = 100.0
"""s_max: mean multipliers beyond this relax the errors in proportion (eq. 6)."""
KEPT = 0.99
"""tau_min: at least the share 1 - tau of every distance to a bound is kept (eq. 8)."""
FIRST, GROW, GROW_FIRST, RELAX, LARGEST = 1e-4, 8.0, 100.0, 3.0, 1e20
"""Regularisation: first trial, growth, growth as long as none was found, relaxation, and where it is given up (IC)."""
MARGIN_THETA, MARGIN_PHI, ARMIJO = 1e-5, 1e-8, 1e-8
"""gamma_theta, gamma_phi, eta_phi (eqs. 18 and 20)."""
SHORTEST = 1e-8
"""A line search that came down to this share of the longest step is given up."""
ROUNDING = 10.0 * 2.220446049250313e-16


class Status(StrEnum):
    """How a solve ended; only `SOLVED` may be used."""

    SOLVED = "solved"
    ITERATIONS = "iterations"
    STALLED = "stalled"
    INFEASIBLE = "infeasible"
    NOT_FINITE = "not finite"


class Measures(NamedTuple):
    """What `measure` found at a point."""

    cost: float
    logs: float
    theta: float
    missed: float
    still: float
    most: float
    least: float
    size: float
    zsize: float
    finite: bool

    def error(self, mu: float, scale: "Counts") -> float:
        """The scaled optimality error of the barrier problem (eq. 5)."""
        dual = max(LARGE, self.size / scale.multipliers) / LARGE
        sides = max(LARGE, self.zsize / scale.sides) / LARGE
        off = max(self.most - mu, mu - self.least) if scale.bounds else 0.0
        return max(self.still / dual, self.missed, off / sides)


@dataclass(frozen=True)
class Counts:
    """Numbers of multipliers, by which their mean size is formed."""

    multipliers: int
    bounds: int

    @property
    def sides(self) -> int:
        """At least 1."""
        return max(1, self.bounds)


@dataclass(frozen=True)
class Ending:
    """How an attempt ended: where (which point), after how many iterations, at which error and barrier."""

    status: Status
    point: int
    iterations: int
    error: float
    barrier: float
    measures: Measures


class Attempt:
    """One run of the iteration from the point 0 of a workspace."""

    def __init__(
        self, space: Workspace, counts: Counts, settings: Settings, mu: float, floor: float = 0.0
    ) -> None:
        self.space, self.counts, self.settings = space, counts, settings
        self.mu, self.floor, self.last = mu, floor, 0.0
        self.filter: list[tuple[float, float]] = []
        self.kernel, self.head = space.kernel, space.head

    def run(self) -> Ending:
        """Iterate until the problem is solved or cannot be."""
        point, tolerance = 0, self.settings.tolerance
        self.kernel.evaluate(self.space.table(point))
        m = self._measure(point)
        if not m.finite:
            return Ending(Status.NOT_FINITE, point, 0, math.inf, self.mu, m)
        self.theta_low, self.theta_high = 1e-4 * max(1.0, m.theta), 1e4 * max(1.0, m.theta)
        for k in range(self.settings.iterations + 1):
            self.space.beats += 1
            error = m.error(0.0, self.counts)
            if error <= tolerance:
                return Ending(Status.SOLVED, point, k, error, self.mu, m)
            if k == self.settings.iterations:
                break
            self._tighten(m)
            status, m = self._step(point, m)
            if status is not None:
                return Ending(status, point, k, error, self.mu, m)
            point = 1 - point
        return Ending(Status.ITERATIONS, point, k, error, self.mu, m)

    def _tighten(self, m: Measures) -> None:
        """Lower the barrier as long as its problem is solved well enough; the filter then begins anew."""
        least = self.settings.tolerance / 10.0
        while self.mu > least and m.error(self.mu, self.counts) <= ENOUGH * self.mu:
            self.mu = max(least, min(SHRINK * self.mu, self.mu * math.sqrt(self.mu)))
            self.filter.clear()

    def _step(self, point: int, m: Measures) -> tuple[Status | None, Measures]:
        """Go to the next point, usually by one call of the kernel; `None` means that the step was taken."""
        head, here, there = self.head, self.space.table(point), self.space.table(1 - point)
        head[:3] = self.mu, max(KEPT, 1.0 - self.mu), self.floor
        self.kernel.iterate(here, there)
        if head[_SOUND] != 1.0 and not self._regularise(here, there):
            return Status.STALLED, m
        found = head.tolist()
        longest, dual, slope = found[_REACH : _REACH + 3]
        if not math.isfinite(slope):
            return Status.NOT_FINITE, m
        trial, alpha = _read(found), longest
        while not (trial.finite and self._accepts(trial, m, slope, alpha)):
            alpha *= 0.5
            if not alpha >= SHORTEST * longest:
                return (Status.STALLED if trial.finite else Status.NOT_FINITE), m
            head[3:5] = alpha, dual
            self.kernel.advance(here)
            self.kernel.evaluate(there)
            self.kernel.measure(there)
            trial = _read(head.tolist())
        return None, trial

    def _regularise(self, here: int, there: int) -> bool:
        """Add as much to the Hessian as makes every eliminated block positive definite (algorithm IC)."""
        delta = max(self.floor, self.last / RELAX if self.last else FIRST)
        while delta < LARGEST:
            self.head[2] = delta
            self.kernel.iterate(here, there)
            if self.head[_SOUND] == 1.0:
                self.last = delta
                return True
            delta *= GROW if self.last else GROW_FIRST
        return False

    def _accepts(self, trial: Measures, m: Measures, slope: float, alpha: float) -> bool:
        """Whether a trial point makes enough progress (eqs. 18 to 21) and the filter has none better."""
        theta, phi = m.theta, m.cost + self.mu * m.logs
        t, p = trial.theta, trial.cost + self.mu * trial.logs
        if not t <= self.theta_high or any(t > a and p > b for a, b in self.filter):
            return False
        slack = ROUNDING * abs(phi)
        if theta <= self.theta_low and _switches(alpha, slope, theta):
            return p - phi <= ARMIJO * alpha * slope + slack
        edge = (1.0 - MARGIN_THETA) * theta, phi - MARGIN_PHI * theta
        if t <= edge[0] or p <= edge[1] + slack:
            self.filter.append(edge)
            return True
        return False

    def _measure(self, point: int) -> Measures:
        self.kernel.measure(self.space.table(point))
        return _read(self.head.tolist())


def _read(head: list[float]) -> Measures:
    cost, price, logs, theta, scatter, size, zsize, missed, still, most, least, _ = head[_MEASURES:]
    finite = math.isfinite(cost + price + logs + theta + scatter)
    return Measures(cost + price, logs, theta, missed, still, most, least, size, zsize, finite)


def _switches(alpha: float, slope: float, theta: float) -> bool:
    """The switching condition (eq. 19) with s_phi = 5/2 and s_theta = 9/8, for square roots are exact everywhere."""
    if not slope < 0.0:
        return False
    return alpha * slope * slope * math.sqrt(-slope) > theta * math.sqrt(math.sqrt(math.sqrt(theta)))
