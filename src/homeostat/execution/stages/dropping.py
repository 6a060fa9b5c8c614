"""Signals that the twin leaves out, for the others agree without them: each is on record and an alarm until it is back.

In: the belief. Out: the state, and for every signal that was left out or taken back an event and its alarm.
"""

from dataclasses import replace

from homeostat.execution.plan.types import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.notices import alert
from homeostat.execution.state import BatchState
from homeostat.ledger.catalogue import SignalChanged
from homeostat.monitoring.alarms import RATIONALES, Notice

KIND = "dropped"
ALARM = f"twin.{KIND}."


def tell_dropped(plan: Plan, state: BatchState, time: int, sheet: Sheet) -> BatchState:
    """The state after the twin has been looked at: which signals it fuses no longer, and which again."""
    now, before = state.belief.dropped, state.dropped
    if not state.belief.sound or now == tuple(before):
        return state
    left = [name for name in now if name not in before]
    back = [name for name in before if name not in now]
    since = {name: before.get(name, time) for name in now}
    for name in left:
        sheet.note(_event(plan, name, time, dropped=True))
    for name in back:
        sheet.note(_event(plan, name, before[name], dropped=False))
    notices = [_notice(plan, name, dropped=name in left) for name in (*left, *back)]
    return alert(plan, replace(state, dropped=since), notices, time, sheet)


def titled(plan: Plan, signal: str) -> str:
    """What a signal is called: a tag by its title, a laboratory's quantity by its name."""
    tag = plan.process.tags.get(signal)
    return tag.title if tag is not None else signal.capitalize()


def _event(plan: Plan, name: str, since: int, *, dropped: bool) -> SignalChanged:
    return SignalChanged(
        tag=name,
        kind=KIND,
        state="opened" if dropped else "closed",
        since=since,
        value=None,
        text=_text(plan, name, dropped=dropped),
    )


def _notice(plan: Plan, name: str, *, dropped: bool) -> Notice:
    return Notice(
        f"{ALARM}{name}", dropped, RATIONALES["signal"].priority, _text(plan, name, dropped=dropped)
    )


def _text(plan: Plan, name: str, *, dropped: bool) -> str:
    what = "the twin leaves it out: the others agree without it" if dropped else "the twin relies on it again"
    return f"{titled(plan, name)}: {what}"
