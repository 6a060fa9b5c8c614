"""What release is told: soft sensors that may stand for attributes, uncertainties to guard with, a confidence."""

from collections.abc import Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault, Path, quoted
from homeostat.process.units import compatible


def released(subject: Subject) -> Iterator[Fault]:
    """A fault for every unknown attribute or soft sensor, for one that is not critical, and for what cannot guard."""
    process, release = subject.process, subject.process.release
    for attribute, model in release.realtime.items():
        path = ("release", "realtime", attribute)
        yield from subject.unknown(path, "attribute", attribute, process.attributes, "attributes")
        yield from subject.unknown(path, "soft sensor", model, process.monitoring.models, "monitoring.models")
        yield from _critical(subject, path, model)
    if release.decision == "guarded":
        yield from _uncertain(subject)
    if compatible(release.confidence.unit, "1") and not 0.5 < release.confidence.to("1") < 1.0:
        yield Fault(
            ("release", "confidence"), "a confidence lies between 50 % and 100 %", "write for example: 95 %"
        )


def _critical(subject: Subject, path: Path, model: str) -> Iterator[Fault]:
    """A soft sensor on which a release may rest has to be declared critical; its package is looked at when opened."""
    sensor = subject.process.monitoring.models.get(model)
    if sensor is not None and not sensor.critical:
        yield Fault(
            path,
            f"{quoted(model)} is to stand for an assay, but its answers are not declared critical",
            f"write critical: true under monitoring.models.{model}, with a package of critical use",
        )


def _uncertain(subject: Subject) -> Iterator[Fault]:
    """Where the variation of assays counts, each assay that decides on an attribute needs one."""
    assays = subject.process.assays
    for name in dict.fromkeys(attribute.assay for attribute in subject.process.attributes.values()):
        if name in assays and assays[name].variation.value == 0.0:
            yield Fault(
                ("assays", name),
                f"the decision is guarded, but the assay {quoted(name)} has no variation",
                "give it one: no method is exact",
            )
