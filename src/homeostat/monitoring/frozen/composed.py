"""Forms made of forms: with steps before them, blended, or put through the logistic link."""

from functools import reduce
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from homeostat.monitoring.frozen.arrays import Array, Vector
from homeostat.monitoring.frozen.piece import AnyForm, AnyStep, Form
from homeostat.monitoring.frozen.strict import fold, fold_of, logistic, logistic_of

_FLAT = 1e-9
"""Below this change of the inner form, the logistic curve is its tangent to the last bit that matters."""


class Staged(Form):
    """A form with `steps` of its own before it, so that forms with different preparations can be blended."""

    kind: Literal["staged"] = "staged"
    steps: tuple[AnyStep, ...]
    form: AnyForm

    def predict(self, x: Array) -> Array:
        """The form's value (n,) after the steps."""
        return self.form.predict(self._stages(x)[-1])

    def contributions(self, x: Array) -> Array:
        """The form's contributions, led back through the steps to the columns of `x`."""
        stages = self._stages(x)
        parts = self.form.contributions(stages[-1])
        return lead_back(self.steps, stages, parts)

    @property
    def reference(self) -> float:
        """The form's reference."""
        return self.form.reference

    def scale(self, x: Array) -> Array:
        """The form's scale (n,)."""
        return self.form.scale(self._stages(x)[-1])

    def value(self, row: list[float]) -> float:
        """The value of one row."""
        return self.form.value(reduce(lambda values, step: step.row(values), self.steps, row))

    def _stages(self, x: Array) -> list[Array]:
        return run_through(self.steps, x)


class Blend(Form):
    """The sum of `forms`, each times its weight."""

    kind: Literal["blend"] = "blend"
    forms: tuple[AnyForm, ...] = Field(min_length=1)
    weights: Vector

    @model_validator(mode="after")
    def _weighted(self) -> "Blend":
        if len(self.weights) != len(self.forms):
            raise ValueError("as many weights as forms are wanted")
        return self

    def predict(self, x: Array) -> Array:
        """The weighted sum (n,) of the forms' values."""
        return self._sum([form.predict(x) for form in self.forms])

    def contributions(self, x: Array) -> Array:
        """The weighted sum (n, q) of the forms' contributions."""
        return self._sum([form.contributions(x) for form in self.forms])

    @property
    def reference(self) -> float:
        """The weighted sum of the forms' references."""
        return fold_of(
            [w * form.reference for w, form in zip(self.weights.tolist(), self.forms, strict=True)]
        )

    def scale(self, x: Array) -> Array:
        """The mean (n,) of the forms' scales, each by the size of its weight."""
        shares = np.abs(self.weights) / max(fold(np.abs(self.weights)), 1e-300)
        return self._sum([form.scale(x) for form in self.forms], shares)

    def value(self, row: list[float]) -> float:
        """The value of one row."""
        return fold_of(
            [w * form.value(row) for w, form in zip(self.weights.tolist(), self.forms, strict=True)]
        )

    def _sum(self, each: list[Array], weights: Array | None = None) -> Array:
        by = self.weights if weights is None else weights
        return fold(np.stack([w * values for w, values in zip(by, each, strict=True)], axis=-1))


class Logistic(Form):
    """The probability 1 / (1 + exp(-form)) of the second of two classes."""

    kind: Literal["logistic"] = "logistic"
    form: AnyForm

    def predict(self, x: Array) -> Array:
        """The probability (n,)."""
        return logistic(self.form.predict(x))

    def contributions(self, x: Array) -> Array:
        """The inner contributions, rescaled to sum to the change of probability (Shrikumar 2017, rescale rule)."""
        change = self.form.predict(x) - self.form.reference
        probability = self.predict(x)
        flat = np.abs(change) < _FLAT
        slope = (probability - self.reference) / np.where(flat, 1.0, change)
        slope = np.where(flat, probability * (1.0 - probability), slope)
        return self.form.contributions(x) * slope[:, None]

    @property
    def reference(self) -> float:
        """The probability at the inner form's reference."""
        return logistic_of(self.form.reference)

    def scale(self, x: Array) -> Array:
        """The inner form's scale (n,)."""
        return self.form.scale(x)

    def value(self, row: list[float]) -> float:
        """The probability of one row."""
        return logistic_of(self.form.value(row))


def run_through(steps: tuple[AnyStep, ...], x: Array) -> list[Array]:
    """`x`, and what comes out of each of the steps in turn."""
    stages = [x]
    for step in steps:
        stages.append(step.apply(stages[-1]))
    return stages


def lead_back(steps: tuple[AnyStep, ...], stages: list[Array], parts: Array) -> Array:
    """Contributions (n, q) of the last of `stages` as contributions (n, p) of the first."""
    for step, before in zip(reversed(steps), reversed(stages[:-1]), strict=True):
        parts = step.back(before, parts)
    return parts
