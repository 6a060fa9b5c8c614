"""Loops: tunings in the units of tag and actuator."""

from homeostat.control import Tuning
from homeostat.execution.plan.types import LoopPlan, micros
from homeostat.process import Loop, Process, Quantity


def resolve_loops(process: Process) -> tuple[LoopPlan, ...]:
    """Every loop of the strategy, in the order of the file."""
    index = {name: position for position, name in enumerate(process.tags)}
    return tuple(_loop(process, name, loop, index[loop.tag]) for name, loop in process.strategy.items())


def _loop(process: Process, name: str, loop: Loop, tag: int) -> LoopPlan:
    measured, moved = process.tags[loop.tag], process.tags[loop.actuator]
    low, high = (bound.to(moved.unit) for bound in loop.output or moved.range)
    initial = moved.initial.to(moved.unit) if moved.initial else low
    tuning = Tuning(
        gain=loop.gain.ratio(moved.unit, measured.unit),
        integral=_hours(loop.integral),
        derivative=_hours(loop.derivative),
        low=low,
        high=high,
        reverse=loop.action == "reverse",
        deadband=loop.deadband.difference(measured.unit) if loop.deadband else 0.0,
    )
    setpoint = loop.setpoint.to(measured.unit)
    return LoopPlan(
        name=name,
        tag=tag,
        actuator=loop.actuator,
        unit=measured.unit,
        setpoint=setpoint,
        mode=loop.mode,
        initial=initial,
        tuning=tuning,
        output_unit=moved.unit,
        safe=loop.safe.to(moved.unit) if loop.safe else None,
        patience=micros(loop.patience),
    )


def _hours(quantity: Quantity | None) -> float:
    return quantity.to("h") if quantity else 0.0
