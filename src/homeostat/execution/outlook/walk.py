"""Walking through the rest of the recipe: the same recipe engine as the scan's, on what the twin would show.

In: the plan, the batch's state and readings now. Out: the moments at which samples will be drawn, with the belief then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from homeostat.execution.conditions import Facts
from homeostat.execution.outlook.steer import steer
from homeostat.execution.outlook.traveller import Traveller
from homeostat.execution.plan.types import HOUR, OutlookPlan, Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages import recipe
from homeostat.execution.state import BatchState
from homeostat.ledger.catalogue import CommandIntended, SampleDrawn
from homeostat.process import convert
from homeostat.twin.mixing import VOLUME
from homeostat.twin.observer import Dose, Draw, Estimate, Filter

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
    plan: Plan, outlook: OutlookPlan, of: Filter, state: BatchState, usable: Sequence[float], time: int
) -> Iterator[Moment]:
    """Every sample to come, from the belief of `state` on; it ends early where the model cannot be followed.

    `usable` holds the tag values (NaN: unusable); a tag that the twin does not know stays as it is.
    """
    shadow = state.belief.shadow
    if shadow is None:
        return
    going = Traveller(_unbound(state), shadow.estimate, list(usable), state.belief.inputs, time)
    for _ in range(LONGEST):
        yield from _proceed(plan, outlook, of, going)
        if recipe.complete(going.state) or not going.estimate.sound:
            return
        steer(plan, outlook, of, going)
        going.estimate = of.advance(going.estimate, going.inputs, outlook.step / HOUR)
        going.time += outlook.step
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


def _proceed(plan: Plan, outlook: OutlookPlan, of: Filter, going: Traveller) -> Iterator[Moment]:
    """Let the recipe advance until it waits for time alone; what it decides is done at once."""
    while going.estimate.sound:
        facts = Facts(going.time, going.tags, _show(outlook, of, going))
        sheet = Sheet("ahead", first=0)
        going.state = recipe.advance(plan, going.state, facts, sheet)
        if not sheet.decisions:
            return
        going.state = _unbound(going.state)
        for _, decision in sheet.decisions:
            if isinstance(decision, SampleDrawn):
                estimate = of.settle(going.estimate)
                yield Moment(going.time, decision.step.rsplit("/", 1)[-1], decision.assays, estimate)
            elif isinstance(decision, CommandIntended):
                _obey(plan, of, going, decision)


def _show(outlook: OutlookPlan, of: Filter, going: Traveller) -> tuple[float, ...]:
    """Put what the twin would show into the tags; return its states and outputs."""
    states = of.states(going.estimate)
    values = states + of.simulator.outputs(states, going.inputs, of.known(going.estimate))
    for tie in outlook.ties:
        going.tags[tie.tag] = tie.slope * values[tie.quantity] + tie.offset
    return values


def _obey(plan: Plan, of: Filter, going: Traveller, intended: CommandIntended) -> None:
    """Carry a command out: a set-point shows on its tag, a dose or a draw changes the belief."""
    if intended.kind == "set":
        going.tags[plan.tags.index(intended.target)] = intended.value
        return
    volume = convert(intended.value, intended.unit, of.signature.states[VOLUME].unit)
    if intended.kind == "draw":
        going.estimate = of.jump(going.estimate, Draw(volume, intended.retain))
    else:
        contents = dict(plan.twin.contents)[intended.target]
        going.estimate = of.jump(going.estimate, Dose(volume, contents))
