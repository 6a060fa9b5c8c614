"""What is entered into the observer's memory: time that went by, a reading, or a dose, draw or shift."""

from typing import NamedTuple

from homeostat.twin.observer.filter import Vector
from homeostat.twin.observer.jumps import Jump


class Advance(NamedTuple):
    """`hours` went by with `inputs` held."""

    hours: float
    inputs: Vector


class Reading(NamedTuple):
    """A signal (by position) read `value`."""

    signal: int
    value: float


Entry = Advance | Reading | Jump
