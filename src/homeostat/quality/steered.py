"""What predictive controllers did in a batch, folded from its ledger: every plan, what became of it, who had a say.

In: a ledger and a batch. Out: the plans in their order, and between them the changes of rung and authority, and the
signals that the twin left out or took back, for that shuts and opens the way to a plan.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from homeostat.errors import RecordError
from homeostat.governance.ended import end_of
from homeostat.ledger import Event, Ledger
from homeostat.ledger.catalogue import (
    BatchStarted,
    ControlChanged,
    ControlOrdered,
    ControlRefused,
    MoveClamped,
    Moved,
    MoveExpired,
    MovePlanned,
    Payload,
    PlanFailed,
    PlanMissed,
    SignalChanged,
    payload,
)
from homeostat.process import Process

DROPPED = "dropped"
"""The kind of the event that a signal is left out by the twin, or taken back."""


@dataclass(frozen=True)
class Happening:
    """Something that a controller did, or was told, at `time` (µs), under its event id; or a signal left out."""

    event: str
    time: int
    fact: Payload

    @property
    def controller(self) -> str:
        """Which controller it is about; of a signal none, for it is the twin that all plan with."""
        name: str = getattr(self.fact, "controller", "")
        return name


def happenings(events: Iterable[Event]) -> list[Happening]:
    """What is about controllers among the events of a batch, or about signals left out, in their order."""
    kinds = {kind.type for kind in _SENTENCES}
    found = [
        Happening(event.id, event.time, payload(event.type, event.data))
        for event in events
        if event.type in kinds
    ]
    return [one for one in found if not isinstance(one.fact, SignalChanged) or one.fact.kind == DROPPED]


def steered(ledger: Ledger, batch: str, *, controller: str | None = None) -> list[Happening]:
    """Everything about the controllers of a batch, or about one of them, in the order of the record.

    Signals that the twin left out are among it, where there is anything about controllers.
    """
    kinds = tuple(kind.type for kind in _SENTENCES)
    found = happenings(stored.event for stored in ledger.events(batch=batch, types=kinds))
    about = [one for one in found if not one.controller or controller in (None, one.controller)]
    return about if any(one.controller for one in about) else []


def proposals(found: Iterable[Happening], *, now: int = 0) -> list[MovePlanned]:
    """The moves that wait for a person at `now` (µs), one of each controller at most: the newest.

    One that was decided on, has expired or was overtaken waits no more; nor does one of a controller that is not at
    work or needs no approval any more.
    """
    waiting: dict[str, MovePlanned] = {}
    for one in found:
        fact = one.fact
        if isinstance(fact, MovePlanned):
            waiting.pop(fact.controller, None)
            if fact.proposal:
                waiting[fact.controller] = fact
        elif isinstance(fact, ControlChanged) and (fact.rung == "idle" or fact.authority != "supervised"):
            waiting.pop(fact.controller, None)
        elif isinstance(fact, ControlOrdered) and _decides(fact, waiting.get(fact.controller)):
            del waiting[fact.controller]
    return [fact for fact in waiting.values() if fact.expires is None or now < fact.expires]


def _decides(order: ControlOrdered, waiting: MovePlanned | None) -> bool:
    return waiting is not None and (order.authority is not None or order.proposal == waiting.proposal)


def decidable(ledger: Ledger, batch: str, controller: str, proposal: str = "") -> tuple[Moved, ...]:
    """The move that a person is to decide on; none where no `proposal` is named.

    Raises RecordError where a batch on record has no such controller, or its move does not wait for a person. Of a
    batch that is not on record or has ended it says nothing.
    """
    start = next(ledger.events(batch=batch, types=(BatchStarted.type,)), None)
    if start is None or end_of(ledger, batch) is not None:
        return ()
    told = BatchStarted.model_validate(start.event.data)
    known = Process.model_validate_json(told.declaration).controllers
    if controller not in known:
        raise RecordError(
            f"batch {batch} has no controller '{controller}'",
            mend="it has: " + ", ".join(known) if known else "its process declares none",
        )
    found = {each.proposal: each for each in proposals(steered(ledger, batch, controller=controller))}
    waiting = list(found)
    if proposal and proposal not in found:
        raise RecordError(
            f"no move {proposal} of {controller} waits for a decision",
            mend="there waits: " + ", ".join(waiting)
            if waiting
            else "nothing waits; see: homeostat watch panel",
        )
    return found[proposal].moves if proposal else ()


def told(fact: Payload) -> str:
    """A happening in a sentence."""
    return _SENTENCES[type(fact)](fact)


def _changed(fact: ControlChanged) -> str:
    why = f": {fact.reason}" if fact.reason else ""
    return f"{fact.before} -> {fact.rung}, {fact.authority}{why}"


def _clamped(fact: MoveClamped) -> str:
    return (
        f"{fact.loop}: {fact.planned:.4g} planned, {fact.output:.4g} {fact.unit} let through ({fact.clamp})"
    )


def _ordered(fact: ControlOrdered) -> str:
    what = f"authority {fact.authority}" if fact.authority else f"{fact.order} {fact.proposal}"
    moves = ", ".join(move.words for move in fact.moves)
    return f"{fact.by}: {what}{f', {moves}' if moves else ''} ({fact.reason})"


_SENTENCES: Mapping[type[Payload], Callable[..., str]] = {
    MovePlanned: lambda fact: fact.text,
    ControlChanged: _changed,
    MoveClamped: _clamped,
    MoveExpired: lambda fact: f"the move {fact.proposal} was not made: nobody approved it in time",
    PlanFailed: lambda fact: f"no plan: {fact.reason or fact.status}",
    PlanMissed: lambda fact: f"no plan: {fact.reason}",
    ControlOrdered: _ordered,
    ControlRefused: lambda fact: f"{fact.by}: {fact.order} not followed: {fact.reason}",
    SignalChanged: lambda fact: fact.text,
}
