"""What a walk through the rest of the recipe goes by, and where it stands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from homeostat.control import PidState
from homeostat.control.supervisor import Course
from homeostat.execution.plan.foreseeing import OutlookPlan
from homeostat.execution.plan.steps import HOUR
from homeostat.execution.plan.types import Plan
from homeostat.execution.state import BatchState, LoopState
from homeostat.execution.successor import successor
from homeostat.twin.observer import Estimate, Filter

Vector = tuple[float, ...]


@dataclass(slots=True)
class Traveller:
    """The batch's state, its loops, the belief, what the tags would show, the model's inputs, and the time (µs).

    `courses` are those of the controllers that came to work, `harvest` when one wants its phase to end (µs).
    `known` are the model's parameters, which nothing changes on the way. `rests` says that the recipe has done all it
    could do so far: it waits for time, or for values. The loops of `state` are those of the recipe's last act: `loops`
    count.
    """

    state: BatchState
    loops: tuple[LoopState, ...]
    estimate: Estimate
    known: Vector
    tags: list[float]
    inputs: Vector
    time: int
    rests: bool = False
    courses: dict[int, Course | None] = field(default_factory=dict)
    harvest: int | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """The plan and the filter that a walk goes by; it holds no state of a batch. Make one with `Way.of`.

    `mirrored` says that an input of the model is read off a tag that the twin itself shows.
    """

    plan: Plan
    outlook: OutlookPlan
    filter: Filter
    hours: float
    mirrored: bool

    @classmethod
    def of(cls, plan: Plan, outlook: OutlookPlan, of: Filter) -> Self:
        """The way of a plan with an outlook; the covariance follows in the outlook's own strides."""
        shown = {tie.tag for tie in outlook.ties} | {loop.tag for loop in plan.loops}
        mirrored = any(source.tag in shown for source in plan.twin.inputs)
        return cls(plan, outlook, of.striding(outlook.stride / HOUR), outlook.step / HOUR, mirrored)

    def show(self, going: Traveller) -> Vector:
        """Put what the twin would show into the tags; return its states and outputs."""
        states, tags = self.filter.states(going.estimate), going.tags
        values = states + self.filter.simulator.outputs(states, going.inputs, going.known)
        for tie in self.outlook.ties:
            tags[tie.tag] = tie.slope * values[tie.quantity] + tie.offset
        return values

    def read(self, going: Traveller) -> None:
        """Show the loops' outputs on their actuators' tags, and read the model's inputs off the tags."""
        tags = going.tags
        for place, memory in enumerate(going.loops):
            self._show(going, place, self._values(place, memory.pid.output))
        pairs = zip(self.plan.twin.inputs, going.inputs, strict=True)
        going.inputs = tuple([source.read(tags, last) for source, last in pairs])

    def move(self, going: Traveller, place: int, output: float) -> None:
        """Set the output of the loop at `place`: on its actuators' tags, and in the model's inputs."""
        moved = successor(going.loops[place], pid=PidState(output, output))
        going.loops = (*going.loops[:place], moved, *going.loops[place + 1 :])
        if (inner := self.plan.loops[place].inner) >= 0:
            told = successor(going.loops[inner], setpoint=output)
            going.loops = (*going.loops[:inner], told, *going.loops[inner + 1 :])
        values = self._values(place, output)
        self._show(going, place, values)
        going.inputs = self._inputs(going.inputs, place, values)

    def inputs(self, inputs: Vector, place: int, output: float) -> Vector:
        """The model's `inputs` with another output of the loop at `place`."""
        return self._inputs(inputs, place, self._values(place, output))

    def _inputs(self, inputs: Vector, place: int, values: Vector) -> Vector:
        changed = list(inputs)
        for number, own in self.outlook.loops[place].inputs:
            changed[number] = self.plan.twin.inputs[number].of(values[own])
        return tuple(changed)

    def _show(self, going: Traveller, place: int, values: Vector) -> None:
        if tags := self.outlook.loops[place].tags:
            for tag, value in zip(tags, values, strict=True):
                going.tags[tag] = value

    def _values(self, place: int, output: float) -> Vector:
        """What an output is to each tag that it shows on; of an outer loop, to the inner loop's."""
        loop = self.plan.loops[place]
        return (output,) if loop.inner >= 0 else tuple([value for _, value in loop.moves(output)])


Steering = Callable[[Way, Traveller], None]
"""Sets the loops' outputs for the step that comes, by `Way.move`."""
