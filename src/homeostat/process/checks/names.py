"""A name means one thing: tags and steps are unique, and reserved words stay reserved."""

from collections.abc import Iterable, Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.conditions import TIMES
from homeostat.process.issues import Fault, Path, quoted


def names(subject: Subject) -> Iterator[Fault]:
    """A fault for every name that is given twice or has a meaning of its own."""
    yield from _twice("tag", ((path, name) for path, name, _ in subject.tags()))
    for kind in ("unit procedure", "operation", "phase"):
        yield from _twice(kind, _steps(subject, kind))
    for path, name, _ in subject.tags():
        if name in TIMES:
            yield Fault(path, f"{quoted(name)} is a reserved word of conditions", "rename the tag")


def _steps(subject: Subject, kind: str) -> Iterator[tuple[Path, str]]:
    for path, level, steps in subject.levels():
        if level == kind:
            for i, step in enumerate(steps):
                yield (*path, i, "name"), step.name


def _twice(kind: str, places: Iterable[tuple[Path, str]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for path, name in places:
        if name in seen:
            yield Fault(
                path, f"a second {kind} is called {quoted(name)}", f"give each {kind} a name of its own"
            )
        seen.add(name)
