"""The unscented Kalman filter: the model itself carries a few points instead of a linearisation.

In and out: as the extended filter, whose settings, estimates, dose and draw it shares. Points lie at plus and minus
each column of the covariance's root; the model carries them over a stride, and their moments are the next covariance;
what the mean of the points moves beside the central one is added to the mean. Readings of states are linear and fused
as ever; those of outputs through points again. Sources: scaled points, Julier & Uhlmann 2004, Proc. IEEE 92, 401;
points brought back to the bounds, Kandepu, Foss & Imsland 2008.
"""

from collections.abc import Sequence

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.engine import Status
from homeostat.twin.observer.cholesky import Array, root, square, triangle
from homeostat.twin.observer.filter import Estimate, Filter, Vector

ALPHA, BETA = 0.52, 2.0
"""How far out points lie, in units of the root of n standard deviations; and the part of the fourth moment, 2 for a
normal distribution (kappa is 0). From alpha = 0.5177 on no weight of the covariance is negative, whatever n is."""
CENTRAL = 1.0 - 1.0 / ALPHA**2
"""The central point's weight in the mean."""
SQUARED = CENTRAL + 1.0 - ALPHA**2 + BETA
"""The central point's weight in the covariance."""


class Unscented(Filter):
    """A filter whose covariance goes through points; where they cannot be followed, through the linearised flow."""

    def settle(self, estimate: Estimate) -> Estimate:
        """The same estimate, its covariance brought up to date."""
        hours = estimate.hours
        if hours <= 0.0 or not estimate.sound:
            return estimate
        n, first = self.layout.size, self.layout.size - len(self.layout.biased)
        relative, absolute, forget = (
            np.array(self._noise[:n]), np.array(self._noise[n : 2 * n]), np.array(self._noise[2 * n :]),
        )  # fmt: skip
        half = 0.5 * hours * ((relative * np.array(estimate.mean)) ** 2 + absolute**2)
        half[first:] = 0.0
        P, places = square(self.layout, estimate.covariance), np.arange(n)
        P[places, places] += half
        points = _points(np.array(estimate.start + estimate.mean[self.layout.states :]), P)
        carried = self._carried(points, [d / hours for d in estimate.driven], hours)
        if carried is None:
            return super().settle(estimate)
        kept = 1.0 / (1.0 + hours * forget)
        carried[:, first:] *= kept
        shift, P = _moments(carried)
        P[places, places] += half
        P[places[first:], places[first:]] += absolute[first:] ** 2 * (1.0 - kept**2)
        mean = np.array(estimate.mean) + shift
        mean[first:] *= kept
        sound = bool(np.isfinite(mean).all() and np.isfinite(P).all())
        return self._anew(estimate, self._inside(mean).tolist(), triangle(self.layout, P), sound=sound)

    def _compared(self, estimate: Estimate, signal: int) -> tuple[float, Sequence[float], float]:
        """As the extended filter for a state; an output is compared at the points."""
        quantity, bias = self.settings.signals[signal].quantity, self.layout.bias_of(signal)
        if quantity in self._place:
            return super()._compared(estimate, signal)
        points = _points(np.array(estimate.mean), square(self.layout, estimate.covariance))
        output = self.signature.outputs.index(quantity)
        try:
            seen = np.array([self._output(p, estimate.inputs, output) for p in self._inside(points).tolist()])
        except TwinError:  # an output is not finite at one of the points
            return super()._compared(estimate, signal)
        if bias is not None:
            seen += points[:, bias]
        joint = np.concatenate([points, seen[:, None]], axis=1)
        shift, P = _moments(joint)
        return float(seen[0] + shift[-1]), P[-1, :-1].tolist(), max(float(P[-1, -1]), 0.0)

    def _carried(self, points: Array, inputs: Sequence[float], hours: float) -> Array | None:
        """The points (m, n) `hours` later; None where the model cannot follow one of them.

        What a bound cuts off of a point is carried along unchanged: so neither mean nor covariance is lost to it.
        """
        nx = self.layout.states
        inside = self._inside(points)
        later = points - inside
        for number, point in enumerate(inside.tolist()):
            states, status, _ = self.simulator.advance(point[:nx], inputs, self._of(point), hours)
            if status is not Status.OK:
                return None
            later[number] += np.array([*states, *point[nx:]])
        return later

    def _output(self, point: Sequence[float], inputs: Vector, output: int) -> float:
        return self.simulator.outputs(point[: self.layout.states], inputs, self._of(point))[output]

    def _of(self, point: Sequence[float]) -> Sequence[float]:
        """All parameters of the model at a point."""
        values = [*self.parameters]
        for number, position in enumerate(self.layout.learnt, self.layout.states):
            values[position] = point[number]
        return values

    def _inside(self, points: Array) -> Array:
        """What of it is a state or parameter brought back to its bounds."""
        parameters = self.signature.parameters
        bounded = [*self.signature.states, *(parameters[learnt.name] for learnt in self.settings.learnt)]
        free = [np.inf] * len(self.layout.biased)
        low, high = [*(q.low for q in bounded), *(-f for f in free)], [*(q.high for q in bounded), *free]
        inside: Array = np.minimum(np.maximum(points, low), high)
        return inside


def _points(mean: Array, covariance: Array) -> Array:
    """The central point, then one to each side along every column of the root (2 n + 1, n)."""
    away = root(covariance).T * (ALPHA * np.sqrt(float(len(mean))))
    return np.concatenate([mean[None], mean + away, mean - away])


def _moments(points: Array) -> tuple[Array, Array]:
    """What the mean of the points lies beside the central one, and their covariance about the mean."""
    away, n = points - points[0], points.shape[0] // 2
    weight = 1.0 / (2.0 * ALPHA**2 * n)
    shift = np.zeros(points.shape[1])
    for k in range(1, n + 1):  # pairs first: what is linear cancels exactly
        shift += away[k] + away[k + n]
    shift *= weight
    away -= shift
    covariance = SQUARED * (away[0][:, None] * away[0][None, :])
    for row in away[1:]:
        covariance += weight * (row[:, None] * row[None, :])
    return shift, covariance
