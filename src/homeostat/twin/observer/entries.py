"""What is entered into the observer's memory: time that went by, a reading, a dose, draw or shift, or a deferral."""

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


class Deferral(NamedTuple):
    """Signals (by position) that disagree do so from `time` (h) on only: nothing is decided of them before.

    Where they were judged in `vain` they have disagreed for as long as before, and are judged anew from then on.
    """

    signals: tuple[int, ...]
    time: float
    vain: bool = False


Entry = Advance | Reading | Jump | Deferral
