"""What every part of a declaration shares: immutability, refusal of unknown fields, names and ranges."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from homeostat.errors import UnitError
from homeostat.process.units import Quantity

NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]{0,47}$"

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class Part(BaseModel):
    """A frozen piece of a process; a field that is not declared is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _listed(value: Any) -> Any:
    """One item stands for a list of one."""
    return [value] if isinstance(value, str | dict) else value


def _ordered(pair: tuple[Quantity, Quantity]) -> tuple[Quantity, Quantity]:
    low, high = pair
    try:
        wrong = low.value > high.to(low.unit)
    except UnitError as error:
        raise ValueError(f"{error.what}|give both ends in one unit") from error
    if wrong:
        raise ValueError(f"the low end {low} lies above the high end {high}|put the lower value first")
    return pair


Range = Annotated[tuple[Quantity, Quantity], AfterValidator(_ordered)]
"""Two quantities [low, high]; the check is that they have one dimension and stand in order."""

Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]
"""One name, or a list of names."""
