"""Conditions under which steps are executed or repeated: what they name has to be known when they are judged."""

from collections.abc import Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.conditions import BATCH_ELAPSED, ELAPSED, HARVEST, Condition
from homeostat.process.issues import Fault, Path


def chosen(subject: Subject) -> Iterator[Fault]:
    """A fault for every `when` on a time that has not begun, and every loop around an end that comes but once."""
    for path, operation in subject.operations():
        yield from _unbegun((*path, "when"), operation.when)
    for path, phase in subject.phases():
        yield from _unbegun((*path, "when"), phase.when)
        if phase.repeat is not None and _names(phase.until, HARVEST):
            what = "a controller ends this phase once, so it cannot be repeated"
            yield Fault((*path, "repeat"), what, "remove 'repeat', or end the phase by another condition")


def _unbegun(path: Path, when: Condition | None) -> Iterator[Fault]:
    if _names(when, ELAPSED):
        what = f"'{ELAPSED}' is the time since the step began, which is not before it is chosen"
        yield Fault(path, what, f"use '{BATCH_ELAPSED}', or a tag")


def _names(condition: Condition | None, name: str) -> bool:
    return condition is not None and any(one.name == name for one in condition.comparisons())
