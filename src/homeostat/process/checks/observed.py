"""What the observer is told: its tags and assays must be declared, and tied to the model."""

from collections.abc import Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault, Path, quoted, suggestion
from homeostat.process.units import Quantity, compatible

PLACE: Path = ("twin", "observer")


def observed(subject: Subject) -> Iterator[Fault]:
    """A fault for every name of the observer that nothing declares, or that says nothing about the model."""
    observer = subject.process.twin.observer
    if observer is None:
        return
    for name in observer.tags:
        path = (*PLACE, "tags", name)
        if name not in subject.process.tags:
            yield from subject.unknown(path, "tag", name, subject.process.tags, "units")
        elif name not in subject.process.twin.tags and name not in subject.names:
            yield Fault(
                path,
                f"{quoted(name)} is not tied to the model, so nothing can be learnt from it",
                "name the state or output that it measures in twin.tags",
            )
        tag = subject.process.tags.get(name)
        if tag is not None and tag.every is not None and longer(tag.every, observer.every):
            what = (
                f"{quoted(name)} is measured every {tag.every} only: one value would be fused several times"
            )
            yield Fault(path, what, "fuse at most as often: lengthen twin.observer.every")
    for name, rate in observer.disturbances.items():
        if not rate.value > 0.0:
            what = f"'{rate}' is not above 0"
            yield Fault((*PLACE, "disturbances", name), what, "give a value above 0, or leave it out")
    read = len(subject.process.twin.measured)
    if len(observer.disturbances) > read:
        what = f"{len(observer.disturbances)} disturbances cannot be told apart by {read} measured quantities"
        mend = "name as many states as are measured at most (Pannocchia & Rawlings 2003)"
        yield Fault((*PLACE, "disturbances"), what, mend)
    for name, wanted in observer.assays.items():
        path = (*PLACE, "assays", name)
        yield from subject.unknown(path, "assay", name, subject.process.assays, "assays")
        assay = subject.process.assays.get(name)
        for quantity in wanted if assay else ():
            if assay and quantity not in assay.reports:
                what = f"the assay {quoted(name)} does not report {quoted(quantity)}"
                yield Fault(path, what, suggestion(quantity, assay.reports))
        if assay and assay.variation.value == 0.0:
            yield Fault(path, f"the assay {quoted(name)} has no variation", "give it one: no method is exact")


def longer(one: Quantity, other: Quantity) -> bool:
    """Whether a time is longer than another; False for what are no times, which is another fault."""
    times = all(compatible(quantity.unit, "min") for quantity in (one, other))
    return times and one.to("s") > other.to("s")
