"""Critical process parameters, critical quality attributes, assays and materials (ICH Q8)."""

from typing import Literal

from pydantic import Field

from homeostat.process.base import Name, Part, Range, Text
from homeostat.process.units import Quantity, Unit


class Material(Part):
    """Something that enters the process; `contents` gives concentrations by the twin's state names."""

    title: Text
    kind: Literal["cells", "medium", "supplement", "reagent", "vector", "gas", "consumable"]
    contents: dict[Name, Quantity] = Field(default_factory=dict)
    critical: bool = False


class Parameter(Part):
    """A critical process parameter: a tag with its normal operating, proven acceptable and hard limits."""

    title: Text
    tag: Name
    setpoint: Quantity | None = None
    normal: Range
    proven: Range
    hard: Range | None = None
    delay: Quantity = Quantity(10.0, "min")
    deadband: Quantity | None = None


class Specification(Part):
    """The interval a quality attribute must lie in; at least one end is given."""

    low: Quantity | None = None
    high: Quantity | None = None


class Attribute(Part):
    """A critical quality attribute: unit, specification, the assay that measures it and the phase it is judged in.

    `quantity` is what the assay reports it as (default: the attribute's own name); where the twin has a state or
    output of that name, the twin's prediction stands beside the measurement.
    """

    title: Text
    unit: Unit
    specification: Specification
    assay: Name
    quantity: Name | None = None
    measured: Name


class Assay(Part):
    """A laboratory method: which twin quantities it reports, after what time, with what coefficient of variation."""

    title: Text
    reports: dict[Name, Unit] = Field(min_length=1)
    turnaround: Quantity = Quantity(0.0, "min")
    variation: Quantity = Quantity(0.0, "%")
