"""The result of a fit: what was learnt, how surely, and everything needed to judge it or to state it as plain data."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from scipy.stats import norm

from homeostat.twin.fit.information import Information, information
from homeostat.twin.fit.local import Search
from homeostat.twin.fit.multistart import Multistart
from homeostat.twin.fit.problem import RunProblem, change
from homeostat.twin.fit.protocol import Array, Residuals

AT_BOUND = 1e-3
"""A quantity this share of its range from a bound lies at it, if its interval reaches the bound."""
SETTLED = 0.01
"""Relative change of a standard deviation at which the weights of a fit count as those of its own predictions."""


class Interval(NamedTuple):
    """From `lower` to `upper` in the quantity's unit; None where the runs set no limit within the bounds."""

    lower: float | None
    upper: float | None


@dataclass(frozen=True, eq=False)
class Fit:
    """Learnt quantities at coordinates `theta` (k,) of `problem`, from `search` begun by `seed`."""

    problem: RunProblem
    search: Multistart
    seed: int

    @property
    def theta(self) -> Array:
        """The coordinates (k,) of the best search."""
        return self.search.best.theta

    @cached_property
    def values(self) -> Mapping[str, float]:
        """What was learnt, by name, in the model's units."""
        return self.problem.values(self.theta)

    @property
    def cost(self) -> float:
        """Half the weighted sum of squares, priors included."""
        return self.search.best.cost

    @cached_property
    def residuals(self) -> Residuals:
        """Weighted residuals and Jacobian at the estimate."""
        return self.problem.residuals(self.theta)

    @cached_property
    def information(self) -> Information:
        """The Fisher information of the coordinates."""
        width = self.problem.upper - self.problem.lower
        return information(self.problem.names, self.residuals.jacobian, width)

    @cached_property
    def settled(self) -> bool:
        """Whether errors that grow with the value are those at the fit's own predictions."""
        return change(self.problem, self.problem.reweighted(self.theta)) < SETTLED

    @property
    def observations(self) -> int:
        """How many measured values were fitted."""
        return len(self.problem.blocks())

    def intervals(self, level: float = 0.9) -> Mapping[str, Interval]:
        """Intervals of probability `level` from the Fisher information, by name; symmetric on the search's scale."""
        reach = float(norm.ppf(0.5 + 0.5 * level)) * self.information.deviations()
        below, above = self.theta - reach, self.theta + reach
        lower, upper = self.problem.lower, self.problem.upper
        return {
            each.name: Interval(
                each.value(float(below[i])) if below[i] > lower[i] else None,
                each.value(float(above[i])) if above[i] < upper[i] else None,
            )
            for i, each in enumerate(self.problem.free)
        }

    def at_bounds(self) -> tuple[str, ...]:
        """The names whose estimate lies at a bound: the runs ask for values beyond it."""
        share = (self.theta - self.problem.lower) / (self.problem.upper - self.problem.lower)
        ends = self.intervals()
        found = []
        for name, part in zip(self.problem.names, share.tolist(), strict=True):
            below = part < AT_BOUND and ends[name].lower is None
            if below or (part > 1.0 - AT_BOUND and ends[name].upper is None):
                found.append(name)
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """The result as plain data: estimates with 90 % intervals, error scales, and how each search ended."""
        model, intervals = self.problem.model, self.intervals()
        return {
            "model": model.__name__,
            "fingerprint": model.fingerprint(),
            "runs": [run.name for run in self.problem.runs],
            "observations": self.observations,
            "seed": self.seed,
            "cost": self.cost,
            "estimates": [
                {
                    "name": each.name,
                    "unit": each.unit,
                    "value": self.values[each.name],
                    "interval90": list(intervals[each.name]),
                    "bounds": [each.lower, each.upper],
                    "scale": str(each.scale),
                    "at_bound": each.name in self.at_bounds(),
                }
                for each in self.problem.free
            ],
            "error_scales": dict(self.problem.scales),
            "errors_settled": self.settled,
            "searches": [_row(found) for found in self.search.searches],
            "reached_best": self.search.reached(),
        }


def _row(found: Search) -> dict[str, Any]:
    return {
        "start": found.number,
        "outcome": str(found.outcome),
        "cost": found.cost if math.isfinite(found.cost) else None,
        "evaluations": found.evaluations,
        "message": found.message,
    }
