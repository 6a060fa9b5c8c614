"""Alarms: every limit is watched with the newest reading; raised and cleared alarms become decisions."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from homeostat.equipment import Scan
from homeostat.execution.plan.types import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.state import BatchState
from homeostat.ledger.catalogue import AlarmChanged
from homeostat.monitoring import QUIET, Transition, watch
from homeostat.process import LAST_USABLE, Quality

TWIN_FAULT = "twin.belief"
SIGNAL = "twin.signal."
DISAGREES: Mapping[str, str] = {
    "biased": "Differs from the twin in one direction",
    "over-confident": "Scatters more about the twin than was declared",
    "rejected": "Readings too far from the twin to be believed",
    "missed": "A result came too late to correct the twin",
}
"""What is wrong with a signal, by the observer's verdict."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Tag values of one scan: the `usable` ones (else NaN), and those `shown`, which keep uncertain ones too."""

    usable: tuple[float, ...]
    shown: tuple[float, ...]

    @classmethod
    def of(cls, scan: Scan) -> "Seen":
        """What a reading of all tags shows."""
        pairs = list(zip(scan.values, scan.qualities, strict=True))
        return cls(
            tuple([value if quality <= LAST_USABLE else math.nan for value, quality in pairs]),
            tuple([value if quality <= Quality.UNCERTAIN else math.nan for value, quality in pairs]),
        )


def watch_limits(plan: Plan, state: BatchState, seen: Seen, time: int, sheet: Sheet) -> BatchState:
    """The state after every limit has been looked at."""
    alarms = list(state.alarms)
    for calm in plan.calm:
        value = seen.usable[calm.tag]
        if calm.low <= value <= calm.high and all(alarms[position] is QUIET for position in calm.limits):
            continue
        for position in calm.limits:
            limit, shown = plan.limits[position], seen.shown[calm.tag]
            alarms[position], transition = watch(limit, alarms[position], time, shown, usable=value == value)
            if transition is not None:
                sheet.note(_event(transition))
    return _watch_signals(_watch_belief(replace(state, alarms=tuple(alarms)), sheet), sheet)


def _event(transition: Transition) -> AlarmChanged:
    limit, value = transition.limit, transition.value
    return AlarmChanged(
        alarm=limit.alarm,
        state="raised" if transition.raised else "cleared",
        priority=limit.priority,
        text=limit.text,
        value=value if value == value else None,
        limit=None if limit.side == "health" else limit.bound,
        unit=limit.unit,
    )


def _watch_belief(state: BatchState, sheet: Sheet) -> BatchState:
    """A belief that could not be followed is an alarm, once."""
    if state.belief.sound or TWIN_FAULT in state.faults:
        return state
    sheet.note(
        fault(TWIN_FAULT, raised=True, text="The twin could not follow the batch: its predictions stop here")
    )
    return replace(state, faults=state.faults | {TWIN_FAULT})


def _watch_signals(state: BatchState, sheet: Sheet) -> BatchState:
    """A signal that disagrees with the twin is an alarm until it agrees again."""
    flagged = {f"{SIGNAL}{name}": verdict for name, verdict in state.belief.flagged}
    raised = {alarm for alarm in state.faults if alarm.startswith(SIGNAL)}
    if flagged.keys() == raised:
        return state
    for alarm, verdict in flagged.items():
        if alarm not in raised:
            sheet.note(_disagreement(alarm, "raised", f"{DISAGREES[verdict]}: {alarm.removeprefix(SIGNAL)}"))
    for alarm in sorted(raised - flagged.keys()):
        sheet.note(
            _disagreement(alarm, "cleared", f"Agrees with the twin again: {alarm.removeprefix(SIGNAL)}")
        )
    return replace(state, faults=(state.faults - raised) | flagged.keys())


def _disagreement(alarm: str, change: Literal["raised", "cleared"], text: str) -> AlarmChanged:
    return AlarmChanged(
        alarm=alarm, state=change, priority="low", text=text, value=None, limit=None, unit="1"
    )


def fault(alarm: str, *, raised: bool, text: str) -> AlarmChanged:
    """An alarm that has no limit: something did not work."""
    return AlarmChanged(
        alarm=alarm,
        state="raised" if raised else "cleared",
        priority="high",
        text=text,
        value=None,
        limit=None,
        unit="1",
    )
