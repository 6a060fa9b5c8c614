"""The span of an instrument or actuator: its range and resolution as plain numbers in the tag's unit.

In: a declared tag. Out: values that lie inside the range and on the grid of the resolution.
"""

import math
from dataclasses import dataclass

from homeostat.errors import EquipmentError
from homeostat.process.equipment import Tag

_SLACK = 1e-9  # an end such as 0.3 / 0.1 = 2.9999999999999996 still counts as a whole step


@dataclass(frozen=True, slots=True)
class Span:
    """Values from `low` to `high`; with a `step` above 0 only its multiples, from `first` to `last`."""

    low: float
    high: float
    step: float
    first: int
    last: int

    @classmethod
    def of(cls, name: str, tag: Tag) -> "Span":
        """The span of a tag. Raises EquipmentError when its range holds no multiple of its resolution."""
        low, high = tag.range[0].to(tag.unit), tag.range[1].to(tag.unit)
        step = tag.resolution.difference(tag.unit) if tag.resolution else 0.0
        if step <= 0.0:
            return cls(low, high, 0.0, 0, 0)
        first, last = math.ceil(low / step - _SLACK), math.floor(high / step + _SLACK)
        if first > last:
            raise EquipmentError(
                f"the range of {name} is narrower than its resolution",
                where=f"tag {name}",
                mend="widen the range or refine the resolution",
            )
        return cls(low, high, step, first, last)

    def holds(self, value: float) -> bool:
        """Whether `value` lies inside the range. A NaN does not."""
        return self.low <= value <= self.high

    def place(self, value: float) -> float:
        """The allowed value nearest to a finite `value`; halves go to the even multiple (IEC 60559)."""
        if not self.step:
            return min(max(value, self.low), self.high)
        ratio = min(max(value / self.step, self.first), self.last)
        return round(ratio) * self.step
