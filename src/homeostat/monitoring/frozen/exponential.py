"""The exponential of a form that was learnt on the logarithm of a target."""

from typing import Literal

import numpy as np

from homeostat.monitoring.frozen.arrays import Array
from homeostat.monitoring.frozen.piece import AnyForm, Form
from homeostat.monitoring.frozen.strict import exp, exp_of

_FLAT = 1e-9
"""Below this change of the inner form, the exponential is its tangent to the last bit that matters."""


class Exponential(Form):
    """e to the power of `form`: the middle of the likely, if the logarithm errs as often above as below."""

    kind: Literal["exponential"] = "exponential"
    form: AnyForm

    def predict(self, x: Array) -> Array:
        """The value (n,)."""
        return exp(self.form.predict(x))

    def contributions(self, x: Array) -> Array:
        """The inner contributions, rescaled to sum to the change of the value (Shrikumar 2017, rescale rule)."""
        change = self.form.predict(x) - self.form.reference
        value = self.predict(x)
        flat = np.abs(change) < _FLAT
        slope = np.where(flat, value, (value - self.reference) / np.where(flat, 1.0, change))
        return self.form.contributions(x) * slope[:, None]

    @property
    def reference(self) -> float:
        """The value at the inner form's reference."""
        return exp_of(self.form.reference)

    def scale(self, x: Array) -> Array:
        """The inner form's scale (n,)."""
        return self.form.scale(x)

    def value(self, row: list[float]) -> float:
        """The value of one row."""
        return exp_of(self.form.value(row))
