"""A rule that a predicted attribute must meet: ">= 90", "< 5", "80..120".

In: the rule's text. Out: a `Rule` that judges values and intervals.
"""

import math
import re
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from homeostat.errors import MonitoringError

_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_COMPARISON = re.compile(rf"^\s*(>=|<=|>|<|≥|≤)\s*{_NUMBER}\s*%?\s*$")
_RANGE = re.compile(rf"^\s*{_NUMBER}\s*(?:\.\.|–|to)\s*{_NUMBER}\s*%?\s*$")
_MEND = 'write a comparison such as ">= 90", or a range such as "80..120"'


class Rule(BaseModel):
    """Limits that a value must lie within; None where there is none. A strict limit is itself outside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float | None = None
    high: float | None = None
    strict: bool = False

    @model_validator(mode="after")
    def _limits(self) -> Self:
        found = [limit for limit in (self.low, self.high) if limit is not None]
        if not found or not all(math.isfinite(limit) for limit in found) or found != sorted(found):
            raise ValueError("a rule has one or two finite limits, the lower one first")
        return self

    @classmethod
    def parse(cls, text: str) -> "Rule":
        """The rule that `text` tells. Raises `MonitoringError` when it tells none."""
        comparison, within = _COMPARISON.match(text), _RANGE.match(text)
        if comparison:
            sign, limit = comparison.group(1), float(comparison.group(2))
            if not math.isfinite(limit):
                raise MonitoringError(f"the limit in {text!r} is not finite", where="rule", mend=_MEND)
            strict = sign in "<>"
            return cls(low=limit, strict=strict) if sign in ">=≥" else cls(high=limit, strict=strict)
        if within:
            low, high = float(within.group(1)), float(within.group(2))
            if low < high and math.isfinite(low) and math.isfinite(high):
                return cls(low=low, high=high)
        raise MonitoringError(f"{text!r} is not a rule", where="rule", mend=_MEND)

    def __str__(self) -> str:
        """The rule as it is written."""
        if self.low is not None and self.high is not None:
            return f"{self.low:g}..{self.high:g}"
        mark = "" if self.strict else "="
        return f">{mark} {self.low:g}" if self.low is not None else f"<{mark} {self.high:g}"

    def meets(self, value: float) -> bool:
        """Whether one value meets the rule; NaN does not."""
        above = self.low is None or (value > self.low if self.strict else value >= self.low)
        below = self.high is None or (value < self.high if self.strict else value <= self.high)
        return above and below and value == value

    def margin(self, value: float) -> float:
        """How far the value lies within the limits; below 0 outside them."""
        above = math.inf if self.low is None else value - self.low
        below = math.inf if self.high is None else self.high - value
        return min(above, below)

    def met_by(self, low: float, high: float) -> bool:
        """Whether every value from `low` to `high` meets the rule."""
        return self.meets(low) and self.meets(high)

    def broken_by(self, low: float, high: float) -> bool:
        """Whether no value from `low` to `high` meets the rule."""
        under = self.low is not None and (high <= self.low if self.strict else high < self.low)
        over = self.high is not None and (low >= self.high if self.strict else low > self.high)
        return under or over


def _parsed(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return Rule.parse(value)
    except MonitoringError as fault:
        raise ValueError(fault.what) from fault


RuleField = Annotated[Rule, BeforeValidator(_parsed)]
"""A field that also takes a rule's text."""
