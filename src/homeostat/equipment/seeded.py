"""Seeded faults while a simulation lives: what each does to a sensor, an actuator or a parameter, and when.

In: the faults a process declares for its simulation. Out: offsets, losses and factors at a time in microseconds.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from homeostat.equipment.lag import HOUR
from homeostat.errors import EquipmentError
from homeostat.process.declaration import Process
from homeostat.process.equipment import Tag
from homeostat.process.seeded import SUBJECT, SeededFault, SeededKind

SPIKED = 0.05
"""The share of samples that spikes befall (assumption)."""


@dataclass(frozen=True, slots=True)
class Spell:
    """One fault from `begin` until before `end` (µs); `size` in the tag's unit, per hour for a drift, or a share."""

    kind: SeededKind
    begin: int
    end: float
    size: float

    def holds(self, time: int) -> bool:
        """Whether the fault is there at `time`."""
        return self.begin <= time < self.end


class Befallen:
    """The faults of one sensor."""

    def __init__(self, spells: tuple[Spell, ...], uniforms: Iterator[float]) -> None:
        self._spells = spells
        self._uniforms = uniforms

    def offset(self, time: int) -> float:
        """What is added to the sample at `time`."""
        total = 0.0
        for spell in self._spells:
            if spell.holds(time):
                total += self._offset(spell, time)
        return total

    def has(self, kind: SeededKind, time: int) -> bool:
        """Whether a fault of that kind is there at `time`."""
        return any(spell.kind == kind and spell.holds(time) for spell in self._spells)

    def _offset(self, spell: Spell, time: int) -> float:
        if spell.kind == "bias":
            return spell.size
        if spell.kind == "drift":
            return spell.size * (time - spell.begin) / HOUR
        if spell.kind == "spikes":
            return spell.size if next(self._uniforms) < SPIKED else 0.0
        return 0.0


def spells(process: Process, name: str, tag: Tag) -> tuple[Spell, ...]:
    """The faults that befall the tag `name`."""
    declared = [f for f in process.simulation.faults if SUBJECT[f.kind] != "parameter" and f.of == name]
    return tuple(_spell(fault, _size(fault, tag)) for fault in declared)


def parameter_spells(process: Process, names: Iterable[str]) -> tuple[tuple[int, Spell], ...]:
    """The faults that befall parameters of the model, each with its parameter's place among `names`.

    Raises EquipmentError for a parameter that the model does not have.
    """
    known = list(names)
    found = []
    for number, fault in enumerate(process.simulation.faults):
        if SUBJECT[fault.kind] != "parameter":
            continue
        if fault.of not in known:
            where = f"process {process.process}, simulation.faults.{number}"
            mend = "name one of: " + ", ".join(known)
            raise EquipmentError(f"the model has no parameter {fault.of}", where=where, mend=mend)
        found.append((known.index(fault.of), _spell(fault, _share(fault))))
    return tuple(found)


def factor(found: Iterable[Spell], time: int) -> float:
    """By what an actuator's or a parameter's value is multiplied at `time`."""
    return math.prod(spell.size for spell in found if spell.holds(time))


def _spell(fault: SeededFault, size: float) -> Spell:
    begin = round(fault.at.to("h") * HOUR)
    end = begin + round(fault.lasts.to("h") * HOUR) if fault.lasts is not None else math.inf
    return Spell(fault.kind, begin, end, size)


def _size(fault: SeededFault, tag: Tag) -> float:
    if fault.size is None:
        return 0.0
    if fault.kind == "drift":
        return fault.size.ratio(tag.unit, "h")
    return _share(fault) if fault.kind == "delivery" else fault.size.difference(tag.unit)


def _share(fault: SeededFault) -> float:
    return 1.0 if fault.size is None else fault.size.to("1")
