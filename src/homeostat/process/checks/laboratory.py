"""Attributes are measured: by an assay that reports them, on a sample that the named phase draws."""

from collections.abc import Iterator

from homeostat.process.attributes import Attribute
from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault, quoted, suggestion
from homeostat.process.units import compatible


def laboratory(subject: Subject) -> Iterator[Fault]:
    """A fault for every attribute that would never get a value."""
    for name, attribute in subject.process.attributes.items():
        yield from _reported(subject, name, attribute)
        if "recipe" not in subject.sections:
            yield from _sampled(subject, name, attribute)


def _reported(subject: Subject, name: str, attribute: Attribute) -> Iterator[Fault]:
    assay = subject.process.assays.get(attribute.assay)
    if assay is None:
        return
    path, quantity = ("attributes", name), attribute.quantity or name
    unit = assay.reports.get(quantity)
    if unit is None and quantity not in subject.names:
        what = f"the assay {quoted(attribute.assay)} does not report {quoted(quantity)}"
        where = "quantity" if attribute.quantity else "assay"
        yield Fault((*path, where), what, suggestion(quantity, assay.reports))
    elif unit is not None and not compatible(unit, attribute.unit):
        what = f"the assay reports {quoted(quantity)} in {unit}, the attribute is in {attribute.unit}"
        yield Fault((*path, "unit"), what, f"give the attribute in {unit}")


def _sampled(subject: Subject, name: str, attribute: Attribute) -> Iterator[Fault]:
    phase = next((phase for _, phase in subject.phases() if phase.name == attribute.measured), None)
    if phase is None or attribute.assay not in subject.process.assays:
        return
    if not any(attribute.assay in sampling.assays for sampling in phase.samples):
        what = f"the phase {quoted(phase.name)} draws no sample for the assay {quoted(attribute.assay)}"
        yield Fault(
            ("attributes", name, "measured"), what, "add it to the phase's 'samples', or name another phase"
        )
