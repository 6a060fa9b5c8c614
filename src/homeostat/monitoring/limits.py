"""Limit alarms with on-delay and deadband (ISA-18.2-2016, 5.2: alarm raised, returned to normal).

A limit is violated when the reading lies beyond it, and cured when the reading is back inside by the deadband. The
alarm is raised when the violation has lasted for the delay, so one noisy reading does not cry wolf. A reading that is
not usable never clears an alarm. It counts towards raising one only if it has a value beyond the limit: an instrument
at the end of its range says that much. The alarm on the sensor's health tells the rest.
"""

from dataclasses import dataclass
from typing import Literal

Priority = Literal["low", "medium", "high", "critical"]
Side = Literal["low", "high", "health"]


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: `bound` and `deadband` in the tag's unit, `delay` in microseconds of process time."""

    alarm: str
    tag: str
    side: Side
    bound: float
    deadband: float
    delay: int
    priority: Priority
    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class AlarmState:
    """Since when the limit has been violated (None: it is not), and whether the alarm stands."""

    since: int | None = None
    raised: bool = False


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
    return QUIET, Transition(limit, False, value) if state.raised else None


def _violated(limit: Limit, value: float, usable: bool, *, inside: bool) -> bool:
    """Whether the limit is passed; once the alarm stands, the reading must come back by the deadband."""
    if limit.side == "health":
        return not usable
    band = limit.deadband if inside else 0.0
    return value < limit.bound + band if limit.side == "low" else value > limit.bound - band
