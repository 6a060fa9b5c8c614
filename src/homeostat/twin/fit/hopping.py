"""Searches beside the best ends of a multi-start: how to leave a valley that only looks like the deepest.

In: a problem, the searches made so far, a seed. Out: the same searches and the new ones. A hop moves some coordinates
of an end at random, now a little, now far, and searches from there (basin hopping: Wales & Doye 1997, J. Phys. Chem. A
101:5111-5116). Its bases are the ends of different valleys, told apart by cost; in the second half, the deepest alone.
"""

import math

import numpy as np

from homeostat.twin.fit.local import DEFAULT, Outcome, Search, Settings, search
from homeostat.twin.fit.multistart import Multistart, Progress, Report, silent, sorted_searches
from homeostat.twin.fit.protocol import Array, Bounded, Problem

VALLEYS = 5
"""So many of the deepest valleys are the bases of hops."""
APART = 0.1
"""Costs closer than this belong to one valley. They are log-likelihoods: data do not tell such ends apart."""
SHARE = 0.3
"""A hop moves each coordinate with this probability."""
NARROW, WIDE = 0.05, 0.5
"""It moves by a normal deviate of a share of the range between the bounds; the share is drawn log-uniformly."""
DRAWS = 3
"""So many points are drawn for one hop, until one has a value."""


def hopping(
    problem: Problem,
    found: Multistart,
    hops: int,
    seed: int = 0,
    *,
    settings: Settings = DEFAULT,
    progress: Report | None = None,
) -> Multistart:
    """Search `hops` times beside the best ends of `found`; `progress` goes on counting where `found` has ended.

    Every hop knows the searches before it and is numbered after them. Raises `Rejected` if none of `found` has a value.
    """
    report = progress or silent
    draw = np.random.default_rng([seed, len(found.searches)])
    total = len(found.searches) + hops
    for k in range(hops):
        bases = valleys(found) or (found.best,)
        base = bases[k % len(bases)] if k < hops // 2 else bases[0]
        ended = _hop(problem, base.theta, settings, len(found.searches), draw)
        found = Multistart(found.names, sorted_searches((*found.searches, ended)))
        report(Progress(len(found.searches), total, found.best.cost))
    return found


def valleys(found: Multistart, count: int = VALLEYS) -> tuple[Search, ...]:
    """Return the ends of the `count` deepest valleys, told apart by their costs, deepest first."""
    kept: list[Search] = []
    for each in found.searches:
        if each.cost < math.inf and (not kept or each.cost > kept[-1].cost + APART):
            kept.append(each)
    return tuple(kept[:count])


def _hop(
    problem: Problem, theta: Array, settings: Settings, number: int, draw: np.random.Generator
) -> Search:
    for _ in range(DRAWS):
        found = search(problem, _beside(problem, theta, draw), settings, number)
        if found.outcome is not Outcome.REJECTED:
            break
    return found


def _beside(problem: Bounded, theta: Array, draw: np.random.Generator) -> Array:
    """Return a point of which some coordinates, one at least, lie elsewhere."""
    moved = draw.random(theta.size) < SHARE
    moved[draw.integers(theta.size)] = True
    width = NARROW * (WIDE / NARROW) ** draw.random() * (problem.upper - problem.lower)
    shift = width * draw.normal(size=theta.size)
    return np.asarray(np.clip(theta + moved * shift, problem.lower, problem.upper), np.float64)
