"""Outputs as they leave for their actuators: what a controller drives is held against its envelope once more.

The supervisor has done so already. This check shares nothing with it but the envelope itself, so that no fault between
the two brings an output to an actuator that was never validated.
"""

from collections.abc import Sequence

from homeostat.execution.plan.types import Plan
from homeostat.execution.state import LoopState


def leaving(plan: Plan, loops: Sequence[LoopState]) -> list[tuple[str, float]]:
    """Where each actuator of a loop is to stand."""
    envelopes = {
        loop: envelope
        for controller in plan.controllers
        for loop, envelope in zip(controller.loops, controller.rules.envelopes, strict=True)
    }
    moves: list[tuple[str, float]] = []
    for place, (loop, at) in enumerate(zip(plan.loops, loops, strict=True)):
        output = envelopes[place].inside(at.pid.output) if at.driven else at.pid.output
        moves += loop.moves(output)
    return moves
