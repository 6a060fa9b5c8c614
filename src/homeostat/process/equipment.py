"""Units, equipment modules and their tags (ISA-88 physical model): what can be read and what can be set."""

from typing import Literal

from pydantic import Field

from homeostat.process.base import Name, Part, Range, Text
from homeostat.process.units import Quantity, Unit


class Tag(Part):
    """One signal of an equipment module.

    `range` is the instrument's or actuator's span, `resolution` its smallest step, `every` its sampling interval
    (default: every scan), `initial` an actuator's value when the batch starts (default: the low end of the range).
    `noise` is the scatter that the instrument itself shows in every reading (1 s.d.), `rate` the fastest change of
    what it measures that can be believed (`0.5 degC/min`).
    """

    title: Text
    kind: Literal["sensor", "actuator"]
    unit: Unit
    range: Range
    resolution: Quantity | None = None
    noise: Quantity | None = None
    rate: Quantity | None = None
    every: Quantity | None = None
    initial: Quantity | None = None


class EquipmentModule(Part):
    """A functional group of equipment, such as a gas mixing station."""

    title: Text
    tags: dict[Name, Tag] = Field(min_length=1)


class EquipmentUnit(Part):
    """A unit in the sense of ISA-88: a vessel with the modules that serve it."""

    title: Text
    modules: dict[Name, EquipmentModule] = Field(min_length=1)
