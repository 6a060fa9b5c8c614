"""A unit conversion resolved to two numbers, so that nothing but floats is touched in the scan."""

from dataclasses import dataclass

from homeostat.process.units import convert, convert_difference


@dataclass(frozen=True, slots=True)
class Scale:
    """`slope` * value + `offset`."""

    slope: float = 1.0
    offset: float = 0.0

    @classmethod
    def between(cls, unit: str, to: str) -> "Scale":
        """From `unit` to the unit `to`. Raises UnitError where the dimensions differ."""
        offset = convert(0.0, unit, to)
        return cls(convert_difference(1.0, unit, to), offset)

    def __call__(self, value: float) -> float:
        """`value` in the new unit."""
        return self.slope * value + self.offset
