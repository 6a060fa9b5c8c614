"""Quantities as they are typed: NAME=VALUE, with a unit or in the model's own.

In: text and what the model declares. Out: floats in the model's units. Every fault names the option it was typed for.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from homeostat.errors import HomeostatError

if TYPE_CHECKING:
    from homeostat.twin import Model, Quantity


class OptionError(HomeostatError):
    """An option says what the model cannot take."""


@dataclass(frozen=True)
class Given:
    """What was set on the command line, by name and in the model's units."""

    states: dict[str, float] = field(default_factory=dict)
    inputs: dict[str, float] = field(default_factory=dict)
    parameters: dict[str, float] = field(default_factory=dict)


def given(model: "type[Model]", texts: Sequence[str]) -> Given:
    """Every `--set NAME=VALUE[ UNIT]`: a parameter, an initial state, or an input from the start on."""
    s, found = model.signature, Given()
    for text in texts:
        where = f"--set {text}"
        name, value = assignment(text, where)
        quantity = declared((*s.parameters, *s.states, *s.inputs), name, where)
        group = {"parameter": found.parameters, "state": found.states, "input": found.inputs}[quantity.kind]
        if name in group:
            raise OptionError(f"{name} is set twice", where=where, mend="set it once")
        group[name] = within(quantity, value, where)
    return found


def assignment(text: str, where: str) -> tuple[str, str]:
    """The two sides of NAME=VALUE."""
    name, sign, value = (part.strip() for part in text.partition("="))
    if not (name and sign and value):
        raise OptionError("this is no NAME=VALUE", where=where, mend="write such as growth_max=0.05")
    return name, value


def declared(quantities: Iterable["Quantity"], name: str, where: str) -> "Quantity":
    """The quantity called `name`."""
    known = {quantity.name: quantity for quantity in quantities}
    if name not in known:
        from homeostat.process.issues import suggestion

        raise OptionError(f"the model has no '{name}'", where=where, mend=suggestion(name, known))
    return known[name]


def within(quantity: "Quantity", text: str, where: str) -> float:
    """The value that `text` writes, in the unit of `quantity` and inside its declared bounds."""
    value = in_unit(text, quantity.unit, where)
    if not quantity.low <= value <= quantity.high:
        raise OptionError(
            f"{quantity.name} = {value:g} {quantity.unit} lies outside {quantity.low:g} to {quantity.high:g}",
            where=where,
            mend=(quantity.unit == "1" and in_percent(text, quantity.low, quantity.high))
            or "stay within the bounds that the model declares",
        )
    return value


def in_percent(text: str, low: float, high: float) -> str:
    """The question whether a share was typed as per cent without their sign; '' where `text` is no such number."""
    try:
        value = float(text)
    except ValueError:
        return ""
    return f"did you mean '{text} %'?" if value > 1.0 and low <= value / 100.0 <= high else ""


def in_unit(text: str, unit: str, where: str, *, difference: bool = False) -> float:
    """The finite number that `text` writes: alone it is in `unit`, else it is converted.

    As a `difference` of two values it does not meet the offset between such as degC and K.
    """
    try:
        value = float(text)
    except ValueError:
        value = _converted(text, unit, where, difference)
    if not math.isfinite(value):
        raise OptionError(f"'{text}' is no finite number", where=where, mend="write such as 0.05")
    return value


def _converted(text: str, unit: str, where: str, difference: bool) -> float:
    from homeostat.errors import UnitError
    from homeostat.process import Quantity

    try:
        found = Quantity.parse(text)
        return found.difference(unit) if difference else found.to(unit)
    except UnitError as error:
        raise OptionError(
            error.what, where=where, mend=f"give it in {unit}, or in a unit of its kind"
        ) from error


def finite(value: float) -> float | None:
    """`value`, or None where it is no number or has no end."""
    return value if math.isfinite(value) else None


def names(text: str | None) -> tuple[str, ...]:
    """Names between commas, each once."""
    return tuple(dict.fromkeys(part.strip() for part in (text or "").split(",") if part.strip()))
