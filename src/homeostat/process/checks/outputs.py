"""What a loop gives and is told lies within reach: outputs in the range of what they move, weights with their terms."""

from collections.abc import Iterator

from homeostat.process.base import Range
from homeostat.process.checks.limits import allowed, contains, words
from homeostat.process.checks.subject import Subject
from homeostat.process.equipment import Tag
from homeostat.process.issues import Fault, Path, quoted
from homeostat.process.strategy import Loop
from homeostat.process.units import Quantity, compatible

WHOLE: Range = (Quantity(0.0, "%"), Quantity(100.0, "%"))
"""The output of a loop in split range."""


def outputs(subject: Subject) -> Iterator[Fault]:
    """A fault for every set-point, output or share of an output that what it is given to could not take."""
    for name, loop in subject.process.strategy.items():
        path: Path = ("strategy", name)
        yield from allowed(subject, (*path, "setpoint"), loop.tag, loop.setpoint)
        if loop.actuator:
            yield from _of_actuator(subject, path, loop, loop.actuator)
        if loop.split:
            yield from _of_split(subject, path, loop)
        if loop.inner:
            yield from _of_cascade(subject, path, loop, loop.inner)
        yield from _of_terms(path, loop)


def _of_actuator(subject: Subject, path: Path, loop: Loop, name: str) -> Iterator[Fault]:
    actuator = subject.process.tags.get(name)
    if actuator is None:
        return
    if loop.output is not None:
        yield from _reached((*path, "output"), loop.output, name, actuator)
    if loop.safe is not None:
        yield from allowed(subject, (*path, "safe"), name, loop.safe)


def _reached(path: Path, output: Range, name: str, actuator: Tag) -> Iterator[Fault]:
    if not contains(actuator.range, *output):
        what = f"the output {words(output)} leaves the range of '{name}' ({words(actuator.range)})"
        yield Fault(path, what, "keep the output within the actuator's range")


def _of_split(subject: Subject, path: Path, loop: Loop) -> Iterator[Fault]:
    for name, travel in loop.split.items():
        where, actuator = (*path, "split", name), subject.process.tags.get(name)
        ends = (travel.start, travel.to)
        if not contains(WHOLE, *ends):
            yield Fault(where, f"{words(ends)} leaves 0 % to 100 %", "give shares of the loop's output")
        if compatible(travel.start.unit, travel.to.unit) and travel.start.to("1") == travel.to.to("1"):
            yield Fault(
                where, "'from' and 'to' are the same: the actuator would never move", "set them apart"
            )
        if travel.output is not None and actuator is not None:
            yield from _reached((*where, "output"), travel.output, name, actuator)
            if travel.output[0].value == travel.output[1].to(travel.output[0].unit):
                yield Fault(
                    (*where, "output"),
                    "both ends are the same: the actuator would never move",
                    "set them apart",
                )
    for field, given in (("output", loop.output or ()), ("safe", (loop.safe,) if loop.safe else ())):
        if not contains(WHOLE, *given):
            yield Fault((*path, field), "a split output runs from 0 % to 100 %", "keep within that")


def _of_cascade(subject: Subject, path: Path, loop: Loop, inner: str) -> Iterator[Fault]:
    """An outer loop may give what a phase may give: set-points in the range of the tag, and proven."""
    within = subject.process.strategy.get(inner)
    if within is None or loop.output is None:
        return
    for i, end in enumerate(loop.output):
        yield from allowed(subject, (*path, "output", i), within.tag, end)
    if not contains(loop.output, within.setpoint):
        what = (
            f"the set-point {within.setpoint} of {quoted(inner)} is outside the output ({words(loop.output)})"
        )
        yield Fault((*path, "output"), what, "let the outer loop start from the inner loop's set-point")
    if loop.safe is not None and not contains(loop.output, loop.safe):
        yield Fault(
            (*path, "safe"),
            f"{loop.safe} is outside the output ({words(loop.output)})",
            "choose a value within",
        )


def _of_terms(path: Path, loop: Loop) -> Iterator[Fault]:
    """Terms that need each other."""
    if loop.integral is None and loop.setpoint_weight < 1.0:
        what = "without integral action a weight on the set-point leaves an offset that nothing mends"
        yield Fault((*path, "setpoint_weight"), what, "add 'integral', or leave the weight out")
    if loop.integral is None and loop.tracking is not None:
        yield Fault(
            (*path, "tracking"),
            "there is no integral that could follow",
            "add 'integral', or remove 'tracking'",
        )
    for name, feed in loop.forward.items():
        if feed.lead is not None and (feed.lag is None or feed.lag.value <= 0.0):
            where = (*path, "forward", name, "lead")
            yield Fault(where, "a lead without a lag would pass on every jump without bound", "add 'lag'")
