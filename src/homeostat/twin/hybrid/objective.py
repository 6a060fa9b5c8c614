"""Some runs to learn from, others to be judged by, predicted together because that costs hardly more.

In: a model, both kinds of runs, what is to be learnt. Out: at each point, residuals of the first with the priors, and
the error of every run in the units of its measurement errors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeostat.twin.fit import Free, Rejected, Residuals, Run, Tolerance
from homeostat.twin.fit.forward import TOLERANCE, Predicted
from homeostat.twin.fit.problem import RunProblem
from homeostat.twin.fit.protocol import Array
from homeostat.twin.fit.runs import check_runs
from homeostat.twin.model import Model


@dataclass(frozen=True, eq=False)
class Judged:
    """What holds at one point: `residuals` of the runs learnt from, with priors, and the `errors` of every run.

    An error is the root mean square of (predicted - measured) / standard deviation over the judged quantities.
    """

    residuals: Residuals
    errors: Mapping[str, float]


class Objective:
    """Residuals of `runs` and of the priors; `others` are only judged.

    `judged` names the quantities that count when a run is judged (all, if none are named). `soft` replaces a residual
    by one that grows with its root beyond 1 (soft L1 loss), against outliers; errors of judged runs are softened too.
    """

    def __init__(
        self,
        model: type[Model],
        runs: Sequence[Run],
        others: Sequence[Run],
        learn: Sequence[Free],
        *,
        judged: Sequence[str] = (),
        soft: bool = False,
        tolerance: Tolerance = TOLERANCE,
    ) -> None:
        check_runs(model, [*runs, *others])
        self.problem = RunProblem(model, [*runs, *others], learn, tolerance=tolerance)
        self.learnt, self.judged, self.soft = len(runs), tuple(judged), soft

    def at(self, thetas: Array) -> list[Judged | Rejected]:
        """What holds at each row of `thetas` (n, k)."""
        predicted = self.problem.predictions(thetas)
        return [self._judged(theta, said) for theta, said in zip(thetas, predicted, strict=True)]

    def _judged(self, theta: Array, said: Sequence[Predicted | Rejected]) -> Judged | Rejected:
        parts, errors = [], {}
        for place, (run, each) in enumerate(zip(self.problem.runs, said, strict=True)):
            if isinstance(each, Rejected):
                if place < self.learnt:
                    return each
                errors[run.name] = float("inf")
                continue
            deviations = self.problem.deviations(run)
            r = (each.values - run.measured) / deviations
            slopes = each.slopes / deviations[..., None]
            counted = run.present & self._counted(run)
            errors[run.name] = _root_mean_square(self._softened(Residuals(r, slopes)).r[counted])
            if place < self.learnt:
                parts.append(self._softened(Residuals(r[run.present], slopes[run.present])))
        parts.append(self.problem.beliefs(theta))
        rows = [np.concatenate([part[i] for part in parts]) for i in range(2)]
        return Judged(Residuals(rows[0], rows[1]), errors)

    def _counted(self, run: Run) -> NDArray[np.bool_]:
        return np.array([not self.judged or q in self.judged for q in run.quantities])

    def _softened(self, found: Residuals) -> Residuals:
        """Residuals whose squares are the soft L1 loss 2 (sqrt(1 + r²) - 1), with their slopes."""
        if not self.soft:
            return found
        root = np.sqrt(1.0 + found.r**2)
        factor = np.sqrt(2.0 / (root + 1.0))
        slope = 0.5 * factor * (root + 1.0) / root
        return Residuals(found.r * factor, found.jacobian * slope[..., None])


def _root_mean_square(r: Array) -> float:
    return float(np.sqrt(np.mean(r**2))) if len(r) else 0.0
