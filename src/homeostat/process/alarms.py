"""Alarms as a process declares them: why each exists, what answers it, and how it is raised, kept and suppressed.

An alarm is called as `homeostat alarm list` shows it: `temperature.proven.high` (a parameter's limit),
`glucose_online.health` (a sensor), `signal.ph.frozen`, `twin.signal.ph`, `twin.belief`, `outlook.dose.action`,
`soft.final-dose.alert`. What is said of `temperature.proven` holds for both its sides, unless a longer name says more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from homeostat.process.base import NAME_PATTERN, Part, Text
from homeostat.process.conditions import Condition
from homeostat.process.units import Quantity
from homeostat.process.urgency import Priority, Severity

AlarmName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_. -]{0,119}$")]
"""The name of an alarm, or the beginning of several, up to a dot."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """What suppresses an alarm by design: a `step` of the recipe while it runs, or else a `condition` that holds."""

    step: str = ""
    condition: Condition | None = None

    @classmethod
    def parse(cls, text: object) -> "Suppression":
        """Read the name of a step, or a condition. Raises ValueError ("what|mend") when it is neither."""
        if isinstance(text, Suppression):
            return text
        if isinstance(text, str) and re.fullmatch(NAME_PATTERN, text):
            return cls(step=text)
        return cls(condition=Condition.parse(text))

    def __str__(self) -> str:
        return self.step or str(self.condition)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Stands as text in YAML and JSON."""
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A text such as "wash" or "stirrer_drive < 1 rpm"."""
        return {
            "type": "string",
            "title": "Suppression",
            "description": "a step, or such as: pump < 1 mL/h",
        }


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str | Suppression) else value


Suppressions = Annotated[tuple[Suppression, ...], BeforeValidator(_listed)]
"""One step or condition, or a list of them, of which any suppresses."""


class AlarmRule(Part):
    """What was settled on an alarm (ISA-18.2 rationalisation); whatever is left out stays as it is by default.

    `cause`, `consequence` (of no answer), its `severity` and the operator's `response` are what the operator reads;
    `severity` and `time_to_respond` give the priority, unless `priority` states it. `suppressed_while` names steps of
    the recipe, or conditions on tags or on what the twin believes, while which nobody is to be alerted. `deadband`,
    `delay_on` and `delay_off` tell when the alarm is raised and cleared. An alarm may be shelved for `longest_shelf`
    at most (0 h: never); a `latching` one stays until it is reset.
    """

    cause: Text | None = None
    consequence: Text | None = None
    severity: Severity | None = None
    response: Text | None = None
    time_to_respond: Quantity | None = None
    priority: Priority | None = None
    suppressed_while: Suppressions = ()
    deadband: Quantity | None = None
    delay_on: Quantity | None = None
    delay_off: Quantity | None = None
    longest_shelf: Quantity | None = None
    latching: bool = False


NOTHING_SETTLED = AlarmRule()
"""What is declared of an alarm of which nothing is."""


def rule_of(rules: Mapping[str, AlarmRule], alarm: str) -> AlarmRule:
    """What `rules` say of `alarm`: the one with the longest name that is its name or the beginning of it."""
    name = alarm
    while name:
        if name in rules:
            return rules[name]
        name = name.rpartition(".")[0]
    return NOTHING_SETTLED
