"""A scan is a time that the clock of a process can tell, and that equipment can be read in."""

from collections.abc import Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault
from homeostat.process.units import Quantity, compatible

SHORTEST = Quantity(1.0, "ms")
"""The shortest scan: fieldbuses of controllers reach it, and nothing here is read faster (assumption)."""


def scanned(subject: Subject) -> Iterator[Fault]:
    """A fault for a scan that is shorter; the clock counts microseconds, and would round it to nothing."""
    scan = subject.process.scan
    if compatible(scan.unit, "s") and 0.0 < scan.to("s") < SHORTEST.to("s"):
        yield Fault(("scan",), f"no equipment is read every {scan}", f"give at least {SHORTEST}")
