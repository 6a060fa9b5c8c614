"""Loops: tunings in the units of tag and output, what each moves, and what it is fed forward."""

from collections.abc import Mapping, Sequence

from homeostat.control import Tuning
from homeostat.control.regulatory import Feed, Travel
from homeostat.errors import ProcessError
from homeostat.execution.plan.steered import FeedPlan
from homeostat.execution.plan.steps import micros
from homeostat.execution.plan.types import LoopPlan
from homeostat.process import Loop, Process, Quantity
from homeostat.process.strategy import output_unit

WHOLE = (0.0, 100.0)
"""The range of an output in split range, in %."""
SAMPLES = 3
"""A loop whose output stays is told of as blind once so many samples of its tag are gone (assumption)."""


def resolve_loops(process: Process) -> tuple[LoopPlan, ...]:
    """Every loop of the strategy, in the order of the file."""
    return tuple(_loop(process, name, loop) for name, loop in process.strategy.items())


def resolve_tuning(process: Process, name: str) -> Tuning:
    """The tuning of one loop, in the units of its tag and its output. Raises ProcessError."""
    loop = process.strategy[name]
    unit, measured = unit_of(process, name), process.tags[loop.tag].unit
    low, high = _range(process, loop, unit)
    standard = loop.form == "standard"
    return Tuning(
        gain=loop.gain.ratio(unit, measured),
        integral=_hours(loop.integral) if standard else _gain(loop.integral, f"{unit}/h", measured),
        derivative=_hours(loop.derivative) if standard else _gain(loop.derivative, unit, f"{measured}/h"),
        low=low,
        high=high,
        reverse=loop.action == "reverse",
        deadband=loop.deadband.difference(measured) if loop.deadband else 0.0,
        form=loop.form,
        setpoint_weight=loop.setpoint_weight,
        derivative_weight=loop.derivative_weight,
        filter=loop.filter,
        tracking=_hours(loop.tracking),
        rate=_gain(loop.rate, unit, "h"),
    )


def unit_of(process: Process, name: str) -> str:
    """The unit of a loop's output. Raises ProcessError where what it moves is not declared."""
    unit = output_unit(process.strategy[name], process.tags, process.strategy)
    if unit is None:
        where = f"strategy.{name}"
        raise ProcessError(
            "the loop moves nothing that is declared", where=where, mend="check the process file"
        )
    return unit


def set_through(
    process: Process, loops: Sequence[LoopPlan], settings: Mapping[str, Quantity]
) -> dict[str, tuple[int, float]]:
    """For each of `settings` that a loop moves: the loop, by index, and the output that brings it there."""
    found: dict[str, tuple[int, float]] = {}
    for place, loop in enumerate(loops):
        if loop.inner >= 0 and (inner := loops[loop.inner].name) in settings:
            found[inner] = place, settings[inner].to(loop.output_unit)
        if loop.actuator in settings:
            found[loop.actuator] = place, settings[loop.actuator].to(loop.output_unit)
        for travel in loop.travels:
            if travel.actuator in settings:
                value = settings[travel.actuator].to(process.tags[travel.actuator].unit)
                found[travel.actuator] = place, travel.output(value)
    return found


def _loop(process: Process, name: str, loop: Loop) -> LoopPlan:
    tags, strategy = tuple(process.tags), tuple(process.strategy)
    measured, unit, tuning = process.tags[loop.tag], unit_of(process, name), resolve_tuning(process, name)
    travels = tuple(_travel(process, actuator, loop) for actuator in loop.split)
    return LoopPlan(
        name=name,
        tag=tags.index(loop.tag),
        actuator=loop.actuator or "",
        unit=measured.unit,
        setpoint=loop.setpoint.to(measured.unit),
        mode=loop.mode,
        initial=_initial(process, loop, unit, tuning, travels),
        tuning=tuning,
        output_unit=unit,
        safe=loop.safe.to(unit) if loop.safe else None,
        patience=micros(loop.patience),
        told=_told(process, loop),
        travels=travels,
        inner=strategy.index(loop.inner) if loop.inner else -1,
        feeds=tuple(_feed(process, tag, loop, unit) for tag in loop.forward),
    )


def _told(process: Process, loop: Loop) -> int:
    """After how long (µs) without a reading that is told: at once where it moves the output to its safe value."""
    patience, every = micros(loop.patience), process.tags[loop.tag].every
    return patience if loop.safe or not every else max(patience, SAMPLES * micros(every))


def _range(process: Process, loop: Loop, unit: str) -> tuple[float, float]:
    if loop.output is None and not loop.actuator:
        return WHOLE
    low, high = loop.output or process.tags[loop.actuator or ""].range
    return low.to(unit), high.to(unit)


def _initial(process: Process, loop: Loop, unit: str, tuning: Tuning, travels: tuple[Travel, ...]) -> float:
    """Where the output begins: where its actuators stand, or at the inner loop's set-point."""
    if loop.inner:
        return process.strategy[loop.inner].setpoint.to(unit)
    if loop.actuator:
        initial = process.tags[loop.actuator].initial
        return initial.to(unit) if initial else tuning.low
    opened = ((travel, _start(process, travel)) for travel in travels)
    return next((travel.output(start) for travel, start in opened if start != travel.low), travels[0].start)


def _start(process: Process, travel: Travel) -> float:
    tag = process.tags[travel.actuator]
    return tag.initial.to(tag.unit) if tag.initial else travel.low


def _travel(process: Process, actuator: str, loop: Loop) -> Travel:
    tag, declared = process.tags[actuator], loop.split[actuator]
    low, high = declared.output or tag.range
    return Travel(actuator, declared.start.to("%"), declared.to.to("%"), low.to(tag.unit), high.to(tag.unit))


def _feed(process: Process, tag: str, loop: Loop, unit: str) -> FeedPlan:
    known, declared = process.tags[tag], loop.forward[tag]
    feed = Feed(
        gain=declared.gain.ratio(unit, known.unit),
        lead=_hours(declared.lead),
        lag=_hours(declared.lag),
        rest=declared.rest.to(known.unit) if declared.rest else 0.0,
    )
    return FeedPlan(tuple(process.tags).index(tag), feed)


def _hours(quantity: Quantity | None) -> float:
    return quantity.to("h") if quantity else 0.0


def _gain(quantity: Quantity | None, over: str, under: str) -> float:
    return quantity.ratio(over, under) if quantity else 0.0
