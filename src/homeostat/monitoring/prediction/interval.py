"""Frozen intervals: from a row's value to the range that holds the truth with the stated coverage."""

from abc import abstractmethod
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import (
    Field,
    SerializeAsAny,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from homeostat.monitoring.frozen.arrays import Array, Integers, Vector
from homeostat.monitoring.frozen.piece import AnyForm, Piece, named

Band = tuple[Array, Array]


class Interval(Piece):
    """A prediction interval. `coverage` is nominal, `method` says how it was calibrated, on `rows` in `groups`.

    Where so few groups cannot promise that, `promised` is the level that they do promise, whatever the errors of a new
    group look like; the rest is the assumption that `method` names. None where they are enough.
    """

    coverage: float = Field(gt=0.0, lt=1.0)
    method: str
    rows: int = Field(ge=1)
    groups: int = Field(ge=1)
    promised: float | None = Field(default=None, ge=0.0, lt=1.0)
    floor: float | None = None
    ceiling: float | None = None

    @model_serializer(mode="wrap")
    def _as_frozen(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """As it was written: without `promised` where there is none, lest the hash of older packages change."""
        found: dict[str, Any] = plain(self)
        return found if self.promised is not None else {k: v for k, v in found.items() if k != "promised"}

    @abstractmethod
    def band(self, x: Array, value: Array, scale: Array) -> Band:
        """Low (n,) and high (n,) for rows `x` as the form sees them, with their `value` and `scale` (n,)."""

    def band_of(self, row: list[float], value: float, scale: float) -> tuple[float, float]:
        """Low and high for one row of plain floats, with the bits of `band`."""
        low, high = self.band(np.array([row]), np.array([value]), np.array([scale]))
        return float(low[0]), float(high[0])

    @property
    def uses_scale(self) -> bool:
        """Whether the width follows the form's scale."""
        return False

    def widened(self, low: float, high: float, by: float) -> tuple[float, float]:
        """The interval `by` more to either side, within what the quantity can be at all."""
        ends = self._kept(np.array([low - by]), np.array([high + by]))
        return float(ends[0][0]), float(ends[1][0])

    def _kept(self, low: Array, high: Array) -> Band:
        """Within what the quantity can be at all: between `floor` and `ceiling`."""
        bottom = -np.inf if self.floor is None else self.floor
        top = np.inf if self.ceiling is None else self.ceiling
        low, high = np.where(low < bottom, bottom, low), np.where(high < bottom, bottom, high)
        return np.where(low > top, top, low), np.where(high > top, top, high)


class SymmetricInterval(Interval):
    """`value` plus and minus `quantile`, times the form's scale where `normalised` (Lei et al. 2018)."""

    kind: Literal["symmetric"] = "symmetric"
    quantile: float = Field(ge=0.0, allow_inf_nan=False)
    normalised: bool = False

    def band(self, x: Array, value: Array, scale: Array) -> Band:
        """Low and high (n,)."""
        half = self.quantile * scale if self.normalised else self.quantile
        return self._kept(value - half, value + half)

    def band_of(self, row: list[float], value: float, scale: float) -> tuple[float, float]:
        """Low and high of one row."""
        half = self.quantile * scale if self.normalised else self.quantile
        low, high = value - half, value + half
        if self.floor is not None:
            low, high = self.floor if low < self.floor else low, self.floor if high < self.floor else high
        if self.ceiling is not None:
            low = self.ceiling if low > self.ceiling else low
            high = self.ceiling if high > self.ceiling else high
        return low, high

    @property
    def uses_scale(self) -> bool:
        """Whether the width follows the form's scale."""
        return self.normalised


class CrossInterval(Interval):
    """CV+ (Barber et al. 2021; jackknife+ where every fold is one row or one group).

    `forms` are those fitted without each fold, `residuals` (m,) the absolute residuals of the rows held out, `fold`
    (m,) the form that did not see the row, `weights` (m,) the row's share of the calibration: their sum is below 1 by
    the mass that stands for the row to come. For equal weights 1 / (m + 1) this is CV+ as published.
    """

    kind: Literal["cross"] = "cross"
    forms: tuple[AnyForm, ...] = Field(min_length=1)
    residuals: Vector
    fold: Integers
    weights: Vector

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not len(self.residuals) == len(self.fold) == len(self.weights) > 0:
            raise ValueError("residuals, folds and weights of a cross interval differ in number")
        if self.fold.min() < 0 or self.fold.max() >= len(self.forms):
            raise ValueError("a fold of a cross interval has no form")
        if self.weights.min() <= 0.0 or self.weights.sum() < self.coverage:
            raise ValueError("the weights of a cross interval do not reach its coverage")
        return self

    def band(self, x: Array, value: Array, scale: Array) -> Band:
        """Low and high (n,): quantiles of the held-out forms' values less, and plus, the residuals."""
        values = np.stack([form.predict(x) for form in self.forms], axis=1)[:, self.fold]
        low = -self._quantile(self.residuals - values)
        return self._kept(low, self._quantile(values + self.residuals))

    def _quantile(self, ends: Array) -> Array:
        order = np.argsort(ends, axis=1, kind="stable")
        reached = np.cumsum(self.weights[order], axis=1) >= self.coverage - 1e-12
        place = np.argmax(reached, axis=1)
        rows = np.arange(len(ends))
        found: Array = ends[rows, order[rows, place]]
        return found


class LabelInterval(Interval):
    """For a probability of the second of two classes: 0 to 0, 1 to 1, or 0 to 1 where the class is not certain.

    Class-conditional conformal sets (Vovk 2012): class 1 is possible where 1 - p is within `second`, class 0 where p
    is within `first`. Where neither is possible the row is strange to both, and nothing is excluded.
    """

    kind: Literal["labels"] = "labels"
    first: float = Field(ge=0.0, le=1.0)
    second: float = Field(ge=0.0, le=1.0)

    def band(self, x: Array, value: Array, scale: Array) -> Band:
        """0 or 1 for low and for high (n,)."""
        zero, one = value <= self.first, 1.0 - value <= self.second
        neither = ~(zero | one)
        return np.where(zero | neither, 0.0, 1.0), np.where(one | neither, 1.0, 0.0)

    def widened(self, low: float, high: float, by: float) -> tuple[float, float]:
        """Either class."""
        return 0.0, 1.0


AnyInterval = Annotated[SerializeAsAny[Interval], named(Interval)]
"""A field that holds any known interval."""
