"""Runs and what is to be learnt from them, as a weighted sum of squares.

In: `theta` (k,), the coordinates of the `Free` quantities. Out: residuals (measured values in the order of run, time,
quantity; then priors) with their Jacobian. Half their sum of squares is the negative log-likelihood of independent
Gaussian errors with known standard deviations, plus the negative log-density of the priors, up to a constant. A
robust problem counts large residuals by their size instead of their square (soft L1). Errors that grow with the value
are at first those at the measured value, which an outlier makes large and a low value small; `reweighted` makes them
those at a prediction.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Self

import numpy as np

from homeostat.twin.fit.forward import TOLERANCE, Forward, Predicted, Tolerance
from homeostat.twin.fit.free import Free
from homeostat.twin.fit.protocol import Array, Rejected, Residuals
from homeostat.twin.fit.runs import Run
from homeostat.twin.model import Model

LEAST = 0.1
"""No value counts as known better than this share of the error at the value itself: a prediction of 0 has no error."""


class RunProblem:
    """The least squares problem of `runs`; `scales` multiply the standard deviations of a quantity (default 1)."""

    def __init__(
        self,
        model: type[Model],
        runs: Sequence[Run],
        free: Sequence[Free],
        *,
        scales: Mapping[str, float] | None = None,
        fixed: Mapping[str, float] | None = None,
        tolerance: Tolerance = TOLERANCE,
        robust: bool = False,
    ) -> None:
        self.model, self.runs, self.free = model, tuple(runs), tuple(free)
        self.scales, self.tolerance = dict(scales or {}), tolerance
        self.fixed, self.robust = dict(fixed or {}), robust
        self.errors = {run.name: run.deviations for run in self.runs}
        self.names = tuple(each.name for each in free)
        self.lower = np.array([each.coordinate(each.lower) for each in free])
        self.upper = np.array([each.coordinate(each.upper) for each in free])
        self.directions = tuple(dict.fromkeys(each.base for each in free))
        self.forward = Forward(model, runs, self.directions, tolerance)
        self._states, self._parameters = self._known()

    @property
    def start(self) -> Array:
        """The coordinates (k,) of the declared start values."""
        return np.array(
            [each.coordinate(each.lower if each.start is None else each.start) for each in self.free]
        )

    def values(self, theta: Array) -> dict[str, float]:
        """What is learnt, in its own units, at `theta`."""
        return {each.name: each.value(at) for each, at in zip(self.free, theta.tolist(), strict=True)}

    def rescaled(self, scales: Mapping[str, float]) -> Self:
        """The same problem with other `scales` of the standard deviations."""
        other = copy(self)
        other.scales = dict(scales)
        return other

    def reweighted(self, theta: Array, share: float = 1.0) -> Self:
        """The same problem with the errors that measurements of what is predicted at `theta` (k,) would have.

        With a `share` below 1, errors that part of the way there, in the logarithm. Itself where no declared error
        grows with the value. Raises `Rejected`.
        """
        if not any(noise.relative for run in self.runs for noise in run.noise.values()):
            return self
        other = copy(self)
        other.errors = {
            run.name: self.errors[run.name] ** (1.0 - share)
            * np.maximum(_expected(run, said.values), LEAST * run.deviations) ** share
            for run, said in zip(self.runs, self.said(theta), strict=True)
        }
        return other

    def robust_too(self) -> Self:
        """The same problem, in which large residuals count by their size."""
        other = copy(self)
        other.robust = True
        return other

    def said(self, theta: Array) -> list[Predicted]:
        """What the model says of each run at `theta` (k,). Raises `Rejected`."""
        found = []
        for said in self.predictions(theta[None])[0]:
            if isinstance(said, Rejected):
                raise said
            found.append(said)
        return found

    def among(self, runs: Sequence[Run]) -> "RunProblem":
        """The same quantities and error scales with other `runs`."""
        return RunProblem(
            self.model,
            runs,
            self.free,
            scales=self.scales,
            fixed=self.fixed,
            tolerance=self.tolerance,
            robust=self.robust,
        )

    def residuals(self, theta: Array) -> Residuals:
        """Residuals (m,) and Jacobian (m, k) at `theta`. Raises `Rejected` when a run cannot be simulated."""
        found = self.residuals_at(theta[None])[0]
        if isinstance(found, Rejected):
            raise found
        return found

    def residuals_at(self, thetas: Array) -> list[Residuals | Rejected]:
        """As `residuals`, for each row of `thetas` (n, k) at once."""
        predicted = self.predictions(thetas)
        return [self._residuals(theta, runs) for theta, runs in zip(thetas, predicted, strict=True)]

    def predictions(self, thetas: Array) -> list[list[Predicted | Rejected]]:
        """What the model says of each run at each row of `thetas` (n, k); slopes are by the coordinates."""
        points = [self._point(theta) for theta in thetas]
        states, parameters = (np.stack(each) for each in zip(*points, strict=True))
        chains = [self._chains(theta) for theta in thetas]
        return [
            [
                each if isinstance(each, Rejected) else Predicted(each.values, each.slopes @ chain)
                for each, chain in zip(runs, chain_of_runs, strict=True)
            ]
            for runs, chain_of_runs in zip(self.forward(states, parameters), chains, strict=True)
        ]

    def blocks(self) -> list[str]:
        """The quantity of each residual that is a measured value, in order."""
        return [
            str(q)
            for run in self.runs
            for q in np.broadcast_to(run.quantities, run.measured.shape)[run.present]
        ]

    def _known(self) -> tuple[Array, Array]:
        """Initial states (runs, nx) and parameters (runs, np) before anything is learnt."""
        s = self.model.signature
        given = {n: v for n, v in self.fixed.items() if n in s.parameters.names}
        begin = {n: v for n, v in self.fixed.items() if n not in given}
        states = [s.states.vector({**begin, **run.initial}) for run in self.runs]
        return np.array(states), np.array(
            [s.parameters.vector({**given, **run.parameters}) for run in self.runs]
        )

    def _point(self, theta: Array) -> tuple[Array, Array]:
        """Initial states and parameters of each run at `theta`."""
        s = self.model.signature
        states, parameters = self._states.copy(), self._parameters.copy()
        for each, value in zip(self.free, self.values(theta).values(), strict=True):
            rows = [i for i, run in enumerate(self.runs) if each.concerns(run.name)]
            if each.base in s.states.names:
                states[rows, s.states.index(each.base)] = value
            else:
                parameters[rows, s.parameters.index(each.base)] = value
        return states, parameters

    def _chains(self, theta: Array) -> list[Array]:
        """For each run, the derivative (d, k) of its directions with respect to the coordinates."""
        slopes = [
            each.slope(value) for each, value in zip(self.free, self.values(theta).values(), strict=True)
        ]
        chains = []
        for run in self.runs:
            chain = np.zeros((len(self.directions), len(self.free)))
            for column, (each, slope) in enumerate(zip(self.free, slopes, strict=True)):
                if each.concerns(run.name):
                    chain[self.directions.index(each.base), column] = slope
            chains.append(chain)
        return chains

    def _residuals(self, theta: Array, runs: Sequence[Predicted | Rejected]) -> Residuals | Rejected:
        parts = []
        for run, said in zip(self.runs, runs, strict=True):
            if isinstance(said, Rejected):
                return said
            deviations = self.deviations(run)
            present = run.present
            r = (said.values - run.measured) / deviations
            found = Residuals(r[present], (said.slopes / deviations[..., None])[present])
            parts.append(softened(found) if self.robust else found)
        parts.append(self.beliefs(theta))
        return Residuals(np.concatenate([p.r for p in parts]), np.concatenate([p.jacobian for p in parts]))

    def deviations(self, run: Run) -> Array:
        """The standard deviations (n, q) of a run's values, with their scales."""
        return np.asarray(self.errors[run.name] * self._scaled(run), np.float64)

    def _scaled(self, run: Run) -> Array:
        return np.array([self.scales.get(q, 1.0) for q in run.quantities])

    def expected_deviations(self, run: Run, values: Array) -> Array:
        """Standard deviations (n, q) of measurements that would show `values` (n, q).

        By the noise of the run where it is declared, else as given for the run's own values.
        """
        return _expected(run, values) * self._scaled(run)

    def beliefs(self, theta: Array) -> Residuals:
        """One residual for each prior, with its Jacobian (priors, k)."""
        r, rows = [], []
        for column, (each, value) in enumerate(zip(self.free, self.values(theta).values(), strict=True)):
            if each.prior is not None:
                distance, slope = each.prior.residual(value)
                r.append(distance)
                rows.append(np.eye(len(self.free))[column] * slope * each.slope(value))
        return Residuals(np.array(r), np.array(rows).reshape(len(r), len(self.free)))


def change(before: RunProblem, after: RunProblem) -> float:
    """The largest change of the logarithm of a measured value's standard deviation between two problems of one kind."""
    return max(
        float(np.abs(np.log(after.deviations(run) / before.deviations(run))[run.present]).max(initial=0.0))
        for run in before.runs
    )


def _expected(run: Run, values: Array) -> Array:
    """Standard deviations (n, q) of measurements that would show `values` (n, q), not scaled."""
    known = [
        run.noise[q].deviation(values[:, i]) if q in run.noise else run.deviations[:, i]
        for i, q in enumerate(run.quantities)
    ]
    return np.stack(known, axis=1)


def softened(found: Residuals) -> Residuals:
    """Residuals whose squares are 2 (sqrt(1 + r^2) - 1): quadratic below 1, linear far above (Charbonnier's loss)."""
    root = np.sqrt(1.0 + found.r**2)
    soft = found.r * np.sqrt(2.0 / (1.0 + root))
    slope = np.sqrt(0.5 * (1.0 + root)) / root
    return Residuals(soft, found.jacobian * slope[:, None])
