"""Loops in the outlook: each holds its set-point as well as its actuator lets it.

A step of the outlook is long beside what a controller sees, so no controller is run: one step ahead is simulated with
the outputs as they are and each a little beside itself, and each output is set to what reaches its set-point (one
Newton step, within the actuator's limits). An output that would stay whatever the slope is not tried. In split range a
step goes no further than to where other actuators take over. In a cascade the innermost loop is set for the outermost
one whose tag the twin knows; where the twin does not know the inner loop's tag, it is where the outer loop wants it.
"""

import math
from dataclasses import dataclass, replace

from homeostat.control import Tuning
from homeostat.control.regulatory import stretch
from homeostat.execution.outlook.traveller import Traveller, Vector, Way
from homeostat.execution.plan.foreseeing import TagTie
from homeostat.twin import Status

NUDGE = 0.02
"""How far beside its output an actuator is tried, as a share of its range."""
FLAT = 1e-9
"""A slope below this, in tag units per output unit, is none: the output stays."""


def hold(way: Way, going: Traveller) -> None:
    """Set the outputs of all loops for the step that comes."""
    trial = _Trial(way, way.filter.states(going.estimate), going.known, going.inputs)
    led = frozenset[int]()
    for place in way.plan.outer_first:
        seen, memory = way.outlook.loops[place].seen, going.loops[place]
        if memory.mode != "auto" or memory.driven or place in led:
            continue
        if seen is None:
            going.tags[way.plan.loops[place].tag] = memory.setpoint
            continue
        if chain := _chain(way, going, place):
            begin = going.loops[chain[-1]].pid.output
            output = trial.settled(chain[-1], _through(way, chain), seen, memory.setpoint, begin)
            if output != begin:
                way.move(going, chain[-1], output)
            led = led.union(chain[1:])


def _chain(way: Way, going: Traveller, place: int) -> tuple[int, ...]:
    """The loop at `place` and those beneath it, to the one whose output does something; empty if one is in manual."""
    chain = [place]
    while (inner := way.plan.loops[chain[-1]].inner) >= 0:
        if going.loops[inner].mode != "auto":
            return ()
        if way.outlook.loops[chain[-1]].tags:
            break
        chain.append(inner)
    return tuple(chain)


def _through(way: Way, chain: tuple[int, ...]) -> Tuning:
    """The limits of the last loop of a chain, with the deadband of the first and the action of all together."""
    first, last = way.plan.loops[chain[0]].tuning, way.plan.loops[chain[-1]].tuning
    if len(chain) == 1:
        return first
    direct = [place for place in chain if not way.plan.loops[place].tuning.reverse]
    return replace(last, deadband=first.deadband, reverse=len(direct) % 2 == 0)


@dataclass(slots=True)
class _Trial:
    """A step from `states` that is tried with several inputs; `ahead` are the states after `inputs` as they are."""

    way: Way
    states: Vector
    known: Vector
    inputs: Vector
    ahead: Vector | None = None

    def settled(self, place: int, tuning: Tuning, seen: TagTie, setpoint: float, output: float) -> float:
        """The output that brings the loop's tag to its set-point one step ahead, within the actuator's limits.

        `output` is the present one.
        """
        self.ahead = self.ahead or self._after(self.inputs)
        value = self._shown(seen, self.ahead, self.inputs)
        error = setpoint - value
        if not abs(error) > tuning.deadband or _at_end(tuning, output, error):
            return output
        nudge = NUDGE * (tuning.high - tuning.low)
        nudge = nudge if output + nudge <= tuning.high else -nudge
        begin, low, high = output, tuning.low, tuning.high
        if travels := self.way.plan.loops[place].travels:
            begin, end = stretch(travels, output, high if _upwards(tuning, error) else low)
            nudge = math.copysign(min(abs(nudge), abs(end - begin)), end - begin)
            low, high = min(begin, end), max(begin, end)
        slope = self._slope(place, seen, value, begin, nudge)
        if not slope * (1.0 if tuning.reverse else -1.0) > FLAT:
            return output
        return min(max(begin + error / slope, low), high)

    def _slope(self, place: int, seen: TagTie, value: float, output: float, nudge: float) -> float:
        """By how much the tag answers the output of a loop; NaN where nothing moves."""
        if nudge == 0.0:
            return float("nan")
        inputs = self.way.inputs(self.inputs, place, output + nudge)
        return (self._shown(seen, self._after(inputs), inputs) - value) / nudge

    def _after(self, inputs: Vector) -> Vector | None:
        """The states after the step; None where the model cannot be followed."""
        states, status, _ = self.way.filter.simulator.advance(self.states, inputs, self.known, self.way.hours)
        return states if status is Status.OK else None

    def _shown(self, seen: TagTie, states: Vector | None, inputs: Vector) -> float:
        """What a tag shows at `states`; NaN without."""
        if states is None:
            return float("nan")
        if seen.quantity < len(states):
            return seen.slope * states[seen.quantity] + seen.offset
        outputs = self.way.filter.simulator.outputs(states, inputs, self.known)
        return seen.slope * outputs[seen.quantity - len(states)] + seen.offset


def _at_end(tuning: Tuning, output: float, error: float) -> bool:
    """Whether the output is at the end of its range to which the error pushes it."""
    return output >= tuning.high if _upwards(tuning, error) else output <= tuning.low


def _upwards(tuning: Tuning, error: float) -> bool:
    """Whether the error asks for more output."""
    return error > 0.0 if tuning.reverse else error < 0.0
