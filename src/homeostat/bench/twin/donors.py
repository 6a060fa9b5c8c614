"""The virtual donors that every engine simulates: their parameters, first states and the inputs they are grown with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeostat.bench.twin.model import PerfusedTCells

Array = NDArray[np.float64]

HOURS = 288
"""Twelve days, reported every hour."""
HELD = 12
"""Hours for which inputs are held."""
TIMES = tuple(float(hour) for hour in range(HOURS + 1))
"""Hours of the reports."""
STARTS: Array = np.arange(0.0, HOURS, HELD)
"""Hours at which inputs change."""


@dataclass(frozen=True)
class Donors:
    """n donors, in the model's declared order.

    First `states` (n, 12), `inputs` (n, 24, 6) held from each of `STARTS`, `parameters` (n, 37).
    """

    states: Array
    inputs: Array
    parameters: Array

    def __len__(self) -> int:
        return len(self.states)

    def first(self, count: int) -> "Donors":
        """The first `count` of them."""
        return Donors(self.states[:count], self.inputs[:count], self.parameters[:count])


def schedule() -> Array:
    """Inputs (24, 6): perfusion rising to 1.6 volumes a day, feed in days 3 to 9, IL-2 every second day, late base."""
    signature = PerfusedTCells.signature.inputs
    inputs, day = np.tile(signature.values, (len(STARTS), 1)), STARTS / 24.0
    volumes = np.where(day < 1.5, 0.0, np.minimum(0.15 + 0.25 * (day - 1.5), 1.6))
    fed = np.where((day >= 3.0) & (day < 9.0), 0.15, 0.0)
    columns = {
        "perfusion": volumes * PerfusedTCells.signature.states["volume"].value / 24.0,
        "feed": fed,
        "withdrawal": fed,
        "il2_feed": np.where(np.arange(len(STARTS)) % 4 == 0, 400.0, 0.0),
        "base": np.where(day < 4.0, 0.0, 0.02),
    }
    for name, values in columns.items():
        inputs[:, signature.index(name)] = values
    return inputs


def donors(count: int, seed: int = 0) -> Donors:
    """`count` donors, the first of which are the same whatever the count.

    Parameters are log-normal with the model's spreads, as is the first density; activation and perfusion are uniform.
    """
    signature = PerfusedTCells.signature
    spreads = np.array([0.2, *(quantity.spread for quantity in signature.parameters)])
    factors = np.exp(spreads * np.random.default_rng([seed, 0]).standard_normal((count, len(spreads))))
    shares = np.random.default_rng([seed, 1]).random((count, 2))
    states = np.tile(signature.states.values, (count, 1))
    states[:, signature.states.index("viable")] *= factors[:, 0]
    states[:, signature.states.index("activation")] = 0.7 + 0.2 * shares[:, 0]
    inputs = np.tile(schedule(), (count, 1, 1))
    inputs[:, :, signature.inputs.index("perfusion")] *= 0.8 + 0.4 * shares[:, 1:]
    return Donors(states, inputs, np.array(signature.parameters.values) * factors[:, 1:])
