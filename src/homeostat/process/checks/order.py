"""The order of the recipe: what a step comes after must exist, and every step must be reachable."""

from collections.abc import Iterator, Mapping, Sequence

from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault, Path, quoted
from homeostat.process.recipe import Step, predecessors


def order(subject: Subject) -> Iterator[Fault]:
    """A fault for every predecessor that is missing, every cycle, and every step that waits for a cycle."""
    for path, kind, steps in subject.levels():
        yield from _missing(subject, path, kind, steps)
        if len({step.name for step in steps}) == len(steps):
            yield from _cycles(path, kind, steps)


def _missing(subject: Subject, path: Path, kind: str, steps: Sequence[Step]) -> Iterator[Fault]:
    siblings = [step.name for step in steps]
    for i, step in enumerate(steps):
        for name in step.after or ():
            yield from subject.unknown((*path, i, "after"), f"{kind} here called", name, siblings, "recipe")


def _cycles(path: Path, kind: str, steps: Sequence[Step]) -> Iterator[Fault]:
    before = predecessors(steps)
    stuck = _never_ready(before)
    place = {step.name: i for i, step in reversed(list(enumerate(steps)))}
    reported: set[str] = set()
    for name in stuck:
        cycle = _cycle_from(name, before, stuck)
        if name in cycle and not reported.intersection(cycle):
            reported.update(cycle)
            words = " -> ".join([*cycle, cycle[0]])
            yield Fault(
                (*path, place[name], "after"),
                f"the order runs in a circle: {words}",
                "break it at one 'after'",
            )
    for name in stuck:
        if name not in reported:
            what = f"the {kind} {quoted(name)} is never reached: it waits for a circle"
            yield Fault((*path, place[name]), what, "mend the circle, or change its 'after'")


def _never_ready(before: Mapping[str, Sequence[str]]) -> list[str]:
    """The steps that never start when each starts once all its known predecessors are done."""
    waiting = dict(before)
    while ready := [name for name, needs in waiting.items() if not any(need in waiting for need in needs)]:
        for name in ready:
            del waiting[name]
    return list(waiting)


def _cycle_from(name: str, before: Mapping[str, Sequence[str]], stuck: Sequence[str]) -> list[str]:
    """The circle that is met when walking back from `name`, in the order of execution."""
    walk = [name]
    while True:
        step = next(need for need in before[walk[-1]] if need in stuck)
        if step in walk:
            circle = walk[walk.index(step) :]
            return [circle[0], *circle[:0:-1]]
        walk.append(step)
