"""Transition conditions: comparisons of tags, twin quantities or elapsed time, joined by `and` and `or`.

    elapsed >= 24 h
    glucose < 4 mmol/L or elapsed >= 3 d

`and` binds before `or`; there are no brackets. `elapsed` is the time since the phase began,
`batch_elapsed` that since the batch began, `harvest` that since a predictive controller wanted its phase to end
(unknown, so that nothing holds, as long as none does). Values are resolved to
the unit of the quantity they are compared with, so a condition is evaluated on plain floats.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from homeostat.errors import UnitError
from homeostat.process.issues import quoted
from homeostat.process.units import Quantity

OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
ELAPSED = "elapsed"
BATCH_ELAPSED = "batch_elapsed"
HARVEST = "harvest"
TIMES = (ELAPSED, BATCH_ELAPSED, HARVEST)
_TERM = re.compile(r"\s*([A-Za-z][A-Za-z0-9_-]*)\s*(>=|<=|>|<)\s*(.+?)\s*")


@dataclass(frozen=True, slots=True)
class Comparison:
    """`name` compared with a quantity."""

    name: str
    sign: str
    quantity: Quantity

    def holds(self, value: float, limit: float) -> bool:
        """Whether `value` stands in the relation to `limit`, both in one unit. A NaN satisfies nothing."""
        return OPERATORS[self.sign](value, limit)

    def __str__(self) -> str:
        return f"{self.name} {self.sign} {self.quantity}"


@dataclass(frozen=True, slots=True)
class Condition:
    """Alternatives, each of comparisons that must all hold (disjunctive normal form)."""

    alternatives: tuple[tuple[Comparison, ...], ...]

    @classmethod
    def parse(cls, text: object) -> "Condition":
        """Read a condition. Raises ValueError ("what|mend") when it cannot be read."""
        if isinstance(text, Condition):
            return text
        if not isinstance(text, str) or not 0 < len(text) < 400:
            raise ValueError(f"{quoted(text)} is not a condition|write for example: elapsed >= 24 h")
        return cls(tuple(_all_of(part) for part in re.split(r"\s+or\s+", text)))

    def comparisons(self) -> list[Comparison]:
        """Every comparison, in order."""
        return [comparison for alternative in self.alternatives for comparison in alternative]

    def __str__(self) -> str:
        return " or ".join(" and ".join(map(str, alternative)) for alternative in self.alternatives)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Conditions stand as text in YAML and JSON."""
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A text such as "elapsed >= 24 h"."""
        return {
            "type": "string",
            "title": "Condition",
            "description": "such as: glucose < 4 mmol/L or elapsed >= 3 d",
        }


def _all_of(text: str) -> tuple[Comparison, ...]:
    return tuple(_comparison(part) for part in re.split(r"\s+and\s+", text))


def _comparison(text: str) -> Comparison:
    match = _TERM.fullmatch(text)
    if match is None:
        raise ValueError(f"{quoted(text)} is not a comparison|write for example: glucose < 4 mmol/L")
    try:
        return Comparison(match.group(1), match.group(2), Quantity.parse(match.group(3)))
    except UnitError as error:
        raise ValueError(f"{error.what}|{error.mend}") from error
