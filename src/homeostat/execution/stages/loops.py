"""The regulatory loops: one controller step each, on the newest reading, outer loops before their inner ones.

    feed-forward, reading, set-point -> output -> actuators, or the inner loop's set-point

An outer loop follows an inner one that does not listen (in manual, blind, or driven by another), and gives it no
set-point that it could not reach: the integrals of a cascade do not wind up.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import nan

from homeostat.control import PidState, step
from homeostat.control.regulatory import FeedState, feed_forward
from homeostat.execution.plan.steps import PhasePlan
from homeostat.execution.plan.types import LoopPlan, Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.notices import alert, failure
from homeostat.execution.state import BatchState, LoopState
from homeostat.execution.successor import successor
from homeostat.ledger.catalogue import LoopChanged
from homeostat.monitoring.alarms import Notice
from homeostat.process.alarm_names import blind

Loops = tuple[LoopState, ...]


def begin(loop: LoopPlan) -> LoopState:
    """A loop before the first scan."""
    pid = PidState(loop.initial, loop.initial)
    return LoopState(loop.setpoint, loop.mode, pid, feeds=tuple([FeedState() for _ in loop.feeds]))


def regulate(plan: Plan, state: BatchState, usable: Sequence[float], time: int, sheet: Sheet) -> BatchState:
    """The state after every loop has moved; `usable` holds the tag values (NaN: unusable)."""
    notices = list[Notice]()
    state = successor(state, loops=moved(plan, state.loops, usable, time, notices))
    return alert(plan, state, notices, time, sheet) if notices else state


def moved(plan: Plan, loops: Loops, usable: Sequence[float], time: int, notices: list[Notice]) -> Loops:
    """The loops after one step each; what is to be noticed is added to `notices`."""
    after = list(loops)
    for place in plan.outer_first:
        after[place] = _regulate(plan, after, place, usable, time, notices)
        if (inner := plan.loops[place].inner) >= 0:
            after[inner] = successor(after[inner], setpoint=after[place].pid.output)
    return tuple(after)


def _regulate(
    plan: Plan,
    loops: Sequence[LoopState],
    place: int,
    usable: Sequence[float],
    time: int,
    notices: list[Notice],
) -> LoopState:
    """One controller step; a loop that has been blind for too long goes to its safe output or stays, which is noticed.

    One that a predictive controller moves goes where that says; the notice tells what was done.
    """
    loop, memory = plan.loops[place], loops[place]
    value, feeds = _read(loop, memory, usable), _fed(plan, loop, memory, usable)
    pid = _fenced(memory, _move(plan, loops, place, usable, feeds))
    if value == value and not memory.lacking:
        return successor(memory, pid=pid, blind=None, feeds=feeds)
    since = None if value == value else time if memory.blind is None else memory.blind
    gone = 0 if since is None else time - since
    if since is not None and gone >= loop.patience and loop.safe is not None and not memory.driven:
        pid = _put(memory, loop.safe)
    tells = since is not None and loop.told is not None and gone >= loop.told
    lacking = _lacking(loop, memory, pid.output) if tells else ""
    notices += _told(loop, memory.lacking, lacking)
    return successor(memory, pid=pid, blind=since, feeds=feeds, lacking=lacking)


def _fenced(memory: LoopState, pid: PidState) -> PidState:
    """The controller step within the envelope of the predictive controller that the loop stands in for."""
    if memory.fence is None or memory.driven:
        return pid
    output = memory.fence.towards(memory.pid.output, pid.output)
    return pid if output == pid.output else pid._replace(output=output)


def _put(memory: LoopState, safe: float) -> PidState:
    """On the way to the safe output: there at once, unless an envelope has a rate."""
    output = safe if memory.fence is None else memory.fence.towards(memory.pid.output, safe)
    return PidState(output, output)


def _fed(plan: Plan, loop: LoopPlan, memory: LoopState, usable: Sequence[float]) -> tuple[FeedState, ...]:
    """What is remembered of the disturbances after this scan."""
    if not loop.feeds:
        return ()
    pairs = zip(loop.feeds, memory.feeds, strict=True)
    return tuple([feed_forward(fed.feed, s, value=usable[fed.tag], hours=plan.hours) for fed, s in pairs])


def _read(loop: LoopPlan, memory: LoopState, usable: Sequence[float]) -> float:
    """What the loop's sensor reads; NaN where that is not usable, or not to be gone by."""
    return nan if memory.doubted else usable[loop.tag]


def _lacking(loop: LoopPlan, memory: LoopState, output: float) -> str:
    """What is told of a loop that has had no reading for too long: what became of its output.

    Where no plan gives it, by itself or by the controller's supervisor it is at the safe one, or stays. Nothing is told
    of one without a safe output that needs no reading: in manual, or while a plan gives its output.
    """
    planned = memory.driven and not memory.safe
    if loop.safe is not None:
        done = f"its output went to the safe value of {loop.safe:g} {loop.output_unit}"
        done = "a predictive controller gives its output" if planned else done
    elif planned or memory.mode == "manual":
        return ""
    else:
        done = _stays(loop, memory, output)
    lacks = "has a reading that the twin does not rely on" if memory.doubted else "has no reading"
    return f"The loop {loop.name} {lacks}: {done}"


def _stays(loop: LoopPlan, memory: LoopState, output: float) -> str:
    """Where an output stays. No number where something may move it yet: each other text would be another alarm."""
    if loop.inner >= 0:
        return "its output stays, or follows an inner loop that does not listen"
    if memory.driven or memory.fence is not None:
        return "its output stays, within the envelope of its controller"
    return f"its output stays at {output:g} {loop.output_unit}"


def _told(loop: LoopPlan, before: str, now: str) -> list[Notice]:
    """The notices by which what is told of a loop changes: another text is another alarm."""
    if before == now:
        return []
    changes = [(before, False), (now, True)]
    return [failure(blind(loop.name), raised=raised, text=text) for text, raised in changes if text]


def _move(
    plan: Plan, loops: Sequence[LoopState], place: int, usable: Sequence[float], feeds: tuple[FeedState, ...]
) -> PidState:
    loop, memory = plan.loops[place], loops[place]
    value, feed = _read(loop, memory, usable), 0.0
    for state in feeds:
        feed += state.added
    return step(
        loop.tuning,
        memory.pid,
        mode=memory.mode,
        setpoint=memory.setpoint,
        measurement=value,
        usable=value == value,
        hours=plan.hours,
        feed=feed,
        override=memory.pid.output if memory.driven else _followed(plan, loops, place, usable),
        reach=_room(plan, loops, place),
    )


def _room(plan: Plan, loops: Sequence[LoopState], place: int) -> tuple[float, float] | None:
    """The limits of this scan, where there are any beside those of the tuning."""
    if plan.loops[place].inner >= 0:
        return _reach(plan, loops, place)
    fence = loops[place].fence
    return None if fence is None else fence.reach(loops[place].pid.output)


def _followed(plan: Plan, loops: Sequence[LoopState], place: int, usable: Sequence[float]) -> float | None:
    """What an automatic outer loop follows: the reading of an inner loop that does not listen to it, if usable."""
    inner = plan.loops[place].inner
    if inner < 0 or loops[place].mode == "manual":
        return None
    value = _read(plan.loops[inner], loops[inner], usable)
    if value != value:
        return loops[inner].setpoint
    return value if loops[inner].mode == "manual" or loops[inner].driven else None


def _reach(plan: Plan, loops: Sequence[LoopState], place: int) -> tuple[float, float]:
    """The limits of a loop's output now: an outer loop goes no further where its inner one is at an end already."""
    loop, output, fence = plan.loops[place], loops[place].pid.output, loops[place].fence
    low, high = loop.tuning.low, loop.tuning.high
    if loop.inner < 0:
        return (low, high) if fence is None else (fence.low, fence.high)
    least, most = _reach(plan, loops, loop.inner)
    beneath, reverse = loops[loop.inner].pid.output, plan.loops[loop.inner].tuning.reverse
    if beneath >= most:
        low, high = (low, min(high, output)) if reverse else (max(low, output), high)
    if beneath <= least:
        low, high = (max(low, output), high) if reverse else (low, min(high, output))
    return low, high


def direct(plan: Plan, loops: Loops, phase: PhasePlan, cause: str, sheet: Sheet) -> Loops:
    """The loops after a phase has given them set-points, modes and outputs; each loop that changed is a decision.

    An actuator or inner loop that a loop moves is set through that loop: in manual the output stays there, in automatic
    the controller goes on from it.
    """
    setpoints, modes, outputs = dict(phase.setpoints), dict(phase.modes), dict(phase.outputs)
    changed = list(loops)
    for index in sorted(setpoints.keys() | modes.keys() | outputs.keys()):
        before, tuning = loops[index], plan.loops[index].tuning
        output = min(max(outputs.get(index, before.pid.output), tuning.low), tuning.high)
        changed[index] = replace(
            before,
            setpoint=setpoints.get(index, before.setpoint),
            mode=modes.get(index, before.mode),
            pid=PidState(output, output) if index in outputs else before.pid,
            driven=before.driven and index not in outputs,  # in this scan the recipe answers for the output
            fence=None if index in outputs else before.fence,
        )
        sheet.note(told(plan.loops[index], changed[index], cause))
    return tuple(changed)


def told(loop: LoopPlan, memory: LoopState, cause: str) -> LoopChanged:
    """The event of a loop that was set anew."""
    return LoopChanged(
        loop=loop.name,
        setpoint=memory.setpoint,
        unit=loop.unit,
        mode=memory.mode,
        output=memory.pid.output,
        output_unit=loop.output_unit,
        cause=cause,
    )
