"""Forms whose scale, by which an interval is as wide as it is, follows the value or the inputs."""

from typing import Literal

import numpy as np
from pydantic import Field

from homeostat.monitoring.frozen.arrays import Array
from homeostat.monitoring.frozen.piece import AnyForm, Form


class Scaled(Form):
    """The value of `form`. Its scale is `offset` + `slope` * value + what the form `by` tells, from `least` to `most`.

    Without `by` only the value has a say; with it, as a rule, `offset` and `slope` are 0.
    """

    kind: Literal["scaled"] = "scaled"
    form: AnyForm
    by: AnyForm | None = None
    offset: float = Field(default=0.0, allow_inf_nan=False)
    slope: float = Field(default=0.0, allow_inf_nan=False)
    least: float = Field(gt=0.0, allow_inf_nan=False)
    most: float = Field(gt=0.0, allow_inf_nan=False)

    def predict(self, x: Array) -> Array:
        """The form's value (n,)."""
        return self.form.predict(x)

    def contributions(self, x: Array) -> Array:
        """The form's contributions (n, q)."""
        return self.form.contributions(x)

    @property
    def reference(self) -> float:
        """The form's reference."""
        return self.form.reference

    def scale(self, x: Array) -> Array:
        """How large the error of each row's value is expected to be, (n,)."""
        found = self.offset + self.slope * self.form.predict(x)
        if self.by is not None:
            found = found + self.by.predict(x)
        found = np.where(found > self.least, found, self.least)
        return np.where(found < self.most, found, self.most)

    def value(self, row: list[float]) -> float:
        """The form's value of one row."""
        return self.form.value(row)

    def parts(self, row: list[float]) -> list[float]:
        """The form's contributions of one row."""
        return self.form.parts(row)
