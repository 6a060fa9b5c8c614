"""Experiments: when a loop is ready for one, a step of its output, a relay in its place, a step of its set-point."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.control.regulatory.tuning import Oscillation, Relay, oscillation, relay_test
from homeostat.errors import ControlError
from homeostat.execution.tuning.rehearsal import Rehearsal
from homeostat.execution.tuning.stand import Stand

HOUR = 3600 * 1_000_000
SETTLE = 60
"""Scans under control before anything is recorded, so that earlier moves fade."""
REST = 20
"""Scans on record before a step, in which the drift is seen."""
LEAST = 40
"""Scans that a step is followed for, at the least."""
CALM = 10
"""A loop is ready when its tag has been near its set-point for so many scans,"""
NEAR = 0.03
"""within this share of its range,"""
PATIENCE = 12 * HOUR
"""or so long (µs) after it became automatic."""
FAR = 0.1
"""A tag has moved far enough when it has left where it was by this share of its range."""
STILL = 0.03
"""A tag has come to rest when the last quarter of a record lies this near the quarter before, by its whole change."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A step test: outputs and readings, scan by scan; the output steps at scan `REST`, and later back."""

    outputs: tuple[float, ...]
    values: tuple[float, ...]


def ready(rehearsal: Rehearsal, place: int, at: int | None) -> int:
    """Execute the rehearsal up to `at` (µs), or until the loop is automatic and calm; the time (µs).

    Raises ControlError for a loop that never is, and for a time that is not within the batch.
    """
    if at is not None and at < 0:
        raise _outside("a batch has no time before its start")
    loop, longest = rehearsal.plan.loops[place], 60 * 24 * HOUR
    low, high = (end.to(loop.unit) for end in rehearsal.process.tags[rehearsal.plan.tags[loop.tag]].range)
    calm, since = 0, -1
    while (time := len(rehearsal.done) * rehearsal.plan.scan) < longest:
        rehearsal.scan()
        memory = rehearsal.loops[place]
        if at is not None:
            if rehearsal.ended:
                raise _outside(f"the recipe ends after {time / HOUR:.4g} h, before that")
            if time >= at:
                return time
            continue
        since = -1 if memory.mode == "manual" else since if since >= 0 else time
        near = abs(rehearsal.shown[loop.tag] - memory.setpoint) <= NEAR * (high - low)
        calm = calm + 1 if near and since >= 0 else 0
        if since >= 0 and (calm >= CALM or time - since >= PATIENCE):
            return time
        if rehearsal.ended:
            break
    mend = "say when with --at, such as --at '24 h'"
    raise ControlError(
        f"the recipe ends before the loop {loop.name} is automatic and near its set-point", mend=mend
    )


def _outside(what: str) -> ControlError:
    return ControlError(what, where="--at", mend="give a time within the batch, such as --at '24 h'")


def step_test(stand: Stand, size: float, longest: int) -> StepRecord:
    """Step the output by `size` from where it is, where there is room for it, and after a while back again.

    The step stands until the tag rests or has moved far, for half of `longest` scans at most, and the way back takes as
    long: what is drift and what answers the step can then be told apart.
    """
    settle(stand)
    start, tuning = stand.loop.pid.output, stand.plan.loops[stand.place].tuning
    size = size if start + size <= tuning.high else -size
    begin, far = len(stand.values), FAR * _span(stand)
    for _ in range(REST):
        stand.drive(start)
    for scan in range(longest // 2):
        stand.drive(start + size)
        values = stand.values[begin:]
        if scan >= LEAST and scan % CALM == 0 and _enough(values[REST:], values[:REST], far):
            break
    for _ in range(len(stand.values) - begin - REST):
        stand.drive(start)
    return StepRecord(tuple(stand.outputs[begin:]), tuple(stand.values[begin:]))


def relay_experiment(stand: Stand, size: float, hysteresis: float, longest: int) -> tuple[Relay, Oscillation]:
    """Put a relay of the amplitude `size` in the controller's place, about where tag and output are."""
    tuning, hours = stand.plan.loops[stand.place].tuning, stand.plan.hours
    settle(stand)
    first = _first_known(stand)
    centre = min(max(stand.loop.pid.output, tuning.low + size), tuning.high - size)
    relay = Relay(first, centre, size, hysteresis, tuning.reverse)
    outputs, values = relay_test(stand.drive, relay, first=first, longest=longest)
    return relay, oscillation(relay, outputs, values, hours)


def setpoint_step(stand: Stand, size: float, scans: int) -> tuple[float, list[float], list[float]]:
    """Let the tag settle, step the set-point from there by `size`, and follow for so many `scans`.

    Where the tag was before, then the readings and outputs from the step on. Raises ControlError where nothing is read.
    """
    settle(stand)
    begin, first = len(stand.values), mean(stand.values[-CALM:])
    if first != first:
        raise _unread(stand)
    for _ in range(scans):
        stand.hold(first + size)
    return first, stand.values[begin:], stand.outputs[begin:]


def hold_still(stand: Stand, scans: int) -> list[float]:
    """Let the tag settle and hold it for so many scans; the control errors."""
    first = settle(stand)
    begin = len(stand.values)
    for _ in range(scans):
        stand.hold(first)
    return [value - first for value in stand.values[begin:]]


def settle(stand: Stand) -> float:
    """Let the controller hold its set-point, or in manual where the tag is, until moves have faded; the set-point."""
    setpoint = stand.loop.setpoint if stand.loop.mode == "auto" else _first_known(stand)
    for _ in range(SETTLE):
        stand.hold(setpoint)
    return setpoint


def _span(stand: Stand) -> float:
    tag = stand.plan.tags[stand.plan.loops[stand.place].tag]
    low, high = stand.plan.process.tags[tag].range
    return high.to(low.unit) - low.value


def _first_known(stand: Stand) -> float:
    """The first usable reading; the output stays until it comes. Raises ControlError where none comes."""
    for _ in range(LEAST):
        if stand.value == stand.value:
            return stand.value
        stand.drive(stand.loop.pid.output)
    raise _unread(stand)


def _unread(stand: Stand) -> ControlError:
    name = stand.plan.tags[stand.plan.loops[stand.place].tag]
    return ControlError(f"the tag {name} shows nothing that can be used", mend="choose another --at")


def _enough(after: Sequence[float], before: Sequence[float], far: float) -> bool:
    """Whether the tag rests after a step, or has moved as `far` as it should."""
    quarter = len(after) // 4
    last, earlier, rest = mean(after[-quarter:]), mean(after[-2 * quarter : -quarter]), mean(before)
    return abs(last - rest) >= far or abs(last - earlier) <= STILL * abs(last - rest)


def mean(values: Sequence[float]) -> float:
    """The mean of the readings that there are; NaN where there is none."""
    known = [value for value in values if value == value]
    return sum(known) / len(known) if known else float("nan")
