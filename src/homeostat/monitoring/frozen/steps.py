"""Plain steps: centring, scaling, choosing columns, filling gaps."""

from functools import cached_property
from typing import Literal

import numpy as np
from pydantic import model_validator

from homeostat.monitoring.frozen.arrays import Array, Integers, Vector
from homeostat.monitoring.frozen.piece import Step


class Center(Step):
    """Each column less its `mean` (p,)."""

    kind: Literal["center"] = "center"
    mean: Vector

    def apply(self, x: Array) -> Array:
        """Rows (n, p) centred."""
        return x - self.mean

    def row(self, values: list[float]) -> list[float]:
        """One row centred."""
        return [x - m for x, m in zip(values, self._mean, strict=True)]

    @cached_property
    def _mean(self) -> list[float]:
        found: list[float] = self.mean.tolist()
        return found


class Autoscale(Step):
    """Each column less its `mean`, divided by its `deviation` (p,): give 1 for a constant column."""

    kind: Literal["autoscale"] = "autoscale"
    mean: Vector
    deviation: Vector

    @model_validator(mode="after")
    def _usable(self) -> "Autoscale":
        if len(self.mean) != len(self.deviation) or not (self.deviation > 0.0).all():
            raise ValueError("a positive deviation for every column is wanted")
        return self

    def apply(self, x: Array) -> Array:
        """Rows (n, p) in deviations from the mean."""
        return (x - self.mean) / self.deviation

    def row(self, values: list[float]) -> list[float]:
        """One row in deviations from the mean."""
        return [(x - m) / s for x, (m, s) in zip(values, self._pairs, strict=True)]

    @cached_property
    def _pairs(self) -> list[tuple[float, float]]:
        return list(zip(self.mean.tolist(), self.deviation.tolist(), strict=True))


class Select(Step):
    """The columns at places `columns`, in that order."""

    kind: Literal["select"] = "select"
    columns: Integers

    @model_validator(mode="after")
    def _places(self) -> "Select":
        places: list[int] = self.columns.tolist()
        if any(place < 0 for place in places) or len(set(places)) != len(places):
            raise ValueError("the columns are different places from 0 on")
        return self

    def apply(self, x: Array) -> Array:
        """The chosen columns (n, q)."""
        return np.ascontiguousarray(x[:, self.columns])

    def row(self, values: list[float]) -> list[float]:
        """The chosen values."""
        return [values[place] for place in self._places_list]

    def back(self, x: Array, parts: Array) -> Array:
        """Columns that were not chosen contribute nothing."""
        found = np.zeros(x.shape)
        found[:, self.columns] = parts
        return found

    @cached_property
    def _places_list(self) -> list[int]:
        found: list[int] = self.columns.tolist()
        return found


class Impute(Step):
    """Missing values (NaN) replaced by `values` (p,)."""

    kind: Literal["impute"] = "impute"
    values: Vector

    def apply(self, x: Array) -> Array:
        """Rows (n, p) without gaps."""
        return np.where(np.isnan(x), self.values, x)

    def row(self, values: list[float]) -> list[float]:
        """One row without gaps."""
        return [fill if x != x else x for x, fill in zip(values, self._fills, strict=True)]

    @cached_property
    def _fills(self) -> list[float]:
        found: list[float] = self.values.tolist()
        return found
