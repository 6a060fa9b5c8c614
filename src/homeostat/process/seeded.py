"""Faults seeded into a simulation, for drills: nothing but the simulated plant knows of them."""

from collections.abc import Mapping
from typing import Literal

from homeostat.process.base import Name, Part
from homeostat.process.units import Quantity

SeededKind = Literal["bias", "drift", "spikes", "frozen", "lost", "delivery", "parameter"]


class SeededFault(Part):
    """What goes wrong, from `at` on for as long as it `lasts` (default: to the end).

    A sensor gets a `bias` or a `drift`, shows `spikes` (a sample in twenty is off by `size`), is `frozen` at its last
    value, or its samples are `lost`; by `delivery` an actuator does only that share of what it is told and reports;
    by `parameter` a parameter of the plant's model is multiplied.
    """

    kind: SeededKind
    of: Name
    at: Quantity
    lasts: Quantity | None = None
    size: Quantity | None = None


SUBJECT: Mapping[SeededKind, Literal["sensor", "actuator", "parameter"]] = {
    "bias": "sensor",
    "drift": "sensor",
    "spikes": "sensor",
    "frozen": "sensor",
    "lost": "sensor",
    "delivery": "actuator",
    "parameter": "parameter",
}
"""What each kind of fault befalls."""

SIZELESS: frozenset[SeededKind] = frozenset({"frozen", "lost"})
"""Faults that have no size."""
