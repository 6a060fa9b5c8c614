"""What the shipped twin models declare, in the form in which a process is checked against them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homeostat.process import ModelSignature
    from homeostat.twin import Group


def signatures() -> "dict[str, ModelSignature]":
    """Every shipped model's quantities with their units, by the model's name."""
    from homeostat.process import ModelSignature
    from homeostat.twin import models

    return {
        name: ModelSignature(name, *[_units(group) for group in model.signature.groups])
        for name, model in models().items()
    }


def _units(group: "Group") -> dict[str, str]:
    return {quantity.name: quantity.unit for quantity in group}
