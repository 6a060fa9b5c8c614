"""Values on which what was learnt hangs: each nearly alone decides a quantity, and no other value can check it.

In: a fit. Out: `Lone` values, whose leverage is near 1 and without which a quantity leaves its own interval. No robust
fit helps there: it goes through such a value, right or wrong (Cook & Weisberg 1982, Residuals and Influence in
Regression).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from homeostat.twin.fit.linearised import estimate_without, rows_of
from homeostat.twin.fit.result import Fit
from homeostat.twin.fit.runs import Run

HIGH = 0.9
"""A leverage near 1: the share that a value has in its own prediction."""
REACH = float(norm.ppf(0.95))
"""Half the width of a 90 % interval in standard deviations."""


@dataclass(frozen=True)
class Lone:
    """The value of `quantity` in `run` at `time_h` on which `name` hangs.

    With it `name` is `value`; without it, it lies between `lower` and `upper` with 90 %, in the same unit.
    """

    run: str
    quantity: str
    time_h: float
    leverage: float
    name: str
    value: float
    lower: float
    upper: float

    def __str__(self) -> str:
        return (
            f"{self.name} hangs on one value, {self.quantity} of run {self.run} at {self.time_h:g} h: without it, "
            f"{self.name} would be {self.lower:.3g} to {self.upper:.3g} instead of {self.value:.3g}, so repeat that "
            "measurement"
        )

    def to_json(self) -> dict[str, Any]:
        """The value and what hangs on it as plain data."""
        return {
            "run": self.run,
            "quantity": self.quantity,
            "time_h": self.time_h,
            "leverage": self.leverage,
            "name": self.name,
            "value": self.value,
            "interval90_without": [self.lower, self.upper],
        }


def lone(fit: Fit) -> tuple[Lone, ...]:
    """The values without which a learnt quantity leaves its 90 % interval, and that no other value checks.

    For each such value, the quantity that moves farthest beside its interval.
    """
    leverage = rows_of(fit.problem, fit.theta).leverage()
    labels = [
        (run, row, column) for run in fit.problem.runs for row, column in np.argwhere(run.present).tolist()
    ]
    found = (
        _hanging(fit, place, float(leverage[place]), *labels[place])
        for place in np.flatnonzero(leverage > HIGH).tolist()
    )
    return tuple(each for each in found if each is not None)


def _hanging(fit: Fit, place: int, leverage: float, run: Run, row: int, column: int) -> Lone | None:
    """What hangs on the value `place` among all, if anything does: learnt again without it."""
    problem, gone = fit.problem, np.arange(fit.observations) == place
    theta = estimate_without(problem, fit.theta, gone)
    moved = np.abs(theta - fit.theta) / (REACH * fit.information.deviations())
    most = int(np.argmax(moved))
    if moved[most] <= 1.0:
        return None
    deviation = float(rows_of(problem, theta, gone).covariance(gone)[most, most]) ** 0.5
    ends = theta[most] + REACH * deviation * np.array([-1.0, 1.0])
    lower, upper = np.clip(ends, problem.lower[most], problem.upper[most]).tolist()
    one, hour = problem.free[most], float(run.time[row])
    value, quantity = fit.values[one.name], run.quantities[column]
    return Lone(run.name, quantity, hour, leverage, one.name, value, one.value(lower), one.value(upper))
