"""Simulated donors whose cultures no twin knows: every parameter differs, and so do the equations.

In: a seed. Out: what a perfusion bioreactor's sensors would have told of one culture, and the truth they hide. Spreads
between donors are those the model declares; all other figures here are assumptions, the order of their kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin import Simulator, Status, parameter
from homeostat.twin.models.t_cell_expansion import TCellExpansion

Array = NDArray[np.float64]

STEP = 0.25
"""Hours between readings."""
SCHEDULE: tuple[tuple[float, Mapping[str, float]], ...] = (
    (0.0, {"activator": 1.0, "oxygen_gas": 40.0, "carbon_dioxide_gas": 6.5}),
    (36.0, {"oxygen_gas": 40.0, "carbon_dioxide_gas": 6.5}),
    (48.0, {"perfusion": 4.0, "oxygen_gas": 40.0, "carbon_dioxide_gas": 6.0}),
    (84.0, {"perfusion": 8.0, "oxygen_gas": 50.0, "carbon_dioxide_gas": 5.0}),
)
"""Inputs from each hour on: activation for a day and a half, later perfusion at half a volume a day, then at one."""
START = {"activated": 0.3, "volume": 200.0}

HIDDEN: Mapping[str, float] = {
    "inhibitor_slope": 0.15,
    "death_half": 0.15,
    "uptake_half": 0.2,
    "lactate_half": 0.2,
    "il2_half": 0.3,
    "il2_decay": 0.2,
    "ph_width": 0.1,
    "medium_glucose": 0.02,
    "medium_bicarbonate": 0.03,
}
"""Relative deviation of parameters that no spread is declared for and that the filter takes for known."""
CROWDING = 4e-4
"""Largest slowing of growth by crowding, which the twin has no term for, in mL/(1e6 cell h)."""
PUMP, DRIFT, OFFSET = 0.02, 0.1, 0.2
"""Deviation of the pump's calibration (relative), of the sensors' drift (mmol/L a day) and first offset (mmol/L)."""
NOISE, RESOLUTION, COUNTING = 0.05, 0.1, 0.1
"""Of glucose and lactate (relative, and mmol/L beside it), and of the initial cell count (relative)."""


class CrowdedCulture(TCellExpansion):
    """The same culture, in which cells also slow each other down."""

    crowding = parameter(0.0, "mL/(1e6 cell h)", "loss of growth rate per density", low=0.0, high=1.0)

    def rates(self, m: Any) -> dict[str, Any]:
        """As in the twin, but for the growth that crowding takes."""
        rates = super().rates(m)
        return rates | {"viable": rates["viable"] - self.crowding * self.viable * self.viable}


@dataclass(frozen=True)
class Culture:
    """One culture of n intervals: the told initial density, readings (n,) at their ends, and the true density (n,).

    `inputs` (n, nu) are those the twin is told for each interval, in declared order.
    """

    counted: float
    inputs: Array
    glucose: Array
    lactate: Array
    viable: Array


def culture(plant: Simulator, seed: int, days: float) -> Culture:
    """Grow the culture of donor `seed` in `plant`, a simulator of `CrowdedCulture`. TwinError where it cannot be."""
    random = np.random.default_rng(seed)
    parameters = _parameters(plant, random)
    density = float(random.uniform(0.3, 1.0))
    start = START | {"viable": density, "activated": START["activated"] * float(random.uniform(0.7, 1.3))}
    x = plant.signature.states.vector(start)
    pump, drift, offset = (
        1.0 + PUMP * random.normal(),
        DRIFT * random.normal(size=2),
        OFFSET * random.normal(size=2),
    )
    steps = round(days * 24.0 / STEP)
    told = np.array([plant.signature.inputs.vector(_inputs(k * STEP)) for k in range(steps)])
    perfusion = plant.signature.inputs.index("perfusion")
    read, truth = np.empty((steps, 2)), np.empty(steps)
    names = plant.signature.states.names
    places = [names.index("glucose"), names.index("lactate")]
    for k in range(steps):
        inputs = told[k].tolist()
        inputs[perfusion] *= pump
        x, status, _ = plant.advance(x, inputs, parameters, STEP)
        if status is not Status.OK:
            raise TwinError(f"donor {seed} could not be simulated: {status.name}", where="bench observer")
        true = np.array([x[place] for place in places])
        noise = random.normal(size=2) * np.hypot(NOISE * true, RESOLUTION)
        read[k] = np.maximum(true + offset + drift * (k + 1) * STEP / 24.0 + noise, 0.0)
        truth[k] = x[names.index("viable")]
    counted = density * (1.0 + COUNTING * float(random.normal()))
    return Culture(max(counted, 0.05), told, read[:, 0], read[:, 1], truth)


def _inputs(hour: float) -> Mapping[str, float]:
    return next(values for start, values in reversed(SCHEDULE) if start <= hour)


def _parameters(plant: Simulator, random: np.random.Generator) -> tuple[float, ...]:
    """A donor: each parameter with its declared spread, or a hidden one, within its bounds; and some crowding."""
    values = []
    for quantity in plant.signature.parameters:
        if quantity.name == "crowding":
            values.append(float(random.uniform(0.0, CROWDING)))
            continue
        spread = quantity.spread or HIDDEN.get(quantity.name, 0.0)
        value = quantity.value * (1.0 + spread * float(random.normal()))
        values.append(min(max(value, quantity.low), quantity.high))
    return tuple(values)
