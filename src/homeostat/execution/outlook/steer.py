"""Loops in the outlook: each holds its set-point as well as its actuator lets it.

A step of the outlook is long beside what a controller sees, so no controller is run: one step ahead is simulated with
the output as it is and a little beside it, and the output is set to what reaches the set-point (one Newton step, within
the actuator's limits).
"""

from dataclasses import replace

from homeostat.control import PidState
from homeostat.execution.outlook.traveller import Traveller
from homeostat.execution.plan.types import HOUR, LoopPlan, OutlookPlan, Plan
from homeostat.execution.state import LoopState
from homeostat.twin import Status
from homeostat.twin.observer import Filter

NUDGE = 0.02
"""How far beside its output an actuator is tried, as a share of its range."""
FLAT = 1e-9
"""A slope below this, in tag units per output unit, is none: the output stays."""


def steer(plan: Plan, outlook: OutlookPlan, of: Filter, going: Traveller) -> None:
    """Set the actuators of all loops, and from them the model's inputs, for the step that comes."""
    _outputs(plan, going)
    loops = list(going.state.loops)
    for position, (loop, memory) in enumerate(zip(plan.loops, loops, strict=True)):
        if memory.mode == "auto" and outlook.loops[position] >= 0:
            output = _settled(plan, outlook, of, going, position)
            loops[position] = replace(memory, pid=PidState(output, output))
        elif memory.mode == "auto":
            going.tags[loop.tag] = memory.setpoint
    going.state = replace(going.state, loops=tuple(loops))
    _outputs(plan, going)


def _outputs(plan: Plan, going: Traveller) -> None:
    """Show the loops' outputs on their actuators' tags, and read the model's inputs off the tags."""
    for loop, memory in zip(plan.loops, going.state.loops, strict=True):
        going.tags[plan.tags.index(loop.actuator)] = memory.pid.output
    going.inputs = _inputs(plan, going.tags, going.inputs)


def _inputs(plan: Plan, tags: list[float], last: tuple[float, ...]) -> tuple[float, ...]:
    pairs = zip(plan.twin.inputs, last, strict=True)
    return tuple([source.read(tags, before) for source, before in pairs])


def _settled(plan: Plan, outlook: OutlookPlan, of: Filter, going: Traveller, position: int) -> float:
    """The output that brings the loop's tag to its set-point one step ahead, within the actuator's limits."""
    loop, memory = plan.loops[position], going.state.loops[position]
    output, tuning = memory.pid.output, loop.tuning
    nudge = NUDGE * (tuning.high - tuning.low)
    nudge = nudge if output + nudge <= tuning.high else -nudge
    value = _ahead(plan, outlook, of, going, position, output)
    slope = (_ahead(plan, outlook, of, going, position, output + nudge) - value) / nudge
    error = _error(loop, memory, value)
    if not slope * (1.0 if tuning.reverse else -1.0) > FLAT or error != error:
        return output
    return min(max(output + error / slope, tuning.low), tuning.high)


def _error(loop: LoopPlan, memory: LoopState, value: float) -> float:
    """Set-point less value; zero inside the loop's deadband."""
    error = memory.setpoint - value
    return 0.0 if abs(error) <= loop.tuning.deadband else error


def _ahead(
    plan: Plan, outlook: OutlookPlan, of: Filter, going: Traveller, position: int, output: float
) -> float:
    """What the loop's tag would show after one step with `output` on its actuator; NaN where the model fails."""
    tags = list(going.tags)
    tags[plan.tags.index(plan.loops[position].actuator)] = output
    inputs, known = _inputs(plan, tags, going.inputs), of.known(going.estimate)
    states, status, _ = of.simulator.advance(of.states(going.estimate), inputs, known, outlook.step / HOUR)
    if status is not Status.OK:
        return float("nan")
    tie = outlook.ties[outlook.loops[position]]
    if tie.quantity < len(states):
        return tie.slope * states[tie.quantity] + tie.offset
    outputs = of.simulator.outputs(states, inputs, known)
    return tie.slope * outputs[tie.quantity - len(states)] + tie.offset
