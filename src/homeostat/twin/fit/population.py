"""Donors that differ: the typical value, the spread between donors, and each donor's own estimate with uncertainty.

In: model, runs of several donors, what to learn, which of it differs between donors (log-normally). Out: `Population`.
Two steps alternate (Lindstrom & Bates 1990, Biometrics 46:673-687; Pinheiro & Bates 1995, Journal of Computational and
Graphical Statistics 4:12-35): each donor's most probable values given the population; then the linear mixed model of
all donors, linearised there. Where the model is linear the result is that of restricted maximum likelihood.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from homeostat.errors import TwinError
from homeostat.twin.fit.donors import State, Steps
from homeostat.twin.fit.estimate import DEFAULTS, Options, fit
from homeostat.twin.fit.free import LN10, Free, LogNormal
from homeostat.twin.fit.mixed import Mixed
from homeostat.twin.fit.multistart import Report
from homeostat.twin.fit.protocol import Array
from homeostat.twin.fit.result import Fit, Interval
from homeostat.twin.fit.runs import Run
from homeostat.twin.model import Model

ROUNDS = 100
SETTLED = 1e-4
"""Change of the centre in its standard deviations, and of the logarithms of the spreads, at which the steps end."""
VAGUE = 1.0
"""A standard deviation of the logarithm of a spread above which no interval is given."""
SPREAD_INTERVAL = "Wald, on the logarithm of the spread: never holds 0, so no test of whether donors differ"


@dataclass(frozen=True)
class Donor:
    """A donor's own `values` by name, and 90 % `intervals` that hold the population's uncertainty too."""

    name: str
    values: Mapping[str, float]
    intervals: Mapping[str, Interval]


@dataclass(frozen=True, eq=False)
class Population:
    """What was learnt of all donors together.

    `typical` is the median over donors of what differs between them, and the common value of the rest, with 90 %
    `intervals`. `spread`: standard deviation of the natural logarithm between donors (about the coefficient of
    variation), with its 90 % `spread_intervals`; None where the donors do not tell it. They are Wald intervals on the
    logarithm of the spread, and so never hold 0: they tell how large a spread is, not whether there is one. `pooled` is
    the fit without differences between donors, from which the steps began.
    """

    free: tuple[Free, ...]
    typical: Mapping[str, float]
    intervals: Mapping[str, Interval]
    spread: Mapping[str, float]
    spread_intervals: Mapping[str, Interval]
    donors: tuple[Donor, ...]
    error_scales: Mapping[str, float]
    pooled: Fit
    mixed: Mixed
    rounds: int

    def belief(self, name: str) -> LogNormal:
        """What is to be believed of `name` in a donor not seen yet: a prior for `Free`. Raises `TwinError`."""
        if name not in self.spread:
            raise TwinError(f"{name} has no spread between donors", mend="one of: " + ", ".join(self.spread))
        place = [each.name for each in self.free].index(name)
        own = float(self.mixed.covariance[place, place]) * LN10**2
        return LogNormal(self.typical[name], math.sqrt(self.spread[name] ** 2 + own))

    def to_json(self) -> dict[str, Any]:
        """The population as plain data."""
        return {
            "typical": [
                {
                    "name": each.name,
                    "unit": each.unit,
                    "value": self.typical[each.name],
                    "interval90": list(self.intervals[each.name]),
                    "spread": self.spread.get(each.name),
                    "spread_interval90": list(self.spread_intervals.get(each.name, ())) or None,
                }
                for each in self.free
            ],
            "donors": [
                {
                    "name": d.name,
                    "values": dict(d.values),
                    "interval90": {n: list(i) for n, i in d.intervals.items()},
                }
                for d in self.donors
            ],
            "error_scales": dict(self.error_scales),
            "spread_interval_kind": SPREAD_INTERVAL,
            "rounds": self.rounds,
        }


def fit_population(
    model: type[Model],
    runs: Sequence[Run],
    learn: Sequence[str | Free],
    differs: Sequence[str],
    options: Options = DEFAULTS,
    *,
    restricted: bool = True,
    progress: Report | None = None,
) -> Population:
    """Learn `learn` from `runs` of several donors; those named in `differs` have a value of their own in each donor.

    Runs belong to the donor they name. `restricted` corrects the spreads for what was spent on the typical values.
    Raises `TwinError` for fewer than two donors, for names that are not learnt or not on a log10 scale, where a
    donor cannot be simulated, and if the steps do not settle.
    """
    pooled = fit(model, runs, learn, options, progress)
    steps = Steps(pooled, differs, options.estimate_errors, restricted)
    state = steps.begin()
    for rounds in range(1, ROUNDS + 1):
        state, mixed, change = steps.advance(state)
        if change < SETTLED:
            return _population(steps, state, mixed, rounds)
    raise TwinError(
        f"the population did not settle in {ROUNDS} rounds",
        mend="let fewer quantities differ between donors, or add priors",
    )


def again(found: Population, runs: Sequence[Run]) -> Population:
    """Learn of `runs` what `found` learnt of its own, in the same way. Raises `TwinError` as `fit_population`."""
    fit, problem = found.pooled, found.pooled.problem
    options = Options(
        starts=len(fit.search.searches) - 1,
        seed=fit.seed,
        estimate_errors=bool(problem.scales),
        robust=problem.robust,
        fixed=problem.fixed,
        tolerance=problem.tolerance,
    )
    return fit_population(problem.model, runs, found.free, tuple(found.spread), options)


def _population(steps: Steps, state: State, mixed: Mixed, rounds: int) -> Population:
    whole = steps.pooled.problem
    free, inside = whole.free, np.clip(mixed.donors, whole.lower, whole.upper)
    ends = [_ends(free, *pair) for pair in zip(inside, mixed.donor_covariances, strict=True)]
    donors = [
        Donor(name, whole.values(theta), intervals)
        for name, theta, intervals in zip(steps.names, inside, ends, strict=True)
    ]
    names = [free[i].name for i in steps.random]
    spread = dict(zip(names, (LN10 * mixed.spread).tolist(), strict=True))
    return Population(
        free,
        steps.pooled.problem.values(state.centre),
        _ends(free, state.centre, mixed.covariance),
        spread,
        _spread_ends(spread, mixed),
        tuple(donors),
        state.scales,
        steps.pooled,
        mixed,
        rounds,
    )


def _ends(free: Sequence[Free], theta: Array, covariance: Array) -> dict[str, Interval]:
    """90 % intervals; None beyond a bound."""
    reach = float(norm.ppf(0.95)) * np.sqrt(np.diag(covariance))
    return {
        each.name: Interval(
            each.value(low) if low > each.coordinate(each.lower) else None,
            each.value(high) if high < each.coordinate(each.upper) else None,
        )
        for each, low, high in zip(free, (theta - reach).tolist(), (theta + reach).tolist(), strict=True)
    }


def _spread_ends(spread: Mapping[str, float], mixed: Mixed) -> dict[str, Interval]:
    """90 % Wald intervals on the logarithm, by its curvature; open where that does not tell, as near a spread of 0."""
    values, vectors = np.linalg.eigh(mixed.curvature)
    told = np.maximum(values, 1e-9)
    deviations = np.sqrt((vectors**2 / told).sum(axis=1)).tolist()
    z = float(norm.ppf(0.95))
    return {
        name: Interval(width * math.exp(-z * sd), width * math.exp(z * sd))
        if sd < VAGUE
        else Interval(None, None)
        for (name, width), sd in zip(spread.items(), deviations, strict=True)
    }
