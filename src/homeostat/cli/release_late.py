"""What `homeostat release report` is told: the outcome of a test, or the value of a result; one of the two."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from homeostat.process import Quantity


def measured(value: str, *, positive: bool | None) -> "Quantity | None":
    """The value that was measured; None where the outcome of a test is told instead. Refuses both, and neither."""
    from homeostat.errors import UnitError
    from homeostat.process import Quantity

    if (positive is None) == (not value):
        raise typer.BadParameter("say what was found: --positive, --negative, or --value with a unit")
    try:
        return Quantity.parse(value) if value else None
    except UnitError as error:
        raise typer.BadParameter(str(error)) from error
