"""The two alternating steps by which a population is learnt, for given data.

In: the pooled fit and where the steps stand. Out: the next state, with the mixed model it came from. First each donor's
most probable coordinates given the population, then the linear mixed model of all donors, linearised there.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.fit.ending import MEND
from homeostat.twin.fit.free import LN10, Scale
from homeostat.twin.fit.local import Outcome, search
from homeostat.twin.fit.mixed import Mixed, Quadratic, Spreads, linear_mixed
from homeostat.twin.fit.problem import RunProblem
from homeostat.twin.fit.protocol import Array, Residuals
from homeostat.twin.fit.result import Fit

BEGIN = 0.3
"""First guess at the spread, of the natural logarithm."""


class State(NamedTuple):
    """Where the steps stand: centre (d,), spreads (r,), each donor's coordinates (n, d), scales of the errors."""

    centre: Array
    spread: Array
    donors: Array
    scales: Mapping[str, float]


class _Own:
    """A donor's problem in its random coordinates, drawn towards the centre as strongly as the spread tells."""

    def __init__(self, problem: RunProblem, random: Sequence[int], state: State) -> None:
        self.problem, self.random = problem, list(random)
        self.centre, self.spread = state.centre, state.spread
        self.names = tuple(problem.names[i] for i in random)
        self.lower, self.upper = problem.lower[self.random], problem.upper[self.random]

    def whole(self, theta: Array) -> Array:
        """All coordinates (d,): the donor's own where they are random, the common ones elsewhere."""
        theta_all = self.centre.copy()
        theta_all[self.random] = theta
        return theta_all

    def residuals(self, theta: Array) -> Residuals:
        """Those of the donor's runs, then one for each random coordinate."""
        found = self.problem.residuals(self.whole(theta))
        drawn = (theta - self.centre[self.random]) / self.spread
        return Residuals(
            np.concatenate([found.r, drawn]),
            np.concatenate([found.jacobian[:, self.random], np.diag(1.0 / self.spread)]),
        )


class Steps:
    """The two alternating steps for given data."""

    def __init__(self, pooled: Fit, differs: Sequence[str], estimate_errors: bool, restricted: bool) -> None:
        self.pooled, self.estimate_errors, self.restricted = pooled, estimate_errors, restricted
        problem = pooled.problem
        self.random = _random(problem, differs)
        self.names = tuple(dict.fromkeys(run.donor for run in problem.runs))
        if len(self.names) < 2:
            raise TwinError(
                "differences between donors need two donors or more", mend="name the runs' donors"
            )
        unbelieving = [replace(each, prior=None) for each in problem.free]
        self.problems = [
            RunProblem(
                problem.model,
                [run for run in problem.runs if run.donor == name],
                unbelieving,
                fixed=problem.fixed,
                tolerance=problem.tolerance,
                robust=problem.robust,
            )
            for name in self.names
        ]

    def begin(self) -> State:
        """Every donor as in the pooled fit."""
        theta = self.pooled.theta
        spread = np.full(len(self.random), BEGIN / LN10)
        scales = {q: self.pooled.problem.scales.get(q, 1.0) for q in self.pooled.problem.blocks()}
        return State(theta, spread, np.tile(theta, (len(self.names), 1)), scales)

    def advance(self, state: State) -> tuple[State, Mixed, float]:
        """Both steps once; also how much they changed."""
        problems = [
            problem.rescaled(state.scales).reweighted(at)
            for problem, at in zip(self.problems, state.donors, strict=True)
        ]
        modes = [self._mode(p, state, at) for p, at in zip(problems, state.donors, strict=True)]
        found = [problem.residuals(mode) for problem, mode in zip(problems, modes, strict=True)]
        quadratics = [_quadratic(each, mode) for each, mode in zip(found, modes, strict=True)]
        whole = self.pooled.problem
        belief = _quadratic(whole.beliefs(state.centre), state.centre)
        width = whole.upper - whole.lower
        spreads = Spreads(quadratics, belief, self.random, whole.names, width, self.restricted)
        mixed = linear_mixed(spreads, state.spread)
        centre = np.clip(mixed.centre, whole.lower, whole.upper)
        scales = self._scales(problems, found, mixed, state) if self.estimate_errors else state.scales
        moved = np.abs(centre - state.centre) / np.sqrt(np.diag(mixed.covariance))
        ratios = [
            *np.log(mixed.spread / state.spread),
            *(math.log(scales[q] / state.scales[q]) for q in scales),
        ]
        change = float(max(moved.max(), np.abs(ratios).max()))
        return State(centre, mixed.spread, np.stack(modes), scales), mixed, change

    def _mode(self, problem: RunProblem, state: State, at: Array) -> Array:
        """The donor's most probable coordinates (d,), searched from where it was."""
        own = _Own(problem, self.random, state)
        found = search(own, at[self.random])
        if found.outcome is Outcome.REJECTED:
            raise TwinError(
                f"a donor cannot be simulated: {found.message}", where=problem.runs[0].donor, mend=MEND
            )
        return own.whole(found.theta)

    def _scales(
        self, problems: Sequence[RunProblem], found: Sequence[Residuals], mixed: Mixed, state: State
    ) -> dict[str, float]:
        """The scale of each quantity's error that the residuals of all donors ask for."""
        blocks = np.array([q for problem in problems for q in problem.blocks()])
        squares = np.concatenate([each.r**2 for each in found])
        spent = np.concatenate(
            [
                np.einsum("ij,jk,ik->i", f.jacobian, c, f.jacobian)
                for f, c in zip(found, mixed.donor_covariances, strict=True)
            ]
        )
        return {
            q: state.scales[q] * math.sqrt(float((squares + spent)[blocks == q].mean()))
            for q in dict.fromkeys(blocks.tolist())
        }


def _random(problem: RunProblem, differs: Sequence[str]) -> list[int]:
    if not differs:
        raise TwinError("nothing differs between donors", mend="name what does, or fit all runs together")
    places = []
    for name in differs:
        if name not in problem.names:
            raise TwinError(
                f"{name} differs between donors but is not learnt", mend="name it in what to learn, too"
            )
        place = problem.names.index(name)
        if problem.free[place].scale is not Scale.LOG10:
            raise TwinError(
                f"{name} cannot be log-normal between donors on a linear scale",
                mend="give a lower bound above 0",
            )
        places.append(place)
    return places


def _quadratic(found: Residuals, theta: Array) -> Quadratic:
    """Half the sum of squares, residuals linearised at `theta`."""
    matrix = found.jacobian.T @ found.jacobian
    return Quadratic(matrix, matrix @ theta - found.jacobian.T @ found.r)
