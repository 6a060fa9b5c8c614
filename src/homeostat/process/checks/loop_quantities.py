"""Every quantity of a control loop with the unit it must fit: that of its tag, of its output, or a time."""

from collections.abc import Iterator

from homeostat.process.checks.expected import Expected, given, time
from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Path
from homeostat.process.strategy import SPLIT_UNIT, FeedForward, Loop, SplitRange, output_unit

OUTPUT = "the loop's output"


def of_loop(subject: Subject, name: str, loop: Loop) -> Iterator[Expected]:
    """The quantities of one loop; what depends on a tag that is not declared is left out."""
    tags, path = subject.process.tags, ("strategy", name)
    yield from _times(path, loop)
    moved = output_unit(loop, tags, subject.process.strategy)
    tag = tags.get(loop.tag)
    if tag is not None:
        of = f"the tag '{loop.tag}'"
        yield Expected((*path, "setpoint"), loop.setpoint, tag.unit, of)
        for where, quantity in given(((*path, "deadband"), loop.deadband)):
            yield Expected(where, quantity, tag.unit, of, "zero")
    if moved is not None:
        yield from _of_output(path, loop, moved)
    if tag is not None and moved is not None:
        yield from _of_gains(path, loop, moved, tag.unit)
    for actuator, travel in loop.split.items():
        yield from _of_travel(subject, (*path, "split", actuator), actuator, travel)
    for known, feed in loop.forward.items():
        yield from _of_feed(subject, (*path, "forward", known), known, feed, moved)


def _times(path: Path, loop: Loop) -> Iterator[Expected]:
    if loop.form == "standard":
        for where, quantity in given(((*path, "integral"), loop.integral)):
            yield time(where, quantity, "positive")
        for where, quantity in given(((*path, "derivative"), loop.derivative)):
            yield time(where, quantity)
    for where, quantity in given(((*path, "tracking"), loop.tracking)):
        yield time(where, quantity, "positive")
    yield time((*path, "patience"), loop.patience)


def _of_output(path: Path, loop: Loop, unit: str) -> Iterator[Expected]:
    of = f"the actuator '{loop.actuator}'" if loop.actuator else OUTPUT
    for i, end in enumerate(loop.output or ()):
        yield Expected((*path, "output", i), end, unit, of)
    for where, quantity in given(((*path, "safe"), loop.safe)):
        yield Expected(where, quantity, unit, of)
    for where, quantity in given(((*path, "rate"), loop.rate)):
        yield Expected(where, quantity, unit, f"{of} for each time", "positive", per="h")


def _of_gains(path: Path, loop: Loop, unit: str, under: str) -> Iterator[Expected]:
    of = f"'{loop.actuator or OUTPUT}' for one of '{loop.tag}'"
    yield Expected((*path, "gain"), loop.gain, unit, of, "positive", per=under)
    if loop.form == "parallel":
        for where, quantity in given(((*path, "integral"), loop.integral)):
            yield Expected(where, quantity, f"{unit}/h", f"{of} for each time", "positive", per=under)
        for where, quantity in given(((*path, "derivative"), loop.derivative)):
            yield Expected(where, quantity, unit, f"{of} for each time", "zero", per=f"{under}/h")


def _of_travel(subject: Subject, path: Path, actuator: str, travel: SplitRange) -> Iterator[Expected]:
    yield Expected((*path, "from"), travel.start, SPLIT_UNIT, OUTPUT)
    yield Expected((*path, "to"), travel.to, SPLIT_UNIT, OUTPUT)
    tag = subject.process.tags.get(actuator)
    if tag is not None:
        for i, end in enumerate(travel.output or ()):
            yield Expected((*path, "output", i), end, tag.unit, f"the actuator '{actuator}'")


def _of_feed(
    subject: Subject, path: Path, known: str, feed: FeedForward, moved: str | None
) -> Iterator[Expected]:
    for where, quantity in given(((*path, "lead"), feed.lead), ((*path, "lag"), feed.lag)):
        yield time(where, quantity)
    tag = subject.process.tags.get(known)
    if tag is None:
        return
    for where, quantity in given(((*path, "rest"), feed.rest)):
        yield Expected(where, quantity, tag.unit, f"the tag '{known}'")
    if moved is not None:
        yield Expected((*path, "gain"), feed.gain, moved, f"{OUTPUT} for one of '{known}'", per=tag.unit)
