"""A form that tells no value beyond what it was learnt to tell."""

from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from homeostat.monitoring.frozen.arrays import Array
from homeostat.monitoring.frozen.piece import AnyForm, Form


class Clipped(Form):
    """The value of `form`, but never below `low` or above `high`: the range that may be reported; None for no such end.

    Contributions are those of the form, shortened alike so that they sum to the value told.
    """

    kind: Literal["clipped"] = "clipped"
    form: AnyForm
    low: float | None = Field(default=None, allow_inf_nan=False)
    high: float | None = Field(default=None, allow_inf_nan=False)

    @model_validator(mode="after")
    def _ordered(self) -> "Clipped":
        if self.low is None and self.high is None:
            raise ValueError("the reportable range has no end")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError("the reportable range is empty")
        return self

    def predict(self, x: Array) -> Array:
        """The value (n,), within the range."""
        return self._within(self.form.predict(x))

    def contributions(self, x: Array) -> Array:
        """The inner contributions (n, q), rescaled to the change that is told (Shrikumar 2017, rescale rule)."""
        change = self.form.predict(x) - self.form.reference
        told = self.predict(x) - self.reference
        same = change == told
        share = np.where(same, 1.0, told / np.where(same | (change == 0.0), 1.0, change))
        return self.form.contributions(x) * share[:, None]

    @property
    def reference(self) -> float:
        """The form's reference, within the range."""
        return float(self._within(np.array([self.form.reference]))[0])

    def scale(self, x: Array) -> Array:
        """The form's scale (n,)."""
        return self.form.scale(x)

    def _within(self, values: Array) -> Array:
        if self.low is not None:
            values = np.where(values < self.low, self.low, values)
        return values if self.high is None else np.where(values > self.high, self.high, values)
