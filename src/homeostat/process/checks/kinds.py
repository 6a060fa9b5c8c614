"""A sensor is read and an actuator is set: every name must stand where its kind can do its work."""

from collections.abc import Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault, Path, quoted


def kinds(subject: Subject) -> Iterator[Fault]:
    """A fault for every tag of the wrong kind."""
    for path, name, kind in _expected(subject):
        tag = subject.process.tags.get(name)
        if tag is not None and tag.kind != kind:
            yield Fault(path, f"{quoted(name)} is {_A[tag.kind]}; {_A[kind]} is needed here", _MEND[kind])
    yield from _not_settable(subject)
    yield from _ambiguous(subject)


_A = {"sensor": "a sensor", "actuator": "an actuator"}
_MEND = {"sensor": "name the sensor that measures it", "actuator": "name the actuator that moves it"}


def _expected(subject: Subject) -> Iterator[tuple[Path, str, str]]:
    """Every place of which the kind of tag is fixed: path, name, kind."""
    for name, loop in subject.process.strategy.items():
        yield ("strategy", name, "tag"), loop.tag, "sensor"
        if loop.actuator:
            yield ("strategy", name, "actuator"), loop.actuator, "actuator"
        for moved in loop.split:
            yield ("strategy", name, "split", moved), moved, "actuator"
    for tag in subject.process.twin.tags:
        yield ("twin", "tags", tag), tag, "sensor"
    for tag in subject.process.simulation.sensors:
        yield ("simulation", "sensors", tag), tag, "sensor"
    for tag, signal in subject.process.simulation.signals.items():
        yield ("simulation", "signals", tag), tag, "sensor"
        if signal.follows is not None:
            yield ("simulation", "signals", tag, "follows"), signal.follows, "actuator"


def _not_settable(subject: Subject) -> Iterator[Fault]:
    process = subject.process
    for path, phase in subject.phases():
        for name in phase.set:
            tag = process.tags.get(name)
            if tag is not None and tag.kind == "sensor" and name not in process.strategy:
                loops = [loop for loop, declared in process.strategy.items() if declared.tag == name]
                mend = (
                    f"set its loop {quoted(loops[0])}"
                    if loops
                    else "set an actuator, or declare a loop for it"
                )
                yield Fault((*path, "set", name), f"{quoted(name)} is a sensor and cannot be set", mend)


def _ambiguous(subject: Subject) -> Iterator[Fault]:
    for name in subject.process.strategy:
        if name in subject.of_kind("actuator"):
            what = f"{quoted(name)} is a loop and also an actuator; a phase could not tell which to set"
            yield Fault(("strategy", name), what, "rename the loop")
