"""Tune one loop: the experiment, the model or oscillation it shows, the constants, and what they are worth.

Both tunings are tried on the same plant at the same moment: a step of the set-point with sensors that do not scatter,
and a time of mere holding with sensors as they are, whose record gives the Harris index.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from homeostat.control.regulatory.tuning import (
    Constants,
    Harris,
    Identified,
    Lagged,
    Oscillation,
    StepResponse,
    harris,
    identify,
    judge_step,
    lambda_tuning,
    relay_tuning,
    simc,
)
from homeostat.errors import ControlError
from homeostat.execution.plan import micros
from homeostat.execution.plan.loops import resolve_tuning
from homeostat.execution.plan.types import LoopPlan
from homeostat.execution.tuning.declared import declared
from homeostat.execution.tuning.experiment import (
    LEAST,
    hold_still,
    ready,
    relay_experiment,
    setpoint_step,
    step_test,
)
from homeostat.execution.tuning.rehearsal import Rehearsal
from homeostat.execution.tuning.stand import Stand
from homeostat.process import Loop, Process, Quantity

Method = Literal["relay", "simc", "lambda"]
METHODS: Mapping[Method, str] = {
    "simc": "step test, then the SIMC rules",
    "lambda": "step test, then lambda tuning",
    "relay": "relay experiment, then the Tyreus-Luyben rules",
}
SHARE = 0.1
"""The size of an experiment, as a share of the output's range, unless told otherwise."""
SCATTER = 3.0
"""How far noise reaches, in standard deviations: a relay's hysteresis."""
LOUDEST = 0.1
"""The share of the output's range through which so many standard deviations of noise may move it (assumption)."""
LONGEST = Quantity(12.0, "h")
"""An experiment lasts no longer, unless told otherwise or the scan is so long that it needs more."""
SHORTEST = 2 * LEAST
"""Scans that a step and the way back take at the least."""
HELD = 400
"""Scans of mere holding, for the Harris index."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: the `method`, when (`at`), the `size` of the experiment (a difference of the output), at most how
    long it may last, and the time constant `closed` of the closed loop. None: by default.
    """

    method: Method = "simc"
    seed: int = 1
    at: Quantity | None = None
    size: Quantity | None = None
    closed: Quantity | None = None
    longest: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """A tuning as declared, its answer to a step of the set-point, and its Harris index (None: not to be had)."""

    loop: Loop
    response: StepResponse
    harris: Harris | None


@dataclass(frozen=True, slots=True)
class Tuned:
    """What came of tuning the loop `name`: found at `time` (µs), in the units of output and tag.

    `step` is the step of the set-point that both were tried on, followed for `followed` hours.
    """

    name: str
    method: Method
    time: int
    output_unit: str
    unit: str
    found: Identified | Oscillation
    constants: Constants
    before: Worth
    after: Worth
    step: float
    followed: float


def tune(process: Process, name: str, wish: Wish) -> Tuned:
    """Tune the loop `name` of a process on its simulated plant.

    Raises ControlError for an unknown loop, a loop that acts the wrong way, a time outside of the batch or for an
    experiment that is too short, or an experiment that tells nothing.
    """
    if name not in process.strategy:
        known = ", ".join(process.strategy) or "none"
        raise ControlError(f"the process has no loop '{name}'", where="--loop", mend=f"loops: {known}")
    longest = _longest(wish, micros(process.scan))
    rehearsal = Rehearsal(process, wish.seed)
    place = list(process.strategy).index(name)
    time, plan = ready(rehearsal, place, micros(wish.at) if wish.at else None), rehearsal.plan.loops[place]
    size = _size(wish, plan)
    found, change = _experiment(rehearsal, place, wish.method, size, longest)
    constants = _constants(rehearsal, place, wish, found)
    loop = process.strategy[name]
    new = declared(loop, constants, plan.output_unit, plan.unit)
    integral = plan.tuning.integral if loop.form == "standard" else 0.0
    followed = _scans(rehearsal.plan.hours, integral, constants, longest)
    delay = _delay(found, rehearsal.plan.hours)
    before, after = (_worth(rehearsal, place, each, 0.5 * change, followed, delay) for each in (loop, new))
    hours = followed * rehearsal.plan.hours
    return Tuned(
        name,
        wish.method,
        time,
        plan.output_unit,
        plan.unit,
        found,
        constants,
        before,
        after,
        0.5 * change,
        hours,
    )


def _size(wish: Wish, loop: LoopPlan) -> float:
    """The size of the experiment, in output units. Raises ControlError where it is not within the output's range."""
    span = loop.tuning.high - loop.tuning.low
    if wish.size is None:
        return SHARE * span
    size = wish.size.difference(loop.output_unit)
    if not 0.0 < size <= 0.5 * span:
        mend = f"give more than 0 and at most {0.5 * span:g} {loop.output_unit}, half of the output's range"
        raise ControlError(f"{wish.size} is no size for an experiment", where="--size", mend=mend)
    return size


def _longest(wish: Wish, scan: int) -> int:
    """How many scans (of `scan` µs) an experiment may last. Raises ControlError where that is too short for one."""
    if wish.longest is None:
        return max(micros(LONGEST) // scan, SHORTEST)
    scans = micros(wish.longest) // scan
    if scans < SHORTEST:
        what = f"{wish.longest} is too short for an experiment, which takes {SHORTEST} scans at the least"
        raise ControlError(what, where="--longest", mend=f"give at least {SHORTEST * scan / 60e6:.4g} min")
    return scans


def _experiment(
    rehearsal: Rehearsal, place: int, method: Method, size: float, longest: int
) -> tuple[Identified | Oscillation, float]:
    """What the experiment found, and how far it moved the tag."""
    stand = Stand.at(rehearsal, place, quiet=False)
    if method == "relay":
        _, found = relay_experiment(stand, size, _hysteresis(rehearsal, place), longest)
        return found, 2.0 * found.amplitude
    record = step_test(stand, size, longest)
    known = identify(record.outputs, record.values, rehearsal.plan.hours)
    outputs = np.asarray(record.outputs) - record.outputs[0]
    course = known.model.course(outputs, rehearsal.plan.hours)
    return known, float(course[np.argmax(np.abs(course))])


def _hysteresis(rehearsal: Rehearsal, place: int) -> float:
    tag = rehearsal.plan.tags[rehearsal.plan.loops[place].tag]
    declared_tag = rehearsal.process.tags[tag]
    sensor = rehearsal.process.simulation.sensors.get(tag)
    noise = sensor.noise if sensor is not None and sensor.noise is not None else declared_tag.resolution
    return SCATTER * noise.difference(declared_tag.unit) if noise is not None else 0.0


def _constants(rehearsal: Rehearsal, place: int, wish: Wish, found: Identified | Oscillation) -> Constants:
    if isinstance(found, Oscillation):
        return relay_tuning(found)
    loop, model = rehearsal.plan.loops[place], found.model
    gain = model.gain if isinstance(model, Lagged) else model.slope
    if gain * (1.0 if loop.tuning.reverse else -1.0) <= 0.0:
        action = "direct" if loop.tuning.reverse else "reverse"
        raise ControlError(
            f"the tag {'falls' if gain < 0.0 else 'rises'} when the output rises: the loop acts the wrong way",
            where=f"strategy.{loop.name}.action",
            mend=f"declare 'action: {action}'",
        )
    closed = wish.closed.to("h") if wish.closed else None
    scan, range_ = rehearsal.plan.hours, loop.tuning.high - loop.tuning.low
    if wish.method == "lambda":
        return lambda_tuning(model, scan=scan, closed=closed)
    loudest = LOUDEST * range_ / (SCATTER * found.error) if found.error > 0.0 else math.inf
    return simc(model, scan=scan, closed=closed, loudest=loudest)


def _delay(found: Identified | Oscillation, hours: float) -> int:
    """The dead time in scans; of an oscillation a quarter of its period, as for an integrator."""
    delay = 0.25 * found.period if isinstance(found, Oscillation) else found.model.delay
    return 1 + math.floor(delay / hours + 1e-9)


def _scans(scan: float, integral: float, constants: Constants, longest: int) -> int:
    """For how many scans (of `scan` h) a step of the set-point is followed: both tunings have the time to settle."""
    hours = max(6.0 * integral, 6.0 * constants.integral, 15.0 * constants.closed)
    return int(min(max(hours / scan, SHORTEST), longest))


def _worth(rehearsal: Rehearsal, place: int, loop: Loop, step: float, scans: int, delay: int) -> Worth:
    """A tuning on trial."""
    name = rehearsal.plan.loops[place].name
    strategy = {**rehearsal.process.strategy, name: loop}
    tuning = resolve_tuning(rehearsal.process.model_copy(update={"strategy": strategy}), name)
    quiet = Stand.at(rehearsal, place, quiet=True, tuning=tuning)
    first, values, outputs = setpoint_step(quiet, step, scans)
    response = judge_step(values, outputs, start=first, setpoint=first + step, hours=rehearsal.plan.hours)
    errors = hold_still(Stand.at(rehearsal, place, quiet=False, tuning=tuning), HELD)
    try:
        return Worth(loop, response, harris(errors, delay))
    except ControlError:
        return Worth(loop, response, None)
