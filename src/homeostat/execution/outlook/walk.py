"""Walking through the rest of the recipe: the same recipe engine as the scan's, on what the twin would show.

In: the plan, the batch's state and readings now. Out: the moments at which samples will be drawn, with the belief then.
"""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from homeostat.execution.conditions import Facts
from homeostat.execution.outlook.lead import lead
from homeostat.execution.outlook.steer import hold
from homeostat.execution.outlook.traveller import Steering, Traveller, Way
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages import recipe
from homeostat.execution.state import BatchState
from homeostat.execution.successor import successor
from homeostat.ledger.catalogue import CommandIntended, SampleDrawn
from homeostat.process import convert
from homeostat.twin.mixing import VOLUME
from homeostat.twin.observer import Dose, Draw, Estimate

LONGEST = 3000
"""Steps after which the recipe is called endless; what has been foreseen until then stands."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A sample that will be drawn at `time` (µs) in `phase` for `assays`, and what will be believed then."""

    time: int
    phase: str
    assays: tuple[str, ...]
    estimate: Estimate


def walk(
    way: Way, state: BatchState, usable: Sequence[float], time: int, steering: Steering = hold
) -> Iterator[Moment]:
    """Every sample to come, from the belief of `state` on; it ends early where the model cannot be followed.

    `usable` holds the tag values (NaN: unusable); a tag that the twin does not know stays as it is. `steering` sets
    the loops' outputs for each step.
    """
    shadow = state.belief.shadow
    if shadow is None:
        return
    free, of = _unbound(state), way.filter
    known, inputs = of.known(shadow.estimate), state.belief.inputs
    going = Traveller(free, free.loops, shadow.estimate, known, list(usable), inputs, time)
    acted = True
    for _ in range(LONGEST):
        acted |= yield from _proceed(way, going)
        if not going.estimate.sound or recipe.complete(going.state):
            return
        if acted or way.mirrored:
            way.read(going)
        lead(way, going)
        steering(way, going)
        going.estimate, acted = of.advance(going.estimate, going.inputs, way.hours), False
        going.time += way.outlook.step
        if not going.estimate.sound:
            return


def _unbound(state: BatchState) -> BatchState:
    """The state without anything to wait for: prompts count as answered, commands as carried out."""
    waiting = [step.prompts or step.intents for step in state.steps]
    if not any(waiting):
        return state
    steps = [
        replace(step, prompts=(), intents=()) if waits else step
        for step, waits in zip(state.steps, waiting, strict=True)
    ]
    return replace(state, steps=tuple(steps), prompts={}, pending={})


def _proceed(way: Way, going: Traveller) -> Generator[Moment, None, bool]:
    """Let the recipe advance until it waits for time alone, and tell whether it did anything.

    What it decides is done at once.
    """
    acted = False
    while going.estimate.sound:
        facts = Facts(going.time, going.tags, way.show(going), _past(going))
        if going.rests and not recipe.stirs(way.plan, going.state, facts):
            return acted
        sheet = Sheet("ahead", first=0)
        state = recipe.advance(way.plan, successor(going.state, loops=going.loops), facts, sheet)
        going.state, going.loops = _unbound(state), state.loops
        going.rests, acted = not sheet.decisions, True
        if going.rests:
            return acted
        for _, decision in sheet.decisions:
            if isinstance(decision, SampleDrawn):
                estimate = way.filter.settle(going.estimate)
                yield Moment(going.time, decision.step.rsplit("/", 1)[-1], decision.assays, estimate)
            elif isinstance(decision, CommandIntended):
                _obey(way, going, decision)
    return acted


def _past(going: Traveller) -> float:
    """For how long (µs) a controller has wanted its phase to end; NaN while none does."""
    return math.nan if going.harvest is None else float(going.time - going.harvest)


def _obey(way: Way, going: Traveller, intended: CommandIntended) -> None:
    """Carry a command out: a set-point shows on its tag, a dose or a draw changes the belief.

    What is not known of a dose or draw to come is in doubt as it will be once it has been given.
    """
    plan, of, observer = way.plan, way.filter, way.plan.twin.observer
    if intended.kind == "set":
        going.tags[plan.tags.index(intended.target)] = intended.value
        return
    volume = convert(intended.value, intended.unit, of.signature.states[VOLUME].unit)
    uncertain, doubt = (observer.contents, observer.volumes) if observer else ((), 0.0)
    if intended.kind == "draw":
        going.estimate = of.jump(going.estimate, Draw(volume, intended.retain, doubt))
    else:
        contents = dict(plan.twin.contents)[intended.target]
        going.estimate = of.jump(going.estimate, Dose(volume, contents, uncertain, doubt))
