"""Where a walk through the rest of the recipe stands."""

from dataclasses import dataclass

from homeostat.execution.state import BatchState
from homeostat.twin.observer import Estimate


@dataclass(slots=True)
class Traveller:
    """The batch's state, the belief, what the tags would show, the model's inputs, and the time (µs)."""

    state: BatchState
    estimate: Estimate
    tags: list[float]
    inputs: tuple[float, ...]
    time: int
