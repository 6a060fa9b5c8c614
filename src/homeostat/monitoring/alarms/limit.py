"""Limit alarms with on-delay, off-delay and deadband (ISA-18.2-2016, basic alarm design).

A limit is violated when the reading lies beyond it, and cured when the reading is back inside by the deadband. The
alarm is raised when the violation has lasted for the delay, so one noisy reading does not cry wolf, and cleared when
the cure has lasted for the off-delay. A reading that is not usable never clears an alarm. It counts towards raising one
only if it has a value beyond the limit: an instrument at the end of its range says that much. The alarm on the
sensor's health tells the rest.
"""

from dataclasses import dataclass
from typing import Literal

from homeostat.monitoring.alarms.priority import Priority

Side = Literal["low", "high", "health"]


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: `bound` and `deadband` in the tag's unit, `delay` and `off_delay` in microseconds of process time."""

    alarm: str
    tag: str
    side: Side
    bound: float
    deadband: float
    delay: int
    priority: Priority
    text: str
    unit: str
    off_delay: int = 0


@dataclass(frozen=True, slots=True)
class AlarmState:
    """Since when the limit has been violated (None: it is not), whether the alarm stands, since when it is cured."""

    since: int | None = None
    raised: bool = False
    cured: int | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """An alarm that was raised or cleared, by this value."""

    limit: Limit
    raised: bool
    value: float


QUIET = AlarmState()


def watch(
    limit: Limit, state: AlarmState, time: int, value: float, *, usable: bool
) -> tuple[AlarmState, Transition | None]:
    """The next state of one alarm, and its transition if it makes one. `value` is NaN where there is none."""
    if not usable and limit.side != "health" and not _violated(limit, value, usable, inside=False):
        return state, None
    if _violated(limit, value, usable, inside=state.raised):
        since = time if state.since is None else state.since
        if state.raised or time - since < limit.delay:
            return AlarmState(since, state.raised), None
        return AlarmState(since, True), Transition(limit, True, value)
    if not state.raised:
        return QUIET, None
    cured = time if state.cured is None else state.cured
    if time - cured < limit.off_delay:
        return AlarmState(state.since, True, cured), None
    return QUIET, Transition(limit, False, value)


def _violated(limit: Limit, value: float, usable: bool, *, inside: bool) -> bool:
    """Whether the limit is passed; once the alarm stands, the reading must come back by the deadband."""
    if limit.side == "health":
        return not usable
    band = limit.deadband if inside else 0.0
    return value < limit.bound + band if limit.side == "low" else value > limit.bound - band
