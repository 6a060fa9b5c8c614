"""What people say to a predictive controller: approve or refuse a move, give another authority; and what came late."""

from collections.abc import Callable
from dataclasses import replace

from homeostat.control.supervisor import lowered
from homeostat.execution.plan.steering import ControllerPlan
from homeostat.execution.plan.types import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.notices import alert
from homeostat.execution.state import BatchState, ControllerState
from homeostat.ledger.catalogue import ControlChanged, ControlOrdered, ControlRefused, Moved, PlanMissed
from homeostat.monitoring.alarms import Notice
from homeostat.process import alarm_names


def miss(plan: Plan, state: BatchState, arrival: PlanMissed) -> BatchState:
    """The state once it is known that no answer came in time."""
    return _put(plan, state, arrival.controller, lambda memory: replace(memory, missed=arrival.reason))


def hear(plan: Plan, state: BatchState, arrival: ControlOrdered, time: int, sheet: Sheet) -> BatchState:
    """The state after a person's order; one that cannot be followed is refused on record."""
    refusal = _refusal(plan, state, arrival, time)
    if refusal:
        about = {"order": arrival.order, "controller": arrival.controller, "by": arrival.by}
        sheet.note(ControlRefused(**about, reason=refusal))
        return state
    if arrival.authority is not None:
        return _authority(plan, state, arrival, time, sheet)
    if arrival.order == "approve":
        return _put(plan, state, arrival.controller, _approved(arrival))
    return _put(plan, state, arrival.controller, lambda m: replace(m, refused=arrival.proposal))


def _refusal(plan: Plan, state: BatchState, arrival: ControlOrdered, time: int) -> str:
    """Why an order cannot be followed; empty when it can."""
    if arrival.objection:
        return arrival.objection
    pairs = zip(plan.controllers, state.controllers, strict=True)
    found = [each for each in pairs if each[0].name == arrival.controller]
    if not found:
        known = ", ".join(controller.name for controller in plan.controllers) or "none"
        return f"there is no controller {arrival.controller}; there is: {known}"
    if arrival.order == "authority":
        return "" if arrival.authority else "no authority is named"
    controller, memory = found[0]
    return _undecidable(memory, arrival, time) or _another(arrival, _proposed(plan, controller, memory))


def _undecidable(memory: ControllerState, arrival: ControlOrdered, time: int) -> str:
    """Why a proposal cannot be decided on; empty when it can."""
    waiting = memory.standing.proposal
    if waiting is None or waiting.name != arrival.proposal:
        return f"no proposal {arrival.proposal or '(unnamed)'} waits for a decision"
    if waiting.name in (memory.approved, memory.refused):
        return f"the proposal {waiting.name} was {'approved' if memory.approved else 'refused'} just before"
    return f"the proposal {waiting.name} has expired" if time >= waiting.expires else ""


def _proposed(plan: Plan, controller: ControllerPlan, memory: ControllerState) -> tuple[Moved, ...]:
    """The first move of what is proposed, and the end of the phase where it comes with it, as a person was shown it."""
    waiting = memory.standing.proposal
    if waiting is None:
        return ()
    course = waiting.course.first(controller.rules.every)
    loops = [plan.loops[place] for place in controller.loops]
    pairs = zip(loops, course.rows[0], strict=True)
    moves = [Moved(loop=loop.name, value=value, unit=loop.output_unit) for loop, value in pairs]
    return (*moves, *([] if course.harvest is None else [Moved.end(course.harvest)]))


def _another(arrival: ControlOrdered, proposed: tuple[Moved, ...]) -> str:
    """That an order names another move than is proposed, or is signed and names none; empty where neither is so."""
    if arrival.order == "approve" and arrival.signature and not arrival.moves:
        return "what is signed does not say which move it approves"
    if arrival.moves and arrival.moves != proposed:
        told, waits = [", ".join(move.words for move in moves) for moves in (arrival.moves, proposed)]
        return f"the order says {told}, but proposed is {waits}"
    return ""


def _approved(arrival: ControlOrdered) -> Callable[[ControllerState], ControllerState]:
    return lambda memory: replace(memory, approved=arrival.proposal, approver=arrival.by)


def _authority(plan: Plan, state: BatchState, arrival: ControlOrdered, time: int, sheet: Sheet) -> BatchState:
    authority = arrival.authority
    if authority is None:
        return state

    def given(memory: ControllerState) -> ControllerState:
        before = memory.standing
        sheet.note(
            ControlChanged(
                controller=arrival.controller,
                before=before.rung,
                rung=before.rung,
                authority=authority,
                reason=f"{arrival.by}: {arrival.reason}",
            )
        )
        decided = (
            before.proposal if memory.approved or memory.refused else None
        )  # it is followed in this scan
        standing = replace(lowered(before, authority, time), failures=0, proposal=decided)
        if before.authority == "advisory":  # nobody has let its advice through
            standing = replace(standing, course=None, stale="")
        return replace(memory, standing=standing, due=0)

    return _settled(plan, _put(plan, state, arrival.controller, given), arrival, time, sheet)


def _settled(plan: Plan, state: BatchState, arrival: ControlOrdered, time: int, sheet: Sheet) -> BatchState:
    """The state in which no alarm says any more that the controller lost its authority: a person has decided on it."""
    alarm = alarm_names.lowered(arrival.controller)
    if not state.board.life(alarm).active:
        return state
    title = next(each.title for each in plan.controllers if each.name == arrival.controller)
    text = f"{title} is {arrival.authority} by the word of {arrival.by}"
    return alert(plan, state, [Notice(alarm, False, "medium", text)], time, sheet)


def _put(
    plan: Plan, state: BatchState, name: str, change: Callable[[ControllerState], ControllerState]
) -> BatchState:
    pairs = zip(plan.controllers, state.controllers, strict=True)
    memories = [change(memory) if controller.name == name else memory for controller, memory in pairs]
    return replace(state, controllers=tuple(memories))
