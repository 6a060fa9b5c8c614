"""The input space of a model: how far a row is from those the model was trained on.

A principal-component model of the inputs, frozen: T² is the distance within the plane of the components, SPE the
squared distance from it (Jackson 1991, chapter 2). Its limits come from rows held out.
"""

from functools import cached_property
from typing import Literal, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator

from homeostat.monitoring.frozen.arrays import Array, Matrix, Vector
from homeostat.monitoring.frozen.piece import Piece
from homeostat.monitoring.frozen.strict import fold, fold_of, project, project_of


class Limits(NamedTuple):
    """The limits on T² and SPE at one level: the share of held-out rows within each."""

    t2: float
    spe: float
    level: float


class InputSpace(Piece):
    """Rows are autoscaled by `mean` and `deviation` (p,) and projected on orthonormal `loadings` (p, a).

    `variance` (a,) is that of the scores. Beyond `limit` a model does not decide, beyond `warning` it says so.
    `after` tells how many of the package's steps a row has passed before it is judged here; missing values count as
    the mean. `rows` is the number of held-out rows the limits come from.
    """

    kind: Literal["input-space"] = "input-space"
    mean: Vector
    deviation: Vector
    loadings: Matrix
    variance: Vector
    warning: Limits
    limit: Limits
    rows: int = Field(ge=1)
    after: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        width, count = self.loadings.shape
        if {len(self.mean), len(self.deviation)} != {width} or len(self.variance) != count:
            raise ValueError("mean, deviation, loadings and variance of the input space do not fit together")
        if not ((self.deviation > 0.0).all() and (self.variance > 0.0).all()):
            raise ValueError("deviations and variances of the input space must be positive")
        return self

    def distances(self, x: Array) -> tuple[Array, Array]:
        """T² (n,) and SPE (n,) of rows `x` (n, p)."""
        scores, residual = self._split(x)
        return fold(scores * scores / self.variance), fold(residual * residual)

    def distances_of(self, row: list[float]) -> tuple[float, float]:
        """T² and SPE of a row of plain floats, with the bits of `distances`."""
        z = [0.0 if x != x else (x - m) / s for x, (m, s) in zip(row, self._pairs, strict=True)]
        scores = project_of(z, self._lists)
        for score, direction in zip(scores, self._lists, strict=True):
            z = [r - score * p for r, p in zip(z, direction, strict=True)]
        t2 = fold_of([t * t / v for t, v in zip(scores, self._variances, strict=True)])
        return t2, fold_of([r * r for r in z])

    def strangeness(self, x: Array) -> Array:
        """What each column adds to the distance of each row, (n, p), in shares of the limits passed.

        SPE: the squared residual. T²: the complete decomposition (Nomikos 1996), z times the sum of t p / variance.
        """
        scores, residual = self._split(x)
        z = self._scaled(x)
        pull = np.zeros(z.shape)
        for score, direction in zip((scores / self.variance).T, self._directions, strict=True):
            pull += score[:, None] * direction
        t2, spe = fold(scores * scores / self.variance), fold(residual * residual)
        within = np.where((t2 > self.warning.t2)[:, None], z * pull / self.limit.t2, 0.0)
        beside = np.where((spe > self.warning.spe)[:, None], residual * residual / self.limit.spe, 0.0)
        return within + beside

    def _scaled(self, x: Array) -> Array:
        return np.where(np.isnan(x), 0.0, (x - self.mean) / self.deviation)

    def _split(self, x: Array) -> tuple[Array, Array]:
        residual = self._scaled(x)
        scores = project(residual, self._directions)
        for score, direction in zip(scores.T, self._directions, strict=True):
            residual = residual - score[:, None] * direction
        return scores, residual

    @cached_property
    def _directions(self) -> Array:
        return np.ascontiguousarray(self.loadings.T)

    @cached_property
    def _lists(self) -> list[list[float]]:
        found: list[list[float]] = self._directions.tolist()
        return found

    @cached_property
    def _pairs(self) -> list[tuple[float, float]]:
        return list(zip(self.mean.tolist(), self.deviation.tolist(), strict=True))

    @cached_property
    def _variances(self) -> list[float]:
        found: list[float] = self.variance.tolist()
        return found
