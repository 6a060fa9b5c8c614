"""An estimation problem as data: what is measured, what is not known, and how far everything is doubted.

Every estimator is told the same: standard deviations of readings, of the first guess, of what the equations may be
wrong by, and of one parameter. All readings are taken at the end of an interval in which the known inputs were held.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from homeostat.bench.control.task import Array
from homeostat.twin import Model


@dataclass(frozen=True)
class Watching:
    """Standard deviations of `readings` and of the `first` states (in their unit), and of the rates (`wander`, per h).

    `unknown` is the parameter that is estimated: its name, first guess, standard deviation, and bounds.
    `guess` are the first states, `window` the readings that a moving horizon spans, `low` the least states.
    """

    model: type[Model]
    hours: float
    window: int
    readings: Mapping[str, float]
    first: Mapping[str, float]
    wander: Mapping[str, float]
    low: Mapping[str, float]
    guess: Mapping[str, float]
    unknown: str
    value: float
    deviation: float
    bounds: tuple[float, float]

    @property
    def seen(self) -> list[int]:
        """Positions of the measured states."""
        return [self.model.signature.states.index(name) for name in self.readings]

    def column(self, values: Mapping[str, float]) -> Array:
        """Values by state, in the model's order (nx,)."""
        return np.array([values[name] for name in self.model.signature.states.names])

    @property
    def noise(self) -> Array:
        """Standard deviations of the readings, in their order (ny,)."""
        return np.array(list(self.readings.values()))


@dataclass(frozen=True)
class Followed:
    """Of a batch, after every reading: states (n, nx), the parameter (n,), CPU ms (n,), whether solved (n,)."""

    states: Array
    parameter: Array
    milliseconds: Array
    solved: Array


class Estimator(Protocol):
    """Follows a batch."""

    @property
    def name(self) -> str:
        """As printed."""

    def follow(self, inputs: Array, readings: Array) -> Followed:
        """Of the known `inputs` (n, nu) and the `readings` (n, ny) that followed them."""
