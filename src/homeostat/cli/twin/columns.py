"""Which states and outputs are reported, and in which units."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from homeostat.cli.twin.values import declared

if TYPE_CHECKING:
    from homeostat.twin import Model, Quantity


def quantities(model: "type[Model]") -> "Mapping[str, Quantity]":
    """States and outputs by name."""
    s = model.signature
    return {quantity.name: quantity for quantity in (*s.states, *s.outputs)}


def wanted(
    model: "type[Model]", names: Sequence[str], where: str, most: int | None = None
) -> tuple[str, ...]:
    """`names`, if the model has them; without any its outputs and then states, `most` of them or all."""
    if not names:
        s = model.signature
        return (*s.outputs.names, *s.states.names)[:most]
    return tuple(declared(quantities(model).values(), name, where).name for name in names)


def headed(name: str, unit: str) -> str:
    """A column's heading: "glucose [mmol/L]"; a plain number has no unit."""
    return name if unit in {"1", ""} else f"{name} [{unit}]"
