"""Predictive controllers: asked in one scan, heard in the next, and never obeyed but through their supervisor.

    belief -> question -> (solver, within its deadline) -> answer -> supervisor -> outputs of the loops

The answer is a pure function of the question, so that a replay finds it again; that none came in time is an arrival.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from homeostat.control.predictive.planner import planner
from homeostat.control.supervisor import (
    NOT_YET,
    UNDECIDED,
    Course,
    Decision,
    Facts,
    Rung,
    Standing,
    climb,
    lapsed,
)
from homeostat.execution.plan.steering import ControllerPlan
from homeostat.execution.plan.steps import HOUR
from homeostat.execution.plan.types import LoopPlan, Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.gate import doubted, followable, gate, past
from homeostat.execution.stages.notices import alert
from homeostat.execution.state import BatchState, ControllerState, LoopState
from homeostat.execution.states import State
from homeostat.execution.steering import Asked, course, failed_event, planned_event, question
from homeostat.execution.successor import successor
from homeostat.ledger.catalogue import ControlChanged, ControlRefused, MoveClamped, MoveExpired
from homeostat.monitoring.alarms import Notice
from homeostat.process.alarm_names import lowered, on_rung

RUNGS: tuple[Rung, ...] = ("idle", "advice", "plan", "last plan", "loops", "hold")
"""The rungs in the order of their numbers on record."""
ALARMS: Mapping[Rung, Literal["low", "medium", "high"]] = {
    "last plan": "low",
    "loops": "medium",
    "hold": "high",
}
"""The rungs on which a controller that may move does not move as it should, with the priority of their alarm."""
UNMADE: Mapping[Rung, str] = {
    "advice": "the controller may only advise since the same scan",
    "idle": "the controller has not been at work since the same scan",
}
"""The rungs on which a move is not made though it was approved, and why."""
STRIKES = 2
"""Scans in a row in which an actuator shows another value than it was told, until it is not believed to obey."""


def begin_controllers(plan: Plan) -> tuple[ControllerState, ...]:
    """Every controller before the first scan."""
    return tuple(ControllerState(Standing(each.authority)) for each in plan.controllers)


class At(NamedTuple):
    """One controller in one scan."""

    plan: Plan
    controller: ControllerPlan
    place: int
    usable: Sequence[float]
    time: int
    sheet: Sheet

    def loops(self) -> list[LoopPlan]:
        """The loops that it moves."""
        return [self.plan.loops[loop] for loop in self.controller.loops]


def control(plan: Plan, state: BatchState, usable: Sequence[float], time: int, sheet: Sheet) -> BatchState:
    """The state after every controller was heard and asked; `usable` holds the tag values (NaN: unusable)."""
    for place, controller in enumerate(plan.controllers):
        state = _control(At(plan, controller, place, usable, time, sheet), state)
    if state.harvest is None and (since := harvest(state, time)) >= 0.0:
        state = replace(state, harvest=time - round(since))
    return state


def _control(at: At, state: BatchState) -> BatchState:
    memory = state.controllers[at.place]
    engaged = state.state is State.RUNNING and _running(at, state)
    if not engaged and memory.standing.rung == "idle":
        return state
    outputs = tuple([state.loops[loop].pid.output for loop in at.controller.loops])
    strikes = _strikes(at, memory, outputs)
    facts = _facts(at, state, memory, outputs, strikes) if engaged else Facts(at.time, False, outputs)
    decision = climb(at.controller.rules, memory.standing, facts)
    _note(at, memory.standing, decision)
    _expired(at, memory, decision.standing)
    _unmade(at, memory, decision.standing)
    state = successor(state, loops=_driven(at, state, decision))
    after = _asked(at, state, memory, facts, decision)
    controllers = list(state.controllers)
    controllers[at.place] = replace(after, strikes=strikes if engaged else ())
    state = successor(state, controllers=tuple(controllers))
    notices = list(_notices(at.controller, state, decision.standing))
    if after.standing.authority != memory.standing.authority and not at.controller.former:
        notices += _lowered(at.controller, state, after.standing)
    return alert(at.plan, state, notices, at.time, at.sheet) if notices else state


def _facts(
    at: At,
    state: BatchState,
    memory: ControllerState,
    outputs: tuple[float, ...],
    strikes: tuple[int, ...],
) -> Facts:
    fresh, failed = _heard(at, memory, outputs)
    return Facts(
        time=at.time,
        engaged=True,
        outputs=outputs,
        gate=gate(at.controller, state, at.time) or past(at.controller, memory.standing, at.time),
        disobeys=_disobeys(at, strikes),
        blind=all(_blind(at, state, loop) for loop in at.controller.loops),
        fresh=fresh,
        failed=failed,
        approved=memory.approved,
        refused=memory.refused,
    )


def _running(at: At, state: BatchState) -> bool:
    """Whether the recipe asks for the controller, and nobody has taken one of its loops in hand."""
    steps = [state.steps[node] for node in at.controller.during]
    automatic = all(state.loops[loop].mode == "auto" for loop in at.controller.loops)
    return automatic and any(step.status == "running" and not step.prompts for step in steps)


def _blind(at: At, state: BatchState, loop: int) -> bool:
    """Whether a loop has had no reading that may be gone by for as long as it bears to go without."""
    value, since = at.usable[at.plan.loops[loop].tag], state.loops[loop].blind
    unread = value != value or _doubted(at, state, loop)
    return unread and since is not None and at.time - since >= at.plan.loops[loop].patience


def _doubted(at: At, state: BatchState, loop: int) -> bool:
    """Whether the twin does not rely on the loop's own sensor, planned or held: no loop in a plan's place does."""
    return at.plan.tags[at.plan.loops[loop].tag] in doubted(state)


def _heard(at: At, memory: ControllerState, outputs: tuple[float, ...]) -> tuple[Course | None, str]:
    """The answer to what was asked in the last scan: a course, or why there is none."""
    if memory.question is None:
        return None, ""
    if memory.missed:
        return None, memory.missed
    controller = at.controller
    answer = planner(controller.task).answer(memory.question)
    if answer.planned is None:
        failed = failed_event(controller, memory.asked, answer)
        at.sheet.note(failed)
        return None, f"no plan: {failed.reason or failed.status}"
    way = course(controller, memory.asked, answer.planned)
    asked = Asked(memory.question, memory.standing.authority, outputs)
    at.sheet.note(planned_event(at.plan, controller, asked, answer.planned, way))
    return way, ""


def _strikes(at: At, memory: ControllerState, outputs: tuple[float, ...]) -> tuple[int, ...]:
    """For each loop the scans in a row in which its actuator showed something else than it was told."""
    counts = list(memory.strikes or (0,) * len(outputs))
    for k, (loop, bears) in enumerate(zip(at.loops(), at.controller.apart, strict=True)):
        shown = at.usable[at.plan.tags.index(loop.actuator)]
        apart = abs(shown - outputs[k]) > bears  # not, for a reading that is NaN
        counts[k] = counts[k] + 1 if apart else 0
    return tuple(counts)


def _disobeys(at: At, strikes: tuple[int, ...]) -> str:
    names = [loop.actuator for loop, count in zip(at.loops(), strikes, strict=True) if count >= STRIKES]
    return f"{', '.join(names)} does not do as told" if names else ""


def _asked(
    at: At, state: BatchState, memory: ControllerState, facts: Facts, decision: Decision
) -> ControllerState:
    """The controller's memory after the scan, with the next question if it is time for one."""
    standing = decision.standing
    if not facts.engaged:
        return ControllerState(standing)
    if memory.due > at.time or facts.gate or _closing(at, standing):
        return ControllerState(standing, asked=memory.asked, due=memory.due)
    asked = question(at.plan, at.controller, state, at.time)
    return ControllerState(standing, asked, at.time, at.time + at.controller.rules.every)


def _closing(at: At, standing: Standing) -> bool:
    """Whether nothing is left to plan: the end has come, or is nearer than the next plan would be.

    An end that was planned counts while that plan may be followed: one that nobody will bring about any more is no
    reason not to ask.
    """
    every, way = at.controller.rules.every, standing.course
    planned = way.harvest if way is not None and followable(at.controller, standing, at.time) else None
    near = planned is not None and planned - at.time <= every
    return near or not at.controller.task.ends_from(at.time / HOUR)


def _driven(at: At, state: BatchState, decision: Decision) -> tuple[LoopState, ...]:
    """The loops with the outputs decided on; one that is left to itself goes on from where it is.

    Where the loops stand in for the controller they keep to its envelope, and read no sensor that is doubted; where it
    is not at work, or only advises, they work as they were declared.
    """
    controller, changed = at.controller, list(state.loops)
    rung = decision.standing.rung
    stands_in, moves, safe = rung == "loops", rung not in ("idle", "advice"), rung == "hold"
    for k, loop in enumerate(controller.loops):
        before, envelope = state.loops[loop], controller.rules.envelopes[k]
        unread = moves and _doubted(at, state, loop)
        if decision.outputs is None:
            fence = envelope if stands_in else None
            changed[loop] = successor(before, driven=False, safe=False, fence=fence, doubted=unread)
        else:
            pid = before.pid._replace(output=decision.outputs[k])
            changed[loop] = successor(before, driven=True, safe=safe, fence=None, pid=pid, doubted=unread)
    return tuple(changed)


def _note(at: At, before: Standing, decision: Decision) -> None:
    """Put on record another rung or authority, and every output that did not pass as planned."""
    after, name = decision.standing, at.controller.name
    if (after.rung, after.authority) != (before.rung, before.authority):
        at.sheet.note(
            ControlChanged(
                controller=name,
                before=before.rung,
                rung=after.rung,
                authority=after.authority,
                reason=after.why,
            )
        )
    if after.course is None:
        return
    wanted = after.course.at(after.moved)
    for k, clamp in enumerate(decision.clamped):
        if clamp:
            loop = at.loops()[k]
            at.sheet.note(
                MoveClamped(
                    controller=name,
                    loop=loop.name,
                    planned=wanted[k],
                    output=decision.allowed[k],
                    unit=loop.output_unit,
                    clamp=clamp,
                )
            )


def _expired(at: At, memory: ControllerState, standing: Standing) -> None:
    """Put on record that a move waited for a person in vain: until its time was over, or a newer one overtook it."""
    waited = memory.standing.proposal
    if waited is None or standing.rung == "idle" or standing.authority != "supervised":
        return
    made = memory.approved == waited.name and not lapsed(at.controller.rules, waited, at.time)
    waits = standing.proposal is not None and standing.proposal.name == waited.name
    if not (made or waits or memory.refused == waited.name):
        at.sheet.note(MoveExpired(controller=at.controller.name, proposal=waited.name))


def _unmade(at: At, memory: ControllerState, standing: Standing) -> None:
    """Refuse on record an approval whose move is not made, for the controller lost its say in the same scan."""
    why = UNMADE.get(standing.rung)
    if memory.approved and why:
        about = {"order": "approve", "controller": at.controller.name, "by": memory.approver}
        at.sheet.note(ControlRefused(**about, reason=f"the move {memory.approved} was not made: {why}"))


def _notices(controller: ControllerPlan, state: BatchState, standing: Standing) -> Iterator[Notice]:
    """One alarm for each rung on which the controller does not move as it should."""
    for rung, priority in ALARMS.items():
        alarm = on_rung(controller.name, rung)
        wanted = standing.rung == rung and standing.why not in (NOT_YET, UNDECIDED)
        if wanted != state.board.life(alarm).active:
            yield Notice(alarm, wanted, priority, f"{controller.title}: {rung} ({standing.why})")


def _lowered(controller: ControllerPlan, state: BatchState, standing: Standing) -> Iterator[Notice]:
    """An alarm for authority that is lost, raised anew for the next step down; a person's word alone ends it."""
    alarm = lowered(controller.name)
    text = f"{controller.title} lost authority, and is now {standing.authority} ({standing.why})"
    if state.board.life(alarm).active:
        yield Notice(alarm, False, "medium", text)
    yield Notice(alarm, True, "medium", text)


def harvest(state: BatchState, time: int) -> float:
    """For how long (µs) a controller that may act has wanted its phase to end; NaN while none wants it."""
    if state.harvest is not None:
        return float(time - state.harvest)
    for memory in state.controllers:
        standing = memory.standing
        way = standing.course
        if standing.rung in ("plan", "last plan") and way is not None and way.harvest is not None:
            return float(time - way.harvest)
    return float("nan")
