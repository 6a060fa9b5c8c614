"""Small models whose filter is known in closed form, and an extended Kalman filter written apart from the house's."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeostat.twin import Model, Simulator, input, output, parameter, state
from homeostat.twin.observer import Doubt, Filter, Learnt, Settings, Signal

Array = NDArray[np.float64]


class Tanks(Model):
    """Two tanks in a row: linear."""

    first = state(4.0, "mmol/L", "content of the first", low=-math.inf)
    second = state(1.0, "mmol/L", "content of the second", low=-math.inf)
    feed = input(1.0, "mmol/(L h)", "into the first")
    slow = parameter(0.3, "1/h", "first to second", low=0.0)
    fast = parameter(0.9, "1/h", "out of the second", low=0.0)
    total = output("mmol/L", "both")

    def rates(self, m: Any) -> dict[str, Any]:
        return {
            "first": self.feed - self.slow * self.first,
            "second": self.slow * self.first - self.fast * self.second,
        }

    def outputs(self, m: Any) -> dict[str, Any]:
        return {"total": self.first + self.second}


class Colony(Model):
    """Cells that grow on a substrate until it is gone: two states that may not be negative."""

    cells = state(0.5, "1e6 cell/mL", "cells")
    food = state(10.0, "mmol/L", "substrate")
    volume = state(100.0, "mL", "volume", low=1.0)
    growth = parameter(0.08, "1/h", "largest growth rate", spread=0.2, low=0.0, high=1.0)
    half = parameter(2.0, "mmol/L", "substrate at half of it", low=1e-3)
    need = parameter(1.5, "mmol/1e9 cell", "substrate per cell", spread=0.1, low=1e-3)
    uptake = output("mmol/(L h)", "uptake of substrate")

    def rates(self, m: Any) -> dict[str, Any]:
        new = self.growth * self.food / (self.half + self.food) * self.cells
        return {"cells": new, "food": -self.need * new, "volume": 0.0}

    def outputs(self, m: Any) -> dict[str, Any]:
        return {"uptake": self.need * self.growth * self.food / (self.half + self.food) * self.cells}


COLONY = Settings(
    signals=(
        Signal("food sensor", "food", Doubt(0.02, 0.05), bias=0.1, bias_hours=50.0),
        Signal("off-gas", "uptake", Doubt(0.05, 0.01)),
        Signal("count", "cells", Doubt(0.1, 0.01)),
    ),
    learnt=(Learnt("growth", walk=0.002), Learnt("need")),
    initial={"cells": Doubt(0.1), "food": Doubt(0.02)},
    wander={"cells": Doubt(0.005), "food": Doubt(0.005, 0.01), "volume": Doubt()},
)


def colony(stride: float = 0.25, **changes: Any) -> Filter:
    """The filter of the colony."""
    return Filter(Simulator(Colony), Settings(**{**vars(COLONY), **changes}), stride=stride)


def square(of: Filter, triangle: Any) -> Array:
    """The full covariance matrix of an upper triangle."""
    n = of.layout.size
    matrix = np.zeros((n, n))
    for (i, j), value in zip(of.layout.pairs, triangle, strict=True):
        matrix[i, j] = matrix[j, i] = value
    return matrix


def slope(function: Callable[[Array], Array], x: Array) -> Array:
    """Central differences of a vector function, with steps in proportion to x."""
    columns = []
    for k in range(len(x)):
        step = np.zeros(len(x))
        step[k] = 1e-5 * max(abs(x[k]), 1e-3)
        columns.append((function(x + step) - function(x - step)) / (2.0 * step[k]))
    return np.array(columns).T
