"""Many local searches of one problem: the start points come from a seed, the result is sorted by cost.

In: a problem in the sense of `protocol`, any known start points, a seed. Out: every search with its outcome. Start
points: Latin hypercube between the bounds (McKay, Beckman & Conover 1979, Technometrics 21:239-245).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.stats import qmc

from homeostat.errors import TwinError
from homeostat.twin.fit.local import DEFAULT, Outcome, Search, Settings, search
from homeostat.twin.fit.lockstep import together
from homeostat.twin.fit.protocol import Array, Batched, Bounded, LeastSquares, Problem, Rejected


class Progress(NamedTuple):
    """How far a multi-start is: searches `done` of `total`, and the lowest `cost` so far."""

    done: int
    total: int
    cost: float


AT_ONCE = 64
"""Searches that share evaluations: enough to fill a processor's lanes, few enough for its memory."""
Report = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Multistart:
    """All `searches`, best first; those of equal cost in the order of their start points."""

    names: tuple[str, ...]
    searches: tuple[Search, ...]

    @property
    def best(self) -> Search:
        """The search of lowest cost. Raises `Rejected` when the problem has a value at no start point."""
        if self.searches[0].outcome is Outcome.REJECTED:
            raise Rejected(
                f"none of {len(self.searches)} start points could be evaluated: {self.searches[0].message}",
                where="multistart",
                mend="narrow the bounds around values that can be simulated",
            )
        return self.searches[0]

    def reached(self, within: float = 1e-3) -> int:
        """How many searches ended within the relative difference `within` of the lowest cost."""
        best = self.best.cost
        return sum(found.cost <= best + within * max(1.0, abs(best)) for found in self.searches)


def start_points(problem: Bounded, count: int, seed: int) -> Array:
    """`count` points (count, k) between the bounds, a Latin hypercube from `seed`."""
    check_bounds(problem)
    if count < 1 or not len(problem.lower):
        return np.empty((0, len(problem.lower)))
    unit = qmc.LatinHypercube(len(problem.lower), seed=np.random.default_rng(seed)).random(count)
    return np.asarray(problem.lower + unit * (problem.upper - problem.lower), np.float64)


def multistart(
    problem: Problem,
    starts: int = 10,
    seed: int = 0,
    *,
    first: Sequence[Array] = (),
    settings: Settings = DEFAULT,
    progress: Report | None = None,
) -> Multistart:
    """Search from each of `first` (k,), then from `starts` points drawn by `seed`.

    A `Batched` problem is evaluated for many searches at once; the results are the same. Raises `TwinError` for
    bounds without room between them, and when there is nothing to begin from.
    """
    begins = [*(np.asarray(point, np.float64) for point in first), *start_points(problem, starts, seed)]
    if not begins:
        raise TwinError("there is no start point", where="multistart", mend="ask for at least one start")
    check_bounds(problem)
    report = progress or silent
    found: list[Search] = []
    for ended in _searches(problem, begins, settings):
        found.append(ended)
        report(Progress(len(found), len(begins), min(each.cost for each in found)))
    return Multistart(tuple(problem.names), sorted_searches(found))


def sorted_searches(found: Iterable[Search]) -> tuple[Search, ...]:
    """Return `found` by cost; what costs the same, by number."""
    return tuple(sorted(found, key=lambda each: (each.cost, each.number)))


def _searches(problem: Problem, begins: Sequence[Array], settings: Settings) -> Iterator[Search]:
    """Each search as it ends."""
    if not isinstance(problem, Batched):
        yield from (search(problem, begin, settings, number) for number, begin in enumerate(begins))
        return
    for first in range(0, len(begins), AT_ONCE):
        tasks = [
            partial(_task, begin, settings, number)
            for number, begin in enumerate(begins[first : first + AT_ONCE], first)
        ]
        yield from together(problem, tasks)


def _task(begin: Array, settings: Settings, number: int, problem: LeastSquares) -> Search:
    return search(problem, begin, settings, number)


def check_bounds(problem: Bounded) -> None:
    """Raise `TwinError` for the first coordinate whose bounds are not finite and ascending."""
    for name, low, high in zip(problem.names, problem.lower.tolist(), problem.upper.tolist(), strict=True):
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise TwinError(
                f"the bounds [{low}, {high}] of {name} leave no room to search",
                where="multistart",
                mend="give finite bounds, the lower below the upper",
            )
