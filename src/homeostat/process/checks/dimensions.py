"""Quantities must be in a unit of what they speak about, and amounts must not be negative."""

from collections.abc import Iterator
from itertools import chain

from homeostat.process.checks.alarms import alarm_quantities
from homeostat.process.checks.controllers import controlled_quantities
from homeostat.process.checks.quantities import Expected, quantities
from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault
from homeostat.process.units import compatible, ratio_compatible


def dimensions(subject: Subject) -> Iterator[Fault]:
    """A fault for every quantity of the wrong dimension or with an impossible sign."""
    for expected in chain(quantities(subject), alarm_quantities(subject), controlled_quantities(subject)):
        if not fits(expected):
            yield misfit(expected)
        elif expected.least == "zero" and expected.quantity.value < 0:
            yield Fault(expected.path, f"'{expected.quantity}' is negative", "give a value of 0 or more")
        elif expected.least == "positive" and expected.quantity.value <= 0:
            yield Fault(expected.path, f"'{expected.quantity}' is not above 0", "give a value above 0")
        elif expected.of == "a share" and expected.quantity.to("%") > 100:
            yield Fault(expected.path, f"'{expected.quantity}' is more than the whole", "give at most 100 %")
    yield from _units_of_signals(subject)


def fits(expected: Expected) -> bool:
    """Whether the quantity has the dimension that is expected of it."""
    if expected.per:
        return ratio_compatible(expected.quantity.unit, expected.unit, expected.per)
    return compatible(expected.quantity.unit, expected.unit)


def misfit(expected: Expected) -> Fault:
    """The fault of a quantity that does not fit."""
    unit = f"{expected.unit} per {expected.per}" if expected.per else expected.unit
    what = f"'{expected.quantity}' is not in a unit of {expected.of}, which is in {unit}"
    if expected.of in ("a time", "a volume", "a share"):
        what = f"'{expected.quantity}' is not {expected.of}"
    return Fault(expected.path, what, f"give the value in {unit}")


def _units_of_signals(subject: Subject) -> Iterator[Fault]:
    """A signal that follows an actuator takes over its value, so both must have one dimension."""
    tags = subject.process.tags
    for name, signal in subject.process.simulation.signals.items():
        tag, followed = tags.get(name), tags.get(signal.follows or "")
        if tag is not None and followed is not None and not compatible(tag.unit, followed.unit):
            what = f"'{name}' in {tag.unit} cannot follow '{signal.follows}' in {followed.unit}"
            yield Fault(
                ("simulation", "signals", name, "follows"), what, "name an actuator of the same kind of unit"
            )
