"""What predictive controllers are told makes sense by itself: envelopes their actuators have, times in their order."""

from collections.abc import Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.checks.weighed import delayed, moved
from homeostat.process.controllers import Bound, Controller, Move
from homeostat.process.equipment import Tag
from homeostat.process.issues import Fault, Path
from homeostat.process.strategy import Loop
from homeostat.process.units import Quantity, compatible

LONGEST = 500
"""Steps of a horizon beyond which a plan would take longer than it is worth."""
MOST_SIGMAS = 5.0
"""Standard deviations beyond which a scenario is no doubt of the belief any more, but another model."""
SUREST = 99.0
"""The greatest chance (%) that an ensemble of plans can tell."""


def controllable(subject: Subject) -> Iterator[Fault]:
    """A fault for every controller that contradicts itself, or its actuators."""
    process = subject.process
    for name, controller in process.controllers.items():
        path: Path = ("controllers", name)
        yield from _times(path, controller, process.scan)
        yield from delayed(path, controller)
        for driven, move in controller.moves.items():
            loop = process.strategy.get(driven)
            tag = process.tags.get(loop.actuator or "") if loop else None
            if loop is not None and tag is not None:
                yield from _move((*path, "moves", driven), move, loop, tag, controller.horizon)
        for k, bound in enumerate(controller.limits):
            yield from _bound((*path, "limits", k), bound)
            if bound.chance is not None and not controller.scenarios:
                what = "what the chance is reckoned from is not named"
                yield Fault(
                    (*path, "limits", k, "chance"), what, "name in 'scenarios' the parameters that are drawn"
                )
        for parameter, sigmas in controller.scenarios.items():
            if not 0.0 < sigmas <= MOST_SIGMAS:
                what = f"{sigmas:g} standard deviations make no scenario"
                mend = f"give a number above 0, and at most {MOST_SIGMAS:g}"
                yield Fault((*path, "scenarios", parameter), what, mend)


def _times(path: Path, controller: Controller, scan: Quantity) -> Iterator[Fault]:
    times = [controller.every, controller.step, controller.horizon, controller.age, scan]
    if not all(compatible(each.unit, "min") and each.value > 0.0 for each in times):
        return  # another fault
    if not controller.during:
        yield Fault((*path, "during"), "the controller is never at work", "name the phases it works in")
    for field, least, other in (
        ("every", scan, "the scan"),
        ("age", controller.every, "'every'"),
        ("horizon", controller.step, "'step'"),
    ):
        value: Quantity = getattr(controller, field)
        if value.to("s") < least.to("s"):
            yield Fault((*path, field), f"{value} is shorter than {other}, {least}", f"give at least {least}")
    if controller.horizon.to("s") > LONGEST * controller.step.to("s"):
        what = f"more than {LONGEST} steps of {controller.step} lie in {controller.horizon}"
        yield Fault((*path, "step"), what, "take longer steps")


def _move(where: Path, move: Move, loop: Loop, tag: Tag, horizon: Quantity) -> Iterator[Fault]:
    given = [*move.envelope, *(each for each in (move.least, move.change) if each is not None)]
    if not all(compatible(each.unit, tag.unit) for each in given):
        return  # another fault
    low, high = (end.to(tag.unit) for end in move.envelope)
    if low == high:
        yield Fault((*where, "envelope"), "it leaves nothing to move", "give a lower and a higher end")
        return
    for whose, bounds in (("the actuator's range", tag.range), ("the loop's output", loop.output)):
        if bounds is None or not all(compatible(end.unit, tag.unit) for end in bounds):
            continue  # there is none, or another fault
        lowest, highest = (end.to(tag.unit) for end in bounds)
        if not lowest <= low < high <= highest:
            what = f"the envelope is no part of {whose}, {bounds[0]} to {bounds[1]}"
            yield Fault((*where, "envelope"), what, "stay within it")
    if compatible(horizon.unit, "h"):
        yield from moved(where, move, tag, horizon)
    if move.least is None:
        return
    if move.rate is not None:
        what = "a switch goes from off to its least at once, which no rate allows"
        yield Fault((*where, "rate"), what, "leave out the rate or the least")
    least = move.least.to(tag.unit)
    if not low < least <= high:
        yield Fault((*where, "least"), f"{move.least} is no part of the envelope", "choose a value within it")
    elif move.change is not None and move.change.difference(tag.unit) < least - low:
        what = f"a change of at most {move.change} never switches it on"
        yield Fault((*where, "change"), what, f"allow at least {move.least}, or leave it out")


def _bound(where: Path, bound: Bound) -> Iterator[Fault]:
    chance, low, high = bound.chance, bound.low, bound.high
    if chance is not None and compatible(chance.unit, "%") and not 50.0 < chance.to("%") <= SUREST:
        what = f"no plan can tell whether a limit holds with a chance of {chance}"
        mend = f"give more than 50 % and at most {SUREST:g} %, or leave it out and keep further away"
        yield Fault((*where, "chance"), what, mend)
    if low is not None and high is not None and _crossed(low, high):
        yield Fault((*where, "low"), f"{low} is not below {high}", "put the lower value first")


def _crossed(low: Quantity, high: Quantity) -> bool:
    return compatible(low.unit, high.unit) and low.to(high.unit) >= high.value
