"""The gate before a question: why a controller cannot be asked now, in words.

In: what is believed, and how the controller stands. Out: the reason, empty where there is none. Data come first: what
the twin lost, what it disagrees with, and what it has not seen for too long is not planned on.
"""

from homeostat.control.supervisor import Standing
from homeostat.execution.plan.steering import ControllerPlan
from homeostat.execution.plan.steps import HOUR
from homeostat.execution.state import BatchState, Belief


def gate(controller: ControllerPlan, state: BatchState, time: int) -> str:
    """Why the belief cannot be planned on; empty when it can. What other loops hold is not planned."""
    belief = state.belief
    if not belief.sound:
        return "the twin could not follow the batch"
    named = [name for name in doubted(state) if name in controller.heeded]
    disagreeing = [name for name in named if name not in belief.dropped]
    if disagreeing:
        return f"the twin disagrees with: {', '.join(disagreeing)}"
    return _unread(controller, belief, time)


def doubted(state: BatchState) -> tuple[str, ...]:
    """The signals that the twin disagrees with, or leaves out."""
    belief = state.belief
    return tuple(dict.fromkeys((*state.disagreed, *belief.astray, *belief.dropped)))


def _unread(controller: ControllerPlan, belief: Belief, time: int) -> str:
    """That what is planned was out of sight for too long; empty as long as some of it was read, or sampled.

    What never was counts from the start of the batch, whose state is declared; but where there are readings, samples
    count only once there are any.
    """
    read = [belief.read[k] for _, k in controller.online]
    sampled = [belief.read[k] for k in controller.sampled if belief.read[k] >= 0 or not read]
    names = ", ".join([name for name, _ in controller.online])
    sources = [(read, controller.blind, f"read of {names}"), (sampled, controller.stale, "sampled")]
    known = [(max(0, *times), patience, word) for times, patience, word in sources if times]
    if not known or any(time - last <= patience for last, patience, _ in known):
        return ""
    since = ", nor ".join([f"{word} for {patience / HOUR:g} h" for _, patience, word in known])
    return f"nothing was {since}"


def past(controller: ControllerPlan, standing: Standing, time: int) -> str:
    """Why no plan will come for a controller that has none to follow; empty as long as one may."""
    task = controller.task
    if followable(controller, standing, time) or standing.proposal or task.ends_from(time / HOUR):
        return ""
    last = task.end if task.ends is None else task.ends.last
    return f"nothing is left to plan: {time / HOUR:.0f} h is past its last end, {last:g} h"


def followable(controller: ControllerPlan, standing: Standing, time: int) -> bool:
    """Whether there is a plan that is not too old to be followed."""
    return standing.course is not None and standing.course.age(time) <= controller.rules.age
