"""Placed: whether a batch's events stand where an execution puts them: in a scan, in order, from the start to the end.

events in the order of the ledger -> what is wrong with the place of each, in words
Inputs and decisions are named batch/scan/number by the scan that took them in or concluded them. What stands elsewhere
no scan knows of: it counts for nothing. What persons did (`Act`) stands wherever it came about.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from homeostat.ledger import Named, Recorded
from homeostat.ledger.catalogue import (
    PAYLOADS,
    BatchEnded,
    BatchResumed,
    BatchStarted,
    CommandOutcome,
    ModelLoaded,
    StateChanged,
    TailAnchored,
)
from homeostat.ledger.catalogue.base import Role

_SCANNED: frozenset[Role] = frozenset(("input", "decision"))
_EXECUTED: frozenset[Role] = frozenset((*_SCANNED, "effect"))
_ROLES: Mapping[str, Role] = {name: kind.role for name, kind in PAYLOADS.items()}
_OF_THE_SITE = frozenset((BatchResumed.type, TailAnchored.type))
"""What an execution says of its batch as an event of the site: where it falls depends on pace and interruptions."""
FINAL = frozenset(("complete", "stopped", "aborted"))
"""The states in which a batch ends."""
TOLD = frozenset((BatchEnded.type, BatchResumed.type, StateChanged.type))
"""The types of events that are judged by what they say, too."""
_PLACE = re.compile(r"(\d{1,18})/(\d{1,18})")
_DONE = re.compile(r"(\d{1,18})/(\d{1,18})\.done")


class _Ends:
    """Where batches ended: in the state that their last scan concluded, one of those in which a batch ends."""

    def __init__(self) -> None:
        self.at: dict[str, int] = {}
        self._states: dict[str, object] = {}

    def hear(self, event: Named, said: Mapping[str, object]) -> str:
        """Take in the next event; why it is no end of its batch though it says so, in words, else ""."""
        if event.type == StateChanged.type:
            self._states[event.batch] = said.get("after")
        elif event.type == BatchEnded.type:
            state = said.get("state")
            last = self._states.get(event.batch, state)
            if state != last:
                return f"it says that the batch ended {state}, and its last state was {last}"
            if state not in FINAL:
                return f"it says that the batch ended {state}, in which none ends"
            self.at.setdefault(event.batch, event.seq)
        return ""


@dataclass
class Placing:
    """The places of the events of any number of batches, heard in the order of the ledger."""

    _begun: dict[str, int] = field(default_factory=dict)
    _ends: _Ends = field(default_factory=_Ends)
    _last: dict[str, tuple[int, int]] = field(default_factory=dict)

    def lacks(self, event: Named) -> str:
        """What is wrong with the place of the next event, in words; "" where an execution puts such a one there.

        An event of a type in `TOLD` comes with its body.
        """
        role = _ROLES.get(event.type)
        if role not in _EXECUTED or event.type == TailAnchored.type:
            return ""
        batch = str(event.said().get("batch")) if event.type == BatchResumed.type else event.batch
        if words := self._outside(event, batch):
            return words
        if event.type == ModelLoaded.type and batch in self._last:
            return "models are loaded before the first scan, which had been executed"
        return (self._unscanned(event) if role in _SCANNED else "") or self._ends.hear(event, event.said())

    def _outside(self, event: Named, batch: str) -> str:
        """Why the event does not stand between the start and the end of an execution of `batch`."""
        if not batch:
            return "it is of no batch, and only the execution of one says so"
        if batch in self._ends.at:
            return f"the batch had ended, with event {self._ends.at[batch]}"
        if event.type != BatchStarted.type:
            return "" if batch in self._begun else "no batch of this name had begun"
        before = self._begun.setdefault(batch, event.seq)
        return "" if before == event.seq else f"the batch had begun, with event {before}"

    def _unscanned(self, event: Named) -> str:
        """Why no scan gives an event of this id here."""
        place = _place_of(event)
        if place is None:
            return f"no scan gives the id {event.id}"
        last = self._last.get(event.batch, (-1, -1))
        if place[0] < last[0] or (place <= last and event.type != CommandOutcome.type):
            return f"its id {event.id} is that of a place before others that are on record"
        self._last[event.batch] = max(place, last)
        return ""


def _place_of(event: Named) -> tuple[int, int] | None:
    """The scan that an input or a decision belongs to, and its number there; None where its id is of no scan."""
    form = _DONE if event.type == CommandOutcome.type else _PLACE
    found = form.fullmatch(event.id.removeprefix(f"{event.batch}/"))
    return (int(found[1]), int(found[2])) if found else None


def misplaced(events: Iterable[Recorded]) -> Iterator[tuple[Recorded, str]]:
    """Each of the `events`, in the order of the ledger, that stands where no execution puts it, and why."""
    placing = Placing()
    for recorded in events:
        if words := placing.lacks(_named(recorded)):
            yield recorded, words


def _named(recorded: Recorded) -> Named:
    event = recorded.event
    body = recorded.body.decode() if event.type in TOLD else ""
    return Named(recorded.seq, event.id, event.batch, event.type, body)


def executed(events: Iterable[Recorded]) -> Iterator[Recorded]:
    """The `events` without what no execution puts there: of no batch, after the end of one, or an end before others.

    An end that the last state denies is kept where it is the last that was said of its batch: then nothing else tells
    how that stands.
    """
    ends, heard = _Ends(), tuple(events)
    last = {one.event.batch: one.seq for one in heard if _ROLES.get(one.event.type) in _EXECUTED}
    for recorded in heard:
        event = recorded.event
        if _ROLES.get(event.type) not in _EXECUTED or event.type in _OF_THE_SITE:
            yield recorded
        elif event.batch and event.batch not in ends.at:
            denied = ends.hear(Named(recorded.seq, event.id, event.batch, event.type), event.data)
            if not denied or recorded.seq == last[event.batch]:
                yield recorded
