"""A reading: what an instrument said, how far it can be trusted, and when it was taken."""

from dataclasses import dataclass
from enum import IntEnum


class Quality(IntEnum):
    """How far a value can be trusted, as one byte: the higher the code, the less is known."""

    GOOD = 0
    """A fresh sample inside the instrument's range."""
    HELD = 1
    """The last value; no new sample was due yet."""
    UNCERTAIN = 2
    """Outside the instrument's range, or from a clamped actuator: shown, but nothing is steered by it."""
    STALE = 3
    """Older than is allowed."""
    BAD = 4
    """The sensor failed, or its value is not a number or cannot be read."""
    MISSING = 5
    """There is no value."""


LAST_USABLE = Quality.HELD
"""Control, monitoring and statistics use a value up to this code; above it, a value is only shown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a tag, in the tag's declared unit, taken at `time` µs after the batch start."""

    value: float
    quality: Quality
    time: int
