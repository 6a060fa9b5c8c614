"""A soft sensor as the scan knows it: a model ready to answer, and for each of its inputs a place to look."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homeostat.monitoring.package import Scorer

SOFT = ("soft", "soft.low", "soft.high")
"""What is recorded of each soft sensor: its value and the ends of its interval."""


@dataclass(frozen=True, slots=True)
class SoftInput:
    """An input of a model: a position in what the scan knows, slope and offset to the model's unit.

    `at` is the time (µs) at which it is taken; -1: whenever the model answers.
    """

    name: str
    place: int
    slope: float
    offset: float
    at: int


@dataclass(frozen=True, slots=True)
class SoftPlan:
    """A soft sensor: it answers at `start` and then every `every` µs, from values no older than `patience`."""

    name: str
    title: str
    hash: str
    unit: str
    scorer: "Scorer"
    inputs: tuple[SoftInput, ...]
    start: int
    every: int
    patience: int

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what is recorded of it."""
        return tuple(f"{kind}.{self.name}" for kind in SOFT)
