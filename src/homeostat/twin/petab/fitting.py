"""Fit a PEtab problem from many random starts within its bounds.

In: a problem, numbers of starts and hops, a seed. Out: `Fit`, in the likelihood of the problem. Every start is searched
with a quick simulation; then points beside the best ends are; the best of all are continued with an exact one. Normal
noise is fitted as least squares, by Levenberg-Marquardt; everything else as a scalar. One seed, one result.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from homeostat.twin.fit import Multistart, Progress, Search, Settings, multistart, start_points
from homeostat.twin.fit.multistart import Report
from homeostat.twin.fit.protocol import Rejected
from homeostat.twin.petab.integration import Accuracy, Array
from homeostat.twin.petab.marquardt import search
from homeostat.twin.petab.problem import Problem

QUICK = Accuracy(1e-5, 1e-8, 3000)
"""Where a condition takes more steps than that, parameters are absurd: the published optima take a few hundred."""
SETTINGS = Settings(ftol=1e-6, xtol=1e-9, gtol=1e-6, evaluations=500)
REFINED = 5
"""So many of the best searches are the bases of hops, and in the end continued with the problem's own accuracy."""
APART = 1e-3
"""Costs closer than this, relative to their size, belong to one valley."""
HOP_SHARE, HOP_WIDTH = 0.3, 0.1
"""A hop moves this share of the coordinates, by a normal deviate of this much of the range between their bounds."""


@dataclass(frozen=True)
class Fit:
    """All `searches`, best first; every cost in them is a negative log-likelihood (priors included).

    Up to `REFINED` first ones were continued with the accuracy of the problem; the costs of the others are approximate.
    """

    problem: Problem
    searches: Multistart

    @property
    def value(self) -> float:
        """The lowest negative log-likelihood that was found."""
        return self.searches.best.cost

    @property
    def values(self) -> dict[str, float]:
        """The plain values of the estimated parameters there."""
        best = self.searches.best.theta
        return {p.id: p.plain(float(t)) for p, t in zip(self.problem.parameters, best, strict=True)}


def fit(
    problem: Problem,
    starts: int = 40,
    seed: int = 0,
    *,
    hops: int = 120,
    settings: Settings = SETTINGS,
    quick: Accuracy = QUICK,
    progress: Report | None = None,
) -> Fit:
    """Search from `starts` points that `seed` draws on the scales of the table, then `hops` times beside the best.

    Both are searches; `progress` counts them together. Raises `Rejected` if no start point has a value.
    """
    told = _Told(starts + hops, progress)
    rough = problem.at(quick)
    found = [told(_search(rough, x, settings, k)) for k, x in enumerate(start_points(problem, starts, seed))]
    if not (pool := _distinct(found)):
        raise Rejected(
            f"none of {starts} start points could be evaluated: {found[0].message if found else 'none was asked for'}",
            where=problem.name,
            mend="narrow the bounds around values that can be simulated",
        )
    draw = np.random.default_rng([seed, starts])
    for k in range(hops):
        base = pool[k % len(pool)] if k < hops // 2 else pool[0]
        begin = _beside(problem, base.theta, draw)
        found.append(told(_search(rough, begin, settings, starts + k)))
        pool = _distinct(found)
    return Fit(problem, Multistart(problem.names, _refined(problem, pool, found, settings)))


def _distinct(found: Sequence[Search]) -> list[Search]:
    """Return the `REFINED` best searches that ended in different valleys, told apart by their costs."""
    kept: list[Search] = []
    for each in _sorted(found):
        apart = not kept or each.cost > kept[-1].cost + APART * max(1.0, abs(kept[-1].cost))
        if apart and each.cost < math.inf and len(kept) < REFINED:
            kept.append(each)
    return kept


def _beside(problem: Problem, theta: Array, draw: np.random.Generator) -> Array:
    """Return a point some of whose coordinates lie elsewhere. Wales & Doye 1997, J. Phys. Chem. A 101:5111-5116."""
    moved = draw.random(theta.size) < HOP_SHARE
    shift = HOP_WIDTH * (problem.upper - problem.lower) * draw.normal(size=theta.size)
    return np.clip(theta + moved * shift, problem.lower, problem.upper)


def _refined(
    problem: Problem, pool: Sequence[Search], found: Sequence[Search], settings: Settings
) -> tuple[Search, ...]:
    """Continue those of `pool` exactly: first what has a value then, behind it everything else that was `found`."""
    exact = [_search(problem, s.theta, settings, s.number) for s in pool]
    sound = [
        replace(e, begin=s.begin, evaluations=s.evaluations + e.evaluations)
        for s, e in zip(pool, exact, strict=True)
        if e.cost < math.inf
    ]
    numbers = {s.number for s in sound}
    return (*_sorted(sound), *_sorted([s for s in found if s.number not in numbers]))


@dataclass
class _Told:
    """Counts searches and reports each."""

    total: int
    progress: Report | None
    done: int = 0
    lowest: float = math.inf

    def __call__(self, found: Search) -> Search:
        self.done, self.lowest = self.done + 1, min(self.lowest, found.cost)
        if self.progress is not None:
            self.progress(Progress(self.done, self.total, self.lowest))
        return found


def _sorted(searches: Sequence[Search]) -> tuple[Search, ...]:
    return tuple(sorted(searches, key=lambda found: (found.cost, found.number)))


def _search(problem: Problem, begin: Array, settings: Settings, number: int) -> Search:
    """One local search, its cost a negative log-likelihood."""
    squares = problem.squares
    if squares is None:
        (found,) = multistart(problem, 0, first=[begin], settings=settings).searches
        return replace(found, number=number)
    found = search(squares, begin, settings, number)
    return replace(found, cost=found.cost + squares.offset)
