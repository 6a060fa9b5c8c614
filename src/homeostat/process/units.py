"""Quantities with units: text such as "50 mL/h" in, floats in a declared unit out.

pint does the dimensional analysis over the small registry in `units.txt`; inside the scan there are plain floats only.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pint
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from homeostat.errors import UnitError
from homeostat.process.issues import quoted
from homeostat.process.unit_text import parse_unit

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(.*?)\s*", re.DOTALL | re.ASCII)
_DEGREE = re.compile(r"(?<![A-Za-z])(?:degC|degree_Celsius)(?![A-Za-z])|°C")
_LARGEST = 1e30


@cache
def _registry() -> "pint.UnitRegistry[Any]":
    return pint.UnitRegistry(
        str(files("homeostat.process") / "units.txt"), autoconvert_offset_to_baseunit=True
    )


@cache
def _unit(text: str) -> Any:
    """The pint quantity of one `text`; a power of ten ("1e6 cell/mL") is part of the unit."""
    parsed = parse_unit(text)
    powers: dict[str, int] = {}
    for name, power in parsed.powers.items():
        known = _known(name)
        powers[known] = powers.get(known, 0) + power
    units = _registry().UnitsContainer({name: power for name, power in powers.items() if power})
    return _registry().Quantity(parsed.scale, units)


@cache
def _known(name: str) -> str:
    try:
        return str(_registry().get_name(name, case_sensitive=True))
    except pint.PintError as error:
        raise UnitError(
            f"'{name}' is not a known unit", mend="see the list of units in the documentation"
        ) from error


def check_unit(text: str) -> str:
    """`text` itself when it names a unit; UnitError otherwise."""
    _unit(text)
    return text


@cache
def compatible(unit: str, other: str) -> bool:
    """Whether both units have the same dimension."""
    return bool(_unit(unit).units.dimensionality == _unit(other).units.dimensionality)


@cache
def _conversion(unit: str, to: str) -> tuple[float, float]:
    """Slope and offset of value_to = slope * value_unit + offset."""
    if unit == to:
        return 1.0, 0.0
    if not compatible(unit, to):
        raise UnitError(
            f"'{unit}' cannot be converted to '{to}'", mend=f"give the value in {to or 'no unit'}"
        )
    source, target = _unit(unit), _unit(to)
    scale = source.magnitude / target.magnitude
    zero = _registry().Quantity(0.0, source.units).to(target.units).magnitude
    one = _registry().Quantity(1.0, source.units).to(target.units).magnitude
    return _tidy((one - zero) * scale), _tidy(zero / target.magnitude)


def _tidy(factor: float) -> float:
    """Drop the binary noise of a conversion factor that has few decimal digits (0.001000000000000002)."""
    rounded = float(f"{factor:.12g}")
    return rounded if abs(rounded - factor) <= 1e-14 * abs(factor) else factor


def convert(value: float, unit: str, to: str) -> float:
    """`value` in `unit`, expressed in the unit `to`. Raises UnitError where the dimensions differ."""
    slope, offset = _conversion(unit, to)
    return slope * value + offset


def convert_difference(value: float, unit: str, to: str) -> float:
    """A difference (noise, deadband) in `unit`, expressed in `to`: offsets such as that of degC do not enter."""
    return _conversion(_span(unit), _span(to))[0] * value


def ratio_compatible(unit: str, over: str, under: str) -> bool:
    """Whether `unit` measures an amount in `over` for each amount in `under`, as the gain of a loop does."""
    dimension = _unit(over).units.dimensionality / _unit(under).units.dimensionality
    return bool(_unit(_span(unit)).units.dimensionality == dimension)


def convert_ratio(value: float, unit: str, over: str, under: str) -> float:
    """A gain or a drift in `unit`, expressed in units of `over` for one unit of `under`; both are differences."""
    if not ratio_compatible(unit, over, under):
        raise UnitError(
            f"'{unit}' is not a unit of {over} per {under}", mend=f"give the value in {over} per {under}"
        )
    return value * _tidy(_size(unit) * _size(under) / _size(over))


@cache
def _span(unit: str) -> str:
    """The unit of a difference of values in `unit`."""
    _unit(unit)
    return _DEGREE.sub("K", unit)


@cache
def _size(unit: str) -> float:
    """One `unit`, as a difference, in base units."""
    return float(_unit(_span(unit)).to_root_units().magnitude)


@cache
def base(unit: str) -> tuple[float, tuple[tuple[str, float], ...]]:
    """One `unit`, as a difference, in base units: its size, and the power of each base unit in it."""
    one = _unit(_span(unit)).to_root_units()
    powers = tuple(sorted((str(name), float(power)) for name, power in one.unit_items()))
    return _tidy(float(one.magnitude)), powers


@dataclass(frozen=True, slots=True)
class Quantity:
    """A finite number with its unit; written "37 degC" in a process file. A number alone has the unit "1"."""

    value: float
    unit: str

    @classmethod
    def parse(cls, text: object) -> "Quantity":
        """The quantity that `text` writes. Raises UnitError when it is not a number followed by a known unit."""
        if isinstance(text, Quantity):
            return text
        match = _NUMBER.fullmatch(str(text)) if isinstance(text, str | int | float) else None
        if match is None:
            raise UnitError(
                f"{quoted(text)} is not a quantity", mend="write a number and its unit, such as 50 mL/h"
            )
        value = float(match.group(1))
        if abs(value) > _LARGEST:
            raise UnitError(
                f"'{match.group(1)}' is beyond what can be meant", mend="write a number below 1e30"
            )
        return cls(value, check_unit(match.group(2) or "1"))

    def to(self, unit: str) -> float:
        """The value in `unit`. Raises UnitError where the dimensions differ."""
        return convert(self.value, self.unit, unit)

    def difference(self, unit: str) -> float:
        """The value in `unit`, read as a difference (a noise, a deadband)."""
        return convert_difference(self.value, self.unit, unit)

    def ratio(self, over: str, under: str) -> float:
        """The value in units of `over` for one unit of `under` (the gain of a loop, a drift in time)."""
        return convert_ratio(self.value, self.unit, over, under)

    def __str__(self) -> str:
        number = repr(self.value).removesuffix(".0")
        return number if self.unit == "1" else f"{number} {self.unit}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Quantities stand as text in YAML and JSON."""
        return core_schema.no_info_plain_validator_function(
            _validated(cls.parse), serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A text such as "37 degC"."""
        return {
            "type": "string",
            "title": "Quantity",
            "description": "a number and its unit, such as 50 mL/h",
        }


def _validated(parse: Any) -> Any:
    """Wrap `parse` so that pydantic collects its UnitError beside all others."""

    def validator(value: object) -> object:
        try:
            return parse(value)
        except UnitError as error:
            raise ValueError(f"{error.what}|{error.mend}") from error

    return validator


class Unit(str):
    """A unit's text, checked against the registry when a declaration is read."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Units stand as text."""
        return core_schema.no_info_plain_validator_function(
            _validated(lambda text: cls(check_unit(str(text).strip()))),
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A text such as "mL/h"."""
        return {"type": "string", "title": "Unit", "description": "a unit, such as mL/h or 1e6 cell/mL"}
