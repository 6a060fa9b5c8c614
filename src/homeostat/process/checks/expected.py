"""A quantity of a process with the unit it must fit and the least value it may have."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from homeostat.process.issues import Path
from homeostat.process.units import Quantity

Least = Literal["any", "zero", "positive"]


@dataclass(frozen=True, slots=True)
class Expected:
    """`quantity` stands at `path` and must fit `unit`, the unit of `of` ("a time"); with `per`, unit / per."""

    path: Path
    quantity: Quantity
    unit: str
    of: str
    least: Least = "any"
    per: str = ""


def time(path: Path, quantity: Quantity, least: Least = "zero") -> Expected:
    """A time, which must not be negative."""
    return Expected(path, quantity, "min", "a time", least)


def given(*pairs: tuple[Path, Quantity | None]) -> Iterator[tuple[Path, Quantity]]:
    """Those of the pairs whose quantity is given."""
    return ((path, quantity) for path, quantity in pairs if quantity is not None)
