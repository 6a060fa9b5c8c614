"""The linear form: an intercept and a coefficient a column. PLS, ridge and least squares all end here."""

from functools import cached_property
from typing import Literal

from pydantic import model_validator

from homeostat.monitoring.frozen.arrays import Array, Vector
from homeostat.monitoring.frozen.piece import Form
from homeostat.monitoring.frozen.strict import fold, fold_of


class Linear(Form):
    """`intercept` + sum of `coefficients` times (column less `center`); contributions are the terms of that sum.

    The centre is the point that contributions are counted from: the mean of the training rows, as a rule.
    """

    kind: Literal["linear"] = "linear"
    coefficients: Vector
    center: Vector
    intercept: float

    @model_validator(mode="after")
    def _same_length(self) -> "Linear":
        if len(self.coefficients) != len(self.center):
            raise ValueError("as many coefficients as centres are wanted")
        return self

    def predict(self, x: Array) -> Array:
        """The value (n,) of each row."""
        return self.intercept + fold(self.contributions(x))

    def contributions(self, x: Array) -> Array:
        """The terms (n, q) of the sum: exact."""
        return (x - self.center) * self.coefficients

    @property
    def reference(self) -> float:
        """The intercept: the value at the centre."""
        return self.intercept

    def value(self, row: list[float]) -> float:
        """The value of one row."""
        return self.intercept + fold_of(self.parts(row))

    def parts(self, row: list[float]) -> list[float]:
        """The terms of one row."""
        return [(x - m) * b for x, (m, b) in zip(row, self._pairs, strict=True)]

    def spread(self, row: list[float]) -> float:
        """1: a linear form cannot tell."""
        return 1.0

    @cached_property
    def _pairs(self) -> list[tuple[float, float]]:
        return list(zip(self.center.tolist(), self.coefficients.tolist(), strict=True))
