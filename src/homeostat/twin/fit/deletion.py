"""What a fit would be without some of its values, in closed form: how each value looks to the others.

In: weighted residuals with their slopes. Out: for each value, its distance from what the fit without it says. One
step of Gauss-Newton from the estimate, exact for linear models (Cook & Weisberg 1982, Residuals and Influence in
Regression); values of a robust fit pull and count less than their squares (soft L1).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from homeostat.twin.fit.information import Information
from homeostat.twin.fit.protocol import Array

Mask = NDArray[np.bool_]
FULL = 1e-6
"""A value with less than this share left to the others decides its own prediction: nothing can be said of it."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Weighted residuals `r` (m,) of measured values and their `slopes` (m, k) by the coordinates.

    `pull` and `weight` (m,) are the shares with which a residual counts in the gradient and in the information: 1 in
    least squares. `known` (k, k) is the information of what is no measured value; the coordinates may move by `room`
    (2, k), down and up, to their bounds. `left_out` (m,) marks values that the estimate has not learnt from.
    """

    r: Array
    slopes: Array
    pull: Array
    weight: Array
    known: Array
    room: Array
    left_out: Mask

    @classmethod
    def of(
        cls, r: Array, slopes: Array, known: Array, room: Array, robust: bool, left_out: Mask | None = None
    ) -> "Rows":
        """Rows of a least squares problem, or of one with the soft L1 loss."""
        root = np.sqrt(1.0 + r**2) if robust else np.ones_like(r)
        weight = 0.5 * (1.0 + root) / root**2
        gone = np.zeros(len(r), np.bool_) if left_out is None else left_out
        return cls(r, slopes, 1.0 / root, weight, known, room, gone)

    def covariance(self, gone: Mask) -> Array:
        """The covariance (k, k) of the coordinates without the values `gone` (m,)."""
        rows = self.slopes[~gone] * np.sqrt(self.weight[~gone, None])
        names, width = tuple(map(str, range(len(self.known)))), self.room[1] - self.room[0]
        return Information(names, np.asarray(self.known + rows.T @ rows, np.float64), width).covariance()

    def leverage(self) -> Array:
        """The share (m,) that each value has in its own prediction."""
        nothing = np.zeros(len(self.r), np.bool_)
        own = np.einsum("ij,jk,ik->i", self.slopes, self.covariance(nothing), self.slopes)
        return np.asarray(self.weight * own, np.float64)

    def without(self, gone: Mask) -> "Deleted":
        """How the values look to a fit without those `gone` (m,), and each of the others to a fit without it, too."""
        covariance = self.covariance(gone)
        pulls = self.slopes * (self.pull * self.r)[:, None]
        free = covariance @ (pulls[gone].sum(axis=0) - pulls[self.left_out].sum(axis=0))
        shift = np.clip(free, self.room[0], self.room[1])
        moved, own = self.slopes @ shift, np.einsum("ij,jk,ik->i", self.slopes, covariance, self.slopes)
        left = np.where(gone, 1.0, np.maximum(1.0 - self.weight * own, FULL))
        pull = np.where(gone, 0.0, self.pull * own * self.r)
        distance = np.abs(self.r + (moved + pull) / left)
        surprise = distance / np.sqrt(1.0 + own / left)
        freedom = np.where(gone, 0.0, 1.0 - self.weight * own)
        return Deleted(distance, surprise, self.r + moved, freedom)


class Deleted(NamedTuple):
    """For each value (m,), in standard deviations of its declared error: its `distance` from a fit without it; its
    `surprise`, the same in deviations that hold the uncertainty of that fit, too; its `residual` from the fit without
    those left out. And the `freedom` that it leaves the others, 0 if left out.
    """

    distance: Array
    surprise: Array
    residual: Array
    freedom: Array
