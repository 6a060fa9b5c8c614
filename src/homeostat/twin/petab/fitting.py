"""Fit a PEtab problem from many random starts within its bounds.

In: a problem, numbers of starts and hops, a seed. Out: `Fit`, in the likelihood of the problem. Every start is searched
with a quick simulation, then points beside the best ends (`twin.fit.hopping`); the deepest valleys are continued with
an exact one. Normal noise is fitted as least squares, everything else as a scalar. One seed, one result.
"""

from dataclasses import dataclass, replace

from homeostat.twin.fit import Multistart, Outcome, Progress, Settings, hopping, multistart, valleys
from homeostat.twin.fit.multistart import Report, silent, sorted_searches
from homeostat.twin.fit.protocol import Problem as Searched
from homeostat.twin.petab.integration import Accuracy
from homeostat.twin.petab.problem import Problem

QUICK = Accuracy(1e-5, 1e-8, 3000)
"""Where a condition takes more steps than that, parameters are absurd: the published optima take a few hundred."""
SETTINGS = Settings(ftol=1e-6, xtol=1e-9, gtol=1e-6, evaluations=500)
STARTS, HOPS = 100, 100
"""Where one valley hides among wide ones (Crauste), a new start finds it more often than a hop: in 9 of 150 searches
against 0 to 4. Where every start ends on a slope (Boehm, Fujita), only hops come down."""


@dataclass(frozen=True)
class Fit:
    """All `searches`, best first; every cost in them is a negative log-likelihood (priors included).

    The first ones, ends of the deepest valleys, were continued with the accuracy of the problem; the costs of the
    others are approximate.
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
    starts: int = STARTS,
    seed: int = 0,
    *,
    hops: int = HOPS,
    settings: Settings = SETTINGS,
    quick: Accuracy = QUICK,
    progress: Report | None = None,
) -> Fit:
    """Search from `starts` points that `seed` draws on the scales of the table, then `hops` times beside the best.

    Both are searches; `progress` counts them together. Raises `Rejected` if no start point has a value.
    """
    rough, offset = _searched(problem.at(quick))

    def report(seen: Progress) -> None:
        (progress or silent)(Progress(seen.done, starts + hops, seen.cost + offset))

    found = multistart(rough, starts, seed, settings=settings, progress=report)
    found = hopping(rough, found, hops, seed, settings=settings, progress=report)
    return Fit(problem, _refined(problem, found, settings))


def _searched(problem: Problem) -> tuple[Searched, float]:
    """Return what an optimiser is given of `problem`, and what its costs have less than the likelihood."""
    squares = problem.squares
    return (problem, 0.0) if squares is None else (squares, squares.offset)


def _refined(problem: Problem, found: Multistart, settings: Settings) -> Multistart:
    """Continue the deepest valleys exactly: first what has a value then, behind it everything else of `found`."""
    exact, offset = _searched(problem)
    deepest = valleys(found)
    ends = multistart(exact, 0, first=[each.theta for each in deepest], settings=settings)
    sound = [
        replace(
            end,
            number=deepest[end.number].number,
            begin=deepest[end.number].begin,
            cost=end.cost + offset,
            evaluations=deepest[end.number].evaluations + end.evaluations,
        )
        for end in ends.searches
        if end.outcome is not Outcome.REJECTED
    ]
    numbers = {each.number for each in sound}
    others = [replace(s, cost=s.cost + offset) for s in found.searches if s.number not in numbers]
    return Multistart(problem.names, (*sorted_searches(sound), *others))
