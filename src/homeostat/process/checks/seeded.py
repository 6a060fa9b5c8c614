"""Seeded faults befall what is there, and have a size where one belongs to them."""

from collections.abc import Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault, Path, quoted
from homeostat.process.seeded import SIZELESS, SUBJECT, SeededFault


def seeded(subject: Subject) -> Iterator[Fault]:
    """A fault of the file for every fault of the simulation that could not happen."""
    for number, fault in enumerate(subject.process.simulation.faults):
        path: Path = ("simulation", "faults", number)
        yield from _size(path, fault)
        yield from _befallen(subject, path, fault)


def _size(path: Path, fault: SeededFault) -> Iterator[Fault]:
    if fault.kind in SIZELESS and fault.size is not None:
        yield Fault((*path, "size"), f"a fault of kind {quoted(fault.kind)} has no size", "leave it out")
    if fault.kind not in SIZELESS and fault.size is None:
        yield Fault(path, f"a fault of kind {quoted(fault.kind)} needs a size", "add it, such as size: 50 %")


def _befallen(subject: Subject, path: Path, fault: SeededFault) -> Iterator[Fault]:
    """The named tag exists and is of the right kind; a parameter of the model is known to the plant alone."""
    kind = SUBJECT[fault.kind]
    if kind == "parameter":
        return
    tags = subject.process.tags
    yield from subject.unknown((*path, "of"), "tag", fault.of, tags, "units")
    if fault.of in tags and tags[fault.of].kind != kind:
        what = f"{quoted(fault.of)} is no {kind}, which {quoted(fault.kind)} befalls"
        yield Fault((*path, "of"), what, "name one of: " + ", ".join(subject.of_kind(kind)))
