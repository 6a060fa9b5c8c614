"""Placed: whether a batch's events stand where an execution puts them: in a scan, in order, from the start to the end.

events in the order of the ledger -> what is wrong with the place of each, in words
Inputs and decisions are named batch/scan/number by the scan that took them in or concluded them. What stands elsewhere
no scan knows of: it counts for nothing. What persons did (`Act`) stands wherever it came about.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from homeostat.ledger import Named, Recorded
from homeostat.ledger.catalogue import PAYLOADS, BatchEnded, BatchStarted, CommandOutcome
from homeostat.ledger.catalogue.base import Role

_SCANNED: frozenset[Role] = frozenset(("input", "decision"))
_EXECUTED: frozenset[Role] = frozenset((*_SCANNED, "effect"))
_ROLES: Mapping[str, Role] = {name: kind.role for name, kind in PAYLOADS.items()}
_PLACE = re.compile(r"(\d{1,18})/(\d{1,18})")
_DONE = re.compile(r"(\d{1,18})/(\d{1,18})\.done")


@dataclass
class Placing:
    """The places of the events of any number of batches, heard in the order of the ledger."""

    _begun: dict[str, int] = field(default_factory=dict)
    _ended: dict[str, int] = field(default_factory=dict)
    _last: dict[str, tuple[int, int]] = field(default_factory=dict)

    def lacks(self, event: Named) -> str:
        """What is wrong with the place of the next event, in words; "" where an execution puts such a one there."""
        role = _ROLES.get(event.type)
        if role not in _EXECUTED:
            return ""
        if event.batch in self._ended:
            return f"the batch had ended, with event {self._ended[event.batch]}"
        if event.type == BatchStarted.type:
            before = self._begun.setdefault(event.batch, event.seq)
            return "" if before == event.seq else f"the batch had begun, with event {before}"
        if event.batch and event.batch not in self._begun:
            return "no batch of this name had begun"
        if event.type == BatchEnded.type:
            self._ended[event.batch] = event.seq
        return self._unscanned(event) if role in _SCANNED else ""

    def _unscanned(self, event: Named) -> str:
        """Why no scan gives an event of this id here."""
        if not event.batch:
            return "it is of no batch, and only the scan of one says so"
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
    found = form.fullmatch(event.id.removeprefix(f"{event.batch}/")) if event.batch else None
    return (int(found[1]), int(found[2])) if found else None


def misplaced(events: Iterable[Recorded]) -> Iterator[tuple[Recorded, str]]:
    """Each of the `events`, in the order of the ledger, that stands where no execution puts it, and why."""
    placing = Placing()
    for recorded in events:
        event = recorded.event
        if words := placing.lacks(Named(recorded.seq, event.id, event.batch, event.type)):
            yield recorded, words


def executed(events: Iterable[Recorded]) -> Iterator[Recorded]:
    """The `events` without what executions put after the end of their batches: the first end of each stands."""
    ended = set[str]()
    for recorded in events:
        event = recorded.event
        if event.batch not in ended or _ROLES.get(event.type) not in _EXECUTED:
            yield recorded
        if event.type == BatchEnded.type:
            ended.add(event.batch)
