"""Actuators: what they were told and where they stand, within their range and on their resolution's grid.

In: tag, value, unit. Out: the value really taken, and in words why it differs from the wish.
"""

import math
from collections.abc import Mapping

from homeostat.equipment.driver import Outcome
from homeostat.equipment.seeded import Spell, factor
from homeostat.equipment.span import Span
from homeostat.errors import EquipmentError, UnitError
from homeostat.process.equipment import Tag
from homeostat.process.units import convert


class Actuators:
    """All actuators of a process; `values` are their present settings, which are also their readings."""

    def __init__(
        self, tags: Mapping[str, Tag], faults: Mapping[str, tuple[Spell, ...]] | None = None
    ) -> None:
        self._tags = dict(tags)
        self._faults = {name: found for name, found in (faults or {}).items() if found}
        self._spans = {name: Span.of(name, tag) for name, tag in tags.items()}
        self.values = {name: self._start(name, tag) for name, tag in tags.items()}

    def _start(self, name: str, tag: Tag) -> float:
        span = self._spans[name]
        return span.place(tag.initial.to(tag.unit) if tag.initial else span.low)

    def delivered(self, name: str, time: int) -> float:
        """What the actuator really does at `time` (µs); its setting, unless a fault takes from it."""
        value = self.values[name]
        return value * factor(self._faults[name], time) if name in self._faults else value

    def steer(self, name: str, value: float) -> None:
        """Take a loop's output, brought into range; a NaN leaves the actuator as it is.

        Raises EquipmentError for an unknown actuator.
        """
        if name not in self._spans:
            raise EquipmentError(
                f"there is no actuator {name}",
                where="regulate",
                mend="name one of: " + ", ".join(self._spans),
            )
        if not math.isnan(value):
            self.values[name] = self._spans[name].place(value)

    def set(self, name: str, value: float, unit: str) -> Outcome:
        """Take a commanded value; refused when it cannot be one, limited where it lies outside the range."""
        if name not in self._spans:
            return Outcome("refused", 0.0, f"there is no actuator {name}")
        tag, span = self._tags[name], self._spans[name]
        try:
            wished = convert(value, unit, tag.unit)
        except UnitError as error:
            return Outcome("refused", 0.0, str(error))
        if not math.isfinite(wished):
            return Outcome("refused", 0.0, f"{value} is not a finite value")
        applied = self.values[name] = span.place(wished)
        if span.holds(wished):
            return Outcome("done", applied)
        ends = f"{span.low:g} to {span.high:g} {tag.unit}"
        return Outcome("done", applied, f"limited to {applied:g} {tag.unit}: the range is {ends}")
