"""Placed: whether a batch's events stand where an execution puts them: in a scan, in order, from the start to the end.

events in the order of the ledger -> what is wrong with the place of each, in words
Inputs and decisions are named batch/scan/number by the scan that took them in or concluded them, an outcome after its
command, the end batch/end. What stands elsewhere no scan knows of: it counts for nothing. What persons did (`Act`)
stands wherever it came about. Which end a batch has by this, `ended` tells every reader.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from homeostat.errors import LedgerError
from homeostat.ledger import Named, Recorded
from homeostat.ledger.catalogue import (
    PAYLOADS,
    BatchEnded,
    BatchResumed,
    BatchStarted,
    CommandIntended,
    CommandOutcome,
    ModelLoaded,
    SignalChanged,
    StateChanged,
    TailAnchored,
    payload,
)
from homeostat.ledger.catalogue.base import Payload, Role

_SCANNED: frozenset[Role] = frozenset(("input", "decision"))
_EXECUTED: frozenset[Role] = frozenset((*_SCANNED, "effect"))
_ROLES: Mapping[str, Role] = {name: kind.role for name, kind in PAYLOADS.items()}
REGULAR = frozenset((CommandIntended.type, CommandOutcome.type, SignalChanged.type))
"""What a scan writes by the hundred thousand: of these it is asked alone whether a scan of a batch under way gives such
a name. `replay` compares each with what a scan concludes, and a release reads those of its batch."""
FINAL = frozenset(("complete", "stopped", "aborted"))
"""The states in which a batch ends."""
TOLD = frozenset((BatchEnded.type, BatchResumed.type, StateChanged.type))
"""The types of events that are judged by what they say, too."""
_PLACE = re.compile(r"([0-9]{6}|[1-9][0-9]{6,17})/([0-9]{3}|[1-9][0-9]{3,17})")
"""Scan and number, filled up to six and three digits, as `execution` writes them."""
_OLD = re.compile(r"([0-9]{6})/([0-9]{2})")
"""As the records that are kept from version 1 call every event of a batch, also its start and its end."""
_DONE = ".done"


class _Ends:
    """Where batches ended: in the state that their last scan concluded, one of those in which a batch ends."""

    def __init__(self) -> None:
        self.at: dict[str, int] = {}
        self._states: dict[str, str] = {}

    def hear(self, event: Named, *, old: bool) -> str:
        """Take in the next event; why it is no end of its batch though it says so, in words, else "".

        One that cannot be read counts for nothing. An `old` record has no state but the first: its end stands.
        """
        said = _said(event)
        if isinstance(said, StateChanged):
            self._states[event.batch] = said.after
        elif isinstance(said, BatchEnded):
            words = self._denied(event.batch, said.state)
            if old or not words:
                self.at.setdefault(event.batch, event.seq)
            return words
        return ""

    def _denied(self, batch: str, state: str) -> str:
        last = self._states.get(batch, state)
        if state != last:
            return f"it says that the batch ended {state}, and its last state was {last}"
        return "" if state in FINAL else f"it says that the batch ended {state}, in which none ends"


def _said(event: Named) -> Payload | None:
    """What an event says that is judged by it; None of any other, and of one that cannot be read."""
    try:
        return payload(event.type, event.said()) if event.type in TOLD else None
    except LedgerError:
        return None


@dataclass
class Placing:
    """The places of the events of any number of batches, heard in the order of the ledger."""

    _begun: dict[str, int] = field(default_factory=dict)
    _old: set[str] = field(default_factory=set)
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
        return self._misnamed(event, role) or self._ends.hear(event, old=event.batch in self._old)

    @property
    def ends(self) -> Mapping[str, int]:
        """The place of the event with which each batch ended, of those that have ended."""
        return self._ends.at

    def _outside(self, event: Named, batch: str) -> str:
        """Why the event does not stand between the start and the end of an execution of `batch`."""
        if not batch:
            return "it is of no batch, and only the execution of one says so"
        if batch in self._ends.at:
            return f"the batch had ended, with event {self._ends.at[batch]}"
        if event.type != BatchStarted.type:
            return "" if batch in self._begun else "no batch of this name had begun"
        before = self._begun.setdefault(batch, event.seq)
        if before == event.seq and _place_of(event, _OLD):
            self._old.add(batch)
        return "" if before == event.seq else f"the batch had begun, with event {before}"

    def _misnamed(self, event: Named, role: Role | None) -> str:
        """Why no execution gives an event of this id here."""
        if role in _SCANNED:
            return self._unscanned(event)
        named = event.id == f"{event.batch}/end" or (event.batch in self._old and _place_of(event, _OLD))
        return "" if named or event.type != BatchEnded.type else f"no execution calls an end {event.id}"

    def _unscanned(self, event: Named) -> str:
        """Why no scan gives an event of this id here."""
        place = _place_of(event, _OLD if event.batch in self._old else _PLACE)
        if place is None:
            return f"no scan gives the id {event.id}"
        last = self._last.get(event.batch, (-1, -1))
        if place[0] < last[0] or (place <= last and event.type != CommandOutcome.type):
            return f"its id {event.id} is that of a place before others that are on record"
        self._last[event.batch] = max(place, last)
        return ""


def _place_of(event: Named, form: re.Pattern[str]) -> tuple[int, int] | None:
    """The scan that an input or a decision belongs to, and its number there; None where its id is of no scan."""
    before, behind = f"{event.batch}/", _DONE if event.type == CommandOutcome.type else ""
    if not (event.id.startswith(before) and event.id.endswith(behind)):
        return None
    found = form.fullmatch(event.id, len(before), len(event.id) - len(behind))
    return (int(found[1]), int(found[2])) if found else None


def misplaced(events: Iterable[Recorded]) -> Iterator[tuple[Recorded, str]]:
    """Each of the `events`, in the order of the ledger, that stands where no execution puts it, and why."""
    placing = Placing()
    for recorded in events:
        if words := placing.lacks(_named(recorded)):
            yield recorded, words


def _named(recorded: Recorded) -> Named:
    event = recorded.event
    body = recorded.body if event.type in TOLD else None
    return Named(recorded.seq, event.id, event.batch, event.type, body)
