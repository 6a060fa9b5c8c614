"""do-mpc's triple mass spring system: three discs on springs between two motors, to be brought to rest.

Equations, constants, bounds, objective and first state: do-mpc documentation, "Getting started: MPC"
(https://www.do-mpc.com/en/latest/getting_started.html). Its time is in seconds; rates here are per hour as in every
model of the twin, so that one step of 0.1 s is 1/36000 h.
"""

import math
from collections.abc import Mapping
from typing import Any

from homeostat.bench.control.task import Task
from homeostat.twin import Model, input, parameter, state
from homeostat.twin.algebra import Algebra, Value

SECONDS = 3600.0
"""In an hour."""
INERTIA = 2.25e-4


def _angle(value: float, doc: str) -> Any:
    return state(value * math.pi, "rad", doc, low=-1e3)


def _speed(value: float, doc: str) -> Any:
    return state(value * math.pi, "rad/s", doc, low=-1e4)


class RotatingMasses(Model):
    """Springs between neighbours, friction on every disc, motors that follow their set-points quickly."""

    angle_1 = _angle(1.0, "angle of the first disc")
    angle_2 = _angle(1.0, "angle of the second disc")
    angle_3 = _angle(-1.5, "angle of the third disc")
    speed_1 = _speed(1.0, "speed of the first disc")
    speed_2 = _speed(-1.0, "speed of the second disc")
    speed_3 = _speed(1.0, "speed of the third disc")
    motor_1 = _angle(0.0, "angle of the first motor")
    motor_2 = _angle(0.0, "angle of the second motor")

    set_1 = input(0.0, "rad", "set-point of the first motor", low=-2.0 * math.pi, high=2.0 * math.pi)
    set_2 = input(0.0, "rad", "set-point of the second motor", low=-2.0 * math.pi, high=2.0 * math.pi)

    inertia_1 = parameter(INERTIA, "kg m^2", "inertia of the first disc", low=1e-4, high=4e-4)
    inertia_2 = parameter(INERTIA, "kg m^2", "inertia of the second disc", low=1e-4, high=4e-4)
    inertia_3 = parameter(INERTIA, "kg m^2", "inertia of the third disc", low=1e-4, high=4e-4)
    spring_1 = parameter(2.697e-3, "N m/rad", "spring from the first motor to the first disc")
    spring_2 = parameter(2.66e-3, "N m/rad", "spring between the first two discs")
    spring_3 = parameter(3.05e-3, "N m/rad", "spring between the last two discs")
    spring_4 = parameter(2.86e-3, "N m/rad", "spring from the third disc to the second motor")
    friction_1 = parameter(6.78e-5, "N m s/rad", "friction of the first disc")
    friction_2 = parameter(8.01e-5, "N m s/rad", "friction of the second disc")
    friction_3 = parameter(8.82e-5, "N m s/rad", "friction of the third disc")
    lag = parameter(1e-2, "s", "time constant of the motors")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Newton's law of each disc, and the lag of each motor."""
        first = self.spring_1 * (self.motor_1 - self.angle_1)
        second = self.spring_2 * (self.angle_1 - self.angle_2)
        third = self.spring_3 * (self.angle_2 - self.angle_3)
        last = self.spring_4 * (self.angle_3 - self.motor_2)
        per_second = {
            "angle_1": self.speed_1,
            "angle_2": self.speed_2,
            "angle_3": self.speed_3,
            "speed_1": (first - second - self.friction_1 * self.speed_1) / self.inertia_1,
            "speed_2": (second - third - self.friction_2 * self.speed_2) / self.inertia_2,
            "speed_3": (third - last - self.friction_3 * self.speed_3) / self.inertia_3,
            "motor_1": (self.set_1 - self.motor_1) / self.lag,
            "motor_2": (self.set_2 - self.motor_2) / self.lag,
        }
        return {name: SECONDS * value for name, value in per_second.items()}


def _away(x: Mapping[str, Value]) -> Value:
    return x["angle_1"] ** 2 + x["angle_2"] ** 2 + x["angle_3"] ** 2


TASK = Task(
    name="rotating masses",
    model=RotatingMasses,
    hours=0.1 / SECONDS,
    steps=20,
    substeps=8,
    elements=1,
    stage=_away,
    terminal=_away,
    moves={"set_1": 1e-2, "set_2": 1e-2},
    bounds=dict.fromkeys(("angle_1", "angle_2", "angle_3"), (-2.0 * math.pi, 2.0 * math.pi)),
    uncertain=("inertia_1", "inertia_2"),
    scenarios=((INERTIA, INERTIA),),
)
"""All discs at rest at zero, without abrupt changes of the motors' set-points."""
