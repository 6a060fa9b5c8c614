"""Alarms: every limit is watched with the newest reading; what begins or ends is brought to the alarm board."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from homeostat.equipment import Scan
from homeostat.execution.conditions import Facts
from homeostat.execution.plan.types import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.dropping import tell_dropped, titled
from homeostat.execution.stages.notices import alert, failure, pass_time
from homeostat.execution.stages.surprises import tell_surprises
from homeostat.execution.state import BatchState
from homeostat.execution.successor import successor
from homeostat.monitoring.alarms import QUIET, Notice, Transition, watch
from homeostat.process import LAST_USABLE, Quality

_USABLE, _SHOWN = int(LAST_USABLE), int(Quality.UNCERTAIN)  # a member of an enumeration is slow to look up
TWIN_FAULT = "twin.belief"
SIGNAL = "twin.signal."
AGREED = 12 * 3600 * 1_000_000
"""A signal has to agree with the twin for so long (µs) before its alarm is over (assumption)."""
DISAGREES: Mapping[str, str] = {
    "biased": "differs from the twin in one direction",
    "over-confident": "scatters more about the twin than was declared",
    "rejected": "readings too far from the twin to be believed",
    "missed": "a result came too late to correct the twin",
}
"""What is wrong with a signal, by the observer's verdict."""


class Seen(NamedTuple):
    """Tag values of one scan: the `usable` ones (else NaN), and those `shown`, which keep uncertain ones too."""

    usable: tuple[float, ...]
    shown: tuple[float, ...]

    @classmethod
    def of(cls, scan: Scan) -> "Seen":
        """What a reading of all tags shows."""
        pairs = list(zip(scan.values, scan.qualities, strict=True))
        return cls(
            tuple([value if quality <= _USABLE else math.nan for value, quality in pairs]),
            tuple([value if quality <= _SHOWN else math.nan for value, quality in pairs]),
        )


def watch_limits(plan: Plan, state: BatchState, seen: Seen, time: int, sheet: Sheet) -> BatchState:
    """The state after every limit has been looked at."""
    alarms, notices = list(state.alarms), list[Notice]()
    restless = {position for position, alarm in enumerate(alarms) if alarm is not QUIET}
    for calm in plan.calm:
        value = seen.usable[calm.tag]
        if calm.low <= value <= calm.high and (not restless or restless.isdisjoint(calm.limits)):
            continue
        for position in calm.limits:
            limit, shown = plan.limits[position], seen.shown[calm.tag]
            alarms[position], transition = watch(limit, alarms[position], time, shown, usable=value == value)
            if transition is not None:
                notices.append(_notice(transition))
    state = successor(state, alarms=tuple(alarms))
    facts = Facts(time, seen.usable, state.belief.states + state.belief.outputs)
    state = pass_time(plan, state, facts, sheet)
    state, found = _signals(plan, state, time)
    notices += [*_belief(state), *found]
    state = alert(plan, state, notices, time, sheet) if notices else state
    return tell_surprises(plan, tell_dropped(plan, state, time, sheet), time, sheet)


def _notice(transition: Transition) -> Notice:
    limit, value = transition.limit, transition.value
    return Notice(
        limit.alarm,
        transition.raised,
        limit.priority,
        limit.text,
        value if value == value else None,
        None if limit.side == "health" else limit.bound,
        limit.unit,
    )


def _belief(state: BatchState) -> Iterator[Notice]:
    """A belief that could not be followed is an alarm, once."""
    if not state.belief.sound and not state.board.life(TWIN_FAULT).active:
        text = "The twin could not follow the batch: its predictions stop here"
        yield failure(TWIN_FAULT, raised=True, text=text)


def _signals(plan: Plan, state: BatchState, time: int) -> tuple[BatchState, list[Notice]]:
    """A signal that disagrees with the twin is an alarm until it has agreed again for a while."""
    flagged = dict(state.belief.flagged)
    if not flagged and not state.disagreed:
        return state, []
    over = [name for name, last in state.disagreed.items() if name not in flagged and time - last >= AGREED]
    kept = {name: last for name, last in state.disagreed.items() if name not in over}
    notices = [
        Notice(f"{SIGNAL}{name}", True, "low", f"{titled(plan, name)}: {DISAGREES[verdict]}")
        for name, verdict in flagged.items()
        if name not in state.disagreed
    ]
    notices += [
        Notice(f"{SIGNAL}{name}", False, "low", f"{titled(plan, name)}: agrees with the twin again")
        for name in over
    ]
    return replace(state, disagreed=kept | dict.fromkeys(flagged, time)), notices
