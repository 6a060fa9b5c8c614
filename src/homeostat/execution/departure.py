"""Outputs as they leave for their actuators: what a controller answers for is held against its envelope once more.

The supervisor has done so already. This check shares nothing with it but the envelope itself, and remembers by itself
what it let through: no fault between the two brings an output to an actuator that was never validated, or at a rate
that was not.
"""

from collections.abc import Sequence

from homeostat.execution.plan.types import Plan
from homeostat.execution.state import LoopState


class Departure:
    """Lets the outputs of each scan through, in their order; it is asked in every scan, so that it knows the last."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._last: dict[int, float] = {}
        self._envelopes = {
            loop: envelope
            for controller in plan.controllers
            for loop, envelope in zip(controller.loops, controller.rules.envelopes, strict=True)
        }

    def leaving(self, loops: Sequence[LoopState]) -> list[tuple[str, float]]:
        """Where each actuator of a loop is to stand."""
        moves: list[tuple[str, float]] = []
        for place, (loop, at) in enumerate(zip(self._plan.loops, loops, strict=True)):
            output = at.pid.output
            if place in self._envelopes:
                output = self._let(place, at)
            moves += loop.moves(output)
        return moves

    def _let(self, place: int, at: LoopState) -> float:
        """The output of a loop that a controller moves; what persons and the recipe set is theirs to answer for."""
        wanted, envelope = at.pid.output, self._envelopes[place]
        answered = at.driven or at.fence is not None
        output = envelope.towards(self._last.get(place, wanted), wanted) if answered else wanted
        self._last[place] = output
        return output
