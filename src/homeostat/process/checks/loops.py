"""One loop for each tag and each actuator: two controllers on one valve would fight."""

from collections.abc import Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault, quoted


def loops(subject: Subject) -> Iterator[Fault]:
    """A fault for every tag or actuator that two loops share."""
    for field in ("tag", "actuator"):
        first: dict[str, str] = {}
        for name, loop in subject.process.strategy.items():
            target = getattr(loop, field)
            if target in first:
                what = f"the {field} {quoted(target)} belongs to the loop {quoted(first[target])} already"
                yield Fault(("strategy", name, field), what, f"steer each {field} with one loop")
            first.setdefault(target, name)
    yield from _overruled(subject)


def _overruled(subject: Subject) -> Iterator[Fault]:
    """A phase that sets an actuator whose loop is never in manual: the loop would undo it with its next move."""
    phases = list(subject.phases())
    for name, loop in subject.process.strategy.items():
        manual = loop.mode == "manual" or any(phase.modes.get(name) == "manual" for _, phase in phases)
        for path, phase in phases if not manual else ():
            if loop.actuator in phase.set:
                what = f"the loop {quoted(name)} moves {quoted(loop.actuator)} and would undo this at once"
                yield Fault(
                    (*path, "set", loop.actuator), what, "set the loop, or switch it to manual before"
                )
