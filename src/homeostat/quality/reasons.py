"""Why a controller stands where it does, by the newest word on it: its rung is told once, the reason may change later.

In: the story of a batch. Out: the reason, in the supervisor's words.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from homeostat.control.supervisor import EXPIRED, REFUSED, UNDECIDED
from homeostat.ledger.catalogue import (
    AlarmChanged,
    ControlChanged,
    ControlOrdered,
    MovePlanned,
    Payload,
    PlanFailed,
    PlanMissed,
)
from homeostat.process.alarm_names import on_rung
from homeostat.quality.story import Fact, Story

FOLLOWS = ("advice", "last plan", "loops")
"""The rungs on which the reason that came last is the one that counts."""


def why(story: Story, controller: str, now: int) -> str:
    """The reason at `now` (µs) for the rung of a controller; "" where it stands there without one."""
    known = _Known()
    for fact in _facts(story, controller):
        known = _next(known.at(fact.time), fact.data)
    return known.at(now).reason


@dataclass(frozen=True, slots=True)
class _Known:
    """The rung, the reason for it, and the move that waits for a person."""

    rung: str = "idle"
    reason: str = ""
    waiting: MovePlanned | None = None

    def at(self, time: int) -> "_Known":
        """The same once it is `time` (µs): nobody approves of what has expired."""
        waits = self.waiting
        if waits is None or waits.expires is None or time < waits.expires:
            return self
        return replace(self.because(EXPIRED), waiting=None)

    def because(self, reason: str) -> "_Known":
        """The same for a reason that came up on the rung where it stands."""
        return replace(self, reason=reason) if self.rung in FOLLOWS else self


def _next(known: _Known, fact: Payload) -> _Known:
    match fact:
        case ControlChanged():
            waits = known.waiting if fact.authority == "supervised" and fact.rung != "idle" else None
            return _Known(fact.rung, fact.reason, waits)
        case MovePlanned():
            undecided = EXPIRED if known.waiting else UNDECIDED  # it overtakes one, or not
            stands_in = undecided if fact.proposal else known.reason
            reason = {"advice": "", "loops": stands_in, "last plan": stands_in}.get(known.rung, known.reason)
            return replace(known, reason=reason, waiting=fact if fact.proposal else None)
        case ControlOrdered():
            return _ordered(known, fact)
    said = _said(known, fact)
    return known.because(said) if said else known


def _said(known: _Known, fact: Payload) -> str:
    """What a failed plan, or the alarm of the rung, gives as the reason; "" for anything else."""
    match fact:
        case PlanFailed():
            return f"no plan: {fact.reason or fact.status}"
        case PlanMissed():
            return fact.reason
        case AlarmChanged():
            return fact.text.partition(f": {known.rung} (")[2].removesuffix(")")
    return ""


def _ordered(known: _Known, order: ControlOrdered) -> _Known:
    """What a person decided on waits no more."""
    if known.waiting is None or order.proposal != known.waiting.proposal:
        return known
    known = replace(known, waiting=None)
    return known.because(REFUSED) if order.order == "refuse" else known


def _facts(story: Story, controller: str) -> Iterator[Fact[Payload]]:
    """What may change the reason, in the order of the record."""
    about = (ControlChanged, MovePlanned, ControlOrdered, PlanFailed, PlanMissed)
    found: list[Fact[Payload]] = [
        fact
        for kind in about
        for fact in story.of(kind)
        if getattr(fact.data, "controller", "") == controller
    ]
    alarms = {on_rung(controller, rung) for rung in FOLLOWS}
    found += [
        one for one in story.of(AlarmChanged) if one.data.state == "raised" and one.data.alarm in alarms
    ]
    yield from sorted(found, key=lambda fact: fact.seq)
