"""The regulatory loops: one controller step each, on the newest reading."""

from collections.abc import Sequence
from dataclasses import replace

from homeostat.control import PidState, step
from homeostat.execution.plan.types import LoopPlan, PhasePlan, Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.notices import alert, failure
from homeostat.execution.state import BatchState, LoopState
from homeostat.ledger.catalogue import LoopChanged
from homeostat.monitoring.alarms import Notice


def begin(loop: LoopPlan) -> LoopState:
    """A loop before the first scan."""
    return LoopState(loop.setpoint, loop.mode, PidState(loop.initial, loop.initial))


def regulate(plan: Plan, state: BatchState, usable: Sequence[float], time: int, sheet: Sheet) -> BatchState:
    """The state after every loop has moved; `usable` holds the tag values (NaN: unusable)."""
    notices = list[Notice]()
    moved = tuple(
        [
            _regulate(plan, loop, memory, usable[loop.tag], time, notices)
            for loop, memory in zip(plan.loops, state.loops, strict=True)
        ]
    )
    state = replace(state, loops=moved)
    return alert(plan, state, notices, time, sheet) if notices else state


def _regulate(
    plan: Plan, loop: LoopPlan, memory: LoopState, value: float, time: int, notices: list[Notice]
) -> LoopState:
    """One controller step; a loop that has been blind for too long goes to its safe output, which is noticed."""
    pid = _move(plan, loop, memory, value)
    if value == value:
        if memory.blind is not None and _lost(loop, time - plan.scan - memory.blind):
            notices.append(_blindness(loop, raised=False))
        return LoopState(memory.setpoint, memory.mode, pid)
    since = time if memory.blind is None else memory.blind
    if _lost(loop, time - since) and loop.safe is not None:
        if not _lost(loop, time - plan.scan - since):
            notices.append(_blindness(loop, raised=True))
        pid = PidState(loop.safe, loop.safe)
    return LoopState(memory.setpoint, memory.mode, pid, since)


def _lost(loop: LoopPlan, blind: int) -> bool:
    """Whether so many microseconds without a reading are more than a loop with a safe output bears."""
    return loop.safe is not None and blind >= loop.patience


def _blindness(loop: LoopPlan, *, raised: bool) -> Notice:
    text = f"The loop {loop.name} has no reading: its output went to the safe value of {loop.safe:g} {loop.output_unit}"
    return failure(f"{loop.name}.blind", raised=raised, text=text)


def _move(plan: Plan, loop: LoopPlan, memory: LoopState, value: float) -> PidState:
    return step(
        loop.tuning,
        memory.pid,
        mode=memory.mode,
        setpoint=memory.setpoint,
        measurement=value,
        usable=value == value,
        hours=plan.hours,
    )


def direct(
    plan: Plan, loops: tuple[LoopState, ...], phase: PhasePlan, cause: str, sheet: Sheet
) -> tuple[LoopState, ...]:
    """The loops after a phase has given them set-points, modes and outputs; each loop that changed is a decision.

    An actuator that a loop moves is set through the loop: in manual the output stays there, in automatic the
    controller goes on from it.
    """
    setpoints, modes, outputs = dict(phase.setpoints), dict(phase.modes), dict(phase.outputs)
    changed = list(loops)
    for index in sorted(setpoints.keys() | modes.keys() | outputs.keys()):
        before, tuning = loops[index], plan.loops[index].tuning
        output = min(max(outputs.get(index, before.pid.output), tuning.low), tuning.high)
        changed[index] = LoopState(
            setpoint=setpoints.get(index, before.setpoint),
            mode=modes.get(index, before.mode),
            pid=PidState(output, output) if index in outputs else before.pid,
            blind=before.blind,
        )
        sheet.note(_event(plan.loops[index], changed[index], cause))
    return tuple(changed)


def _event(loop: LoopPlan, memory: LoopState, cause: str) -> LoopChanged:
    return LoopChanged(
        loop=loop.name,
        setpoint=memory.setpoint,
        unit=loop.unit,
        mode=memory.mode,
        output=memory.pid.output,
        output_unit=loop.output_unit,
        cause=cause,
    )
