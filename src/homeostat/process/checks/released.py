"""What release is told: attributes and soft sensors that stand for each other, and a confidence that is one."""

from collections.abc import Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault
from homeostat.process.units import compatible


def released(subject: Subject) -> Iterator[Fault]:
    """A fault for every unknown attribute or soft sensor, and for a confidence that is none."""
    process, release = subject.process, subject.process.release
    for attribute, model in release.realtime.items():
        path = ("release", "realtime", attribute)
        yield from subject.unknown(path, "attribute", attribute, process.attributes, "attributes")
        yield from subject.unknown(path, "soft sensor", model, process.monitoring.models, "monitoring.models")
    if compatible(release.confidence.unit, "1") and not 0.5 < release.confidence.to("1") < 1.0:
        yield Fault(
            ("release", "confidence"), "a confidence lies between 50 % and 100 %", "write for example: 95 %"
        )
