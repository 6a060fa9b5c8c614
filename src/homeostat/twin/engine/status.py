"""How an integration ended: the typed result every caller must look at."""

from collections.abc import Mapping
from enum import IntEnum


class Status(IntEnum):
    """The outcome of one call; anything but OK means that the states stand where they were last trusted."""

    OK = 0
    STEP_UNDERFLOW = 1
    """The error stayed above tolerance down to the smallest step, or the allowed number of steps was used up."""
    NON_FINITE = 2
    """An argument or a computed value was infinite or not a number."""
    OUT_OF_BOUNDS = 3
    """An argument lies outside its declared bounds, or a state could only continue beyond them."""


ENDED: Mapping[Status, str] = {
    Status.STEP_UNDERFLOW: "its steps became too small, or too many",
    Status.NON_FINITE: "a value became infinite or no number",
    Status.OUT_OF_BOUNDS: "a state left its declared bounds",
}
"""How a simulation ended, in words."""
