"""The regulatory loops: one controller step each, on the newest reading."""

from collections.abc import Sequence
from dataclasses import replace

from homeostat.control import PidState, step
from homeostat.execution.plan.types import LoopPlan, PhasePlan, Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.state import BatchState, LoopState
from homeostat.ledger.catalogue import LoopChanged


def begin(loop: LoopPlan) -> LoopState:
    """A loop before the first scan."""
    return LoopState(loop.setpoint, loop.mode, PidState(loop.initial, loop.initial))


def regulate(plan: Plan, state: BatchState, usable: Sequence[float]) -> BatchState:
    """The state after every loop has moved; `usable` holds the tag values (NaN: unusable)."""
    return replace(
        state,
        loops=tuple(
            LoopState(memory.setpoint, memory.mode, _move(plan, loop, memory, usable[loop.tag]))
            for loop, memory in zip(plan.loops, state.loops, strict=True)
        ),
    )


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
        cause=cause,
    )
