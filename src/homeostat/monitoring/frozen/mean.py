"""The constant form: what a model must beat, and what remains when no input tells anything."""

from typing import Literal

import numpy as np

from homeostat.monitoring.frozen.arrays import Array
from homeostat.monitoring.frozen.piece import Form


class Mean(Form):
    """Always `level`."""

    kind: Literal["mean"] = "mean"
    level: float

    def predict(self, x: Array) -> Array:
        """The level (n,), whatever the row."""
        return np.full(len(x), self.level)

    def contributions(self, x: Array) -> Array:
        """Zeros (n, q): no column adds anything."""
        return np.zeros(x.shape)

    @property
    def reference(self) -> float:
        """The level."""
        return self.level
