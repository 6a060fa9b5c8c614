"""One loop for each tag, actuator and inner loop (two on one valve would fight), and no cascade that is a circle."""

from collections.abc import Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault, Path, quoted
from homeostat.process.recipe import Phase
from homeostat.process.strategy import Loop, outer_loops


def loops(subject: Subject) -> Iterator[Fault]:
    """A fault for every tag, actuator or inner loop that two loops share, and for what a phase could not hold."""
    yield from _shared(subject)
    yield from _circles(subject)
    for name, loop in subject.process.strategy.items():
        yield from _feeds_itself(name, loop)
    yield from _overruled(subject)
    yield from _torn(subject)


def _shared(subject: Subject) -> Iterator[Fault]:
    first: dict[tuple[str, str], str] = {}
    for name, loop in subject.process.strategy.items():
        for path, kind, target in _targets(loop):
            if (kind, target) in first:
                what = (
                    f"the {kind} {quoted(target)} belongs to the loop {quoted(first[kind, target])} already"
                )
                yield Fault(("strategy", name, *path), what, f"steer each {kind} with one loop")
            first.setdefault((kind, target), name)


def _targets(loop: Loop) -> Iterator[tuple[Path, str, str]]:
    """What a loop alone may claim: path, kind, name."""
    yield ("tag",), "tag", loop.tag
    if loop.actuator:
        yield ("actuator",), "actuator", loop.actuator
    for moved in loop.split:
        yield ("split", moved), "actuator", moved
    if loop.inner:
        yield ("inner",), "inner loop", loop.inner


def _circles(subject: Subject) -> Iterator[Fault]:
    """A cascade that comes back to where it began; each circle is told once, at its first loop."""
    strategy = subject.process.strategy
    told: set[str] = set()
    for name in strategy:
        walk = [name]
        while (inner := strategy[walk[-1]].inner) and inner in strategy and inner not in walk:
            walk.append(inner)
        if inner == name and not told.intersection(walk):
            told.update(walk)
            words = " -> ".join([*walk, name])
            what = f"the cascade runs in a circle: {words}"
            yield Fault(("strategy", name, "inner"), what, "let the innermost loop move an actuator")


def _feeds_itself(name: str, loop: Loop) -> Iterator[Fault]:
    for known in loop.forward:
        if known == loop.tag or known in loop.actuators:
            what = f"{quoted(known)} is the loop's own; feeding it forward would close a second loop"
            yield Fault(
                ("strategy", name, "forward", known), what, "name a disturbance that is measured elsewhere"
            )


def _overruled(subject: Subject) -> Iterator[Fault]:
    """A phase that sets what a loop moves while that is never in manual: the loop would undo it with its next move."""
    phases = list(subject.phases())
    outer = outer_loops(subject.process.strategy)
    for name, loop in subject.process.strategy.items():
        manual = loop.mode == "manual" or any(phase.modes.get(name) == "manual" for _, phase in phases)
        moved = (
            (*loop.actuators, loop.inner) if loop.inner and outer.get(loop.inner) == name else loop.actuators
        )
        for path, phase in phases if not manual else ():
            for target in moved:
                if target in phase.set:
                    what = f"the loop {quoted(name)} moves {quoted(target)} and would undo this at once"
                    mend = "set the loop, or switch it to manual before"
                    yield Fault((*path, "set", target), what, mend)


def _torn(subject: Subject) -> Iterator[Fault]:
    """A phase that sets two actuators of one split range: one output cannot hold both."""
    for path, phase in subject.phases():
        for name, loop in subject.process.strategy.items():
            yield from _torn_by(path, phase, name, loop)


def _torn_by(path: Path, phase: Phase, name: str, loop: Loop) -> Iterator[Fault]:
    set_here = [moved for moved in loop.split if moved in phase.set]
    for moved in set_here[1:]:
        what = f"{quoted(moved)} and {quoted(set_here[0])} follow one output, that of the loop {quoted(name)}"
        yield Fault((*path, "set", moved), what, "set one of them")
