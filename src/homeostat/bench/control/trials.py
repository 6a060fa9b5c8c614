"""What is not known in the comparison with the oracle: true parameters, the noise of readings, first states.

Of the ranges of parameters those of the sources are taken (do-mpc's scenarios, PC-Gym's deviations); how noisy readings
are is an assumption, about 1 % of what is measured. Nothing here was fitted to a result.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from homeostat.bench.control.plants import cstr, photoproduction, rotating_masses
from homeostat.bench.control.task import Array, Task
from homeostat.twin import Simulator
from homeostat.twin.observer import Doubt, Filter, Learnt, Settings, Signal

Draw = Callable[[np.random.Generator], Array]


@dataclass(frozen=True)
class Trial:
    """An episode of `steps` on the plant of `task`; where it is `finite`, the horizon ends with the episode.

    `draw` gives the true uncertain parameters (k,), `deviations` are what the filter is told of them (relative).
    `noise` is the standard deviation of each reading, `doubt` that of the first states, `wander` what the filter lets
    the model be wrong by in one interval, in the states' scales; it goes through an interval in `strides`. Where it is
    `hedged`, plans for several futures of what is learnt are set beside.
    """

    task: Task
    steps: int
    draw: Draw
    deviations: tuple[float, ...]
    noise: Mapping[str, float]
    doubt: Mapping[str, float]
    wander: float
    strides: int = 1
    finite: bool = False
    hedged: bool = False

    @property
    def fan(self) -> Task:
        """The task for as many futures as what is expected and each parameter by itself, more and less, make."""
        futures = 2 * len(self.task.uncertain) + 1
        return replace(self.task, scenarios=self.task.scenarios[:1] * futures)

    @property
    def episode(self) -> Task:
        """The task over the whole episode."""
        return lasting(self.task, self.steps)

    def filter(self, known: Array | None = None) -> Filter:
        """The observer that learns states from readings, and the uncertain parameters where they are not `known`."""
        step = math.sqrt(self.task.hours)
        scale = dict(zip(self.task.states.names, self.task.state_scale, strict=True))
        names = zip(self.task.uncertain, self.deviations, strict=True)
        learnt = tuple(Learnt(name, sd=sd) for name, sd in names)
        told = Settings(
            signals=tuple(Signal(name, name, Doubt(0.0, sd)) for name, sd in self.noise.items()),
            learnt=learnt if known is None else (),
            initial={name: Doubt(0.0, self.doubt.get(name, 0.0)) for name in self.task.states.names},
            wander={name: Doubt(0.0, self.wander * scale[name] / step) for name in self.task.states.names},
        )
        values = {} if known is None else dict(zip(self.task.uncertain, known.tolist(), strict=True))
        stride = self.task.hours / self.strides
        return Filter(Simulator(self.task.model), told, parameters=values, stride=stride)


def lasting(task: Task, steps: int) -> Task:
    """The same task over another horizon."""
    return replace(task, steps=steps)


def _uniform(*ranges: tuple[float, float]) -> Draw:
    return lambda random: np.array([random.uniform(low, high) for low, high in ranges])


def _photo(random: np.random.Generator) -> Array:
    """Normal, as PC-Gym has it; kept within the model's bounds, four deviations away at least."""
    nominal: Array = photoproduction.TASK.known[0]
    return nominal * (1.0 + photoproduction.UNCERTAIN * random.standard_normal(len(nominal)).clip(-4.0, 4.0))


_INERTIA = rotating_masses.INERTIA
_ANGLES = ("angle_1", "angle_2", "angle_3")
_CSTR = {"a": 0.01, "b": 0.005, "reactor": 0.2, "jacket": 0.2}
_PHOTO = {"biomass": 0.02, "nitrate": 2.0, "product": 0.05}
_MASSES = dict.fromkeys(_ANGLES, 0.02) | {"motor_1": 0.02, "motor_2": 0.02}
_SPEEDS = dict.fromkeys(("speed_1", "speed_2", "speed_3"), 0.1)

TRIALS: Mapping[str, Trial] = {
    "stirred tank": Trial(
        cstr.TASK,
        50,
        _uniform((0.95, 1.05), (0.9, 1.1)),
        (0.03, 0.06),
        _CSTR,
        _CSTR,
        wander=1e-4,
        strides=4,
        hedged=True,
    ),
    "photoproduction": Trial(
        photoproduction.TASK, 12, _photo, (0.1,) * 3, _PHOTO, _PHOTO, wander=1e-3, strides=20, finite=True
    ),
    "rotating masses": Trial(
        rotating_masses.TASK,
        50,
        _uniform((0.9 * _INERTIA, 1.1 * _INERTIA), (0.9 * _INERTIA, 1.1 * _INERTIA)),
        (0.06, 0.06),
        _MASSES,
        _MASSES | _SPEEDS,
        wander=1e-3,
        strides=10,
    ),
}
