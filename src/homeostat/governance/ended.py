"""Ended: which batches have ended, and what of their events an execution put there; every reader asks here.

ledger -> each batch's end, if an execution came to one -> its events without what was made up about that
Whoever holds the site's key can add an end, or a state that one would agree with: where `placed` finds no execution
that puts it there, it ends nothing. The look goes by the names of events and leaves out the hundred thousand commands.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from homeostat.governance.placed import REGULAR, TOLD, Placing
from homeostat.ledger import Ledger, Recorded
from homeostat.ledger.catalogue import PAYLOADS, BatchEnded, BatchResumed, StateChanged, TailAnchored

_EXECUTED = frozenset(name for name, kind in PAYLOADS.items() if kind.role in ("input", "decision", "effect"))
_OF_THE_SITE = frozenset((BatchResumed.type, TailAnchored.type))
"""What an execution says of its batch as an event of the site: where it falls depends on pace and interruptions."""
_VOID = frozenset((BatchEnded.type, StateChanged.type))
"""Of these none counts that stands where no execution puts it: they say whether a batch goes on."""


@dataclass(frozen=True, slots=True)
class _Course:
    """The places of the `ends` by batch, and of the ends and states that are `void`."""

    ends: Mapping[str, int]
    void: frozenset[int]

    @classmethod
    def of(cls, ledger: Ledger, batch: str | None) -> "_Course":
        placing = Placing()
        told = ledger.listed(TOLD, without=REGULAR, batch=batch)
        void = frozenset(one.seq for one in told if placing.lacks(one) and one.type in _VOID)
        return cls(placing.ends, void - set(placing.ends.values()))

    def holds(self, recorded: Recorded) -> bool:
        event = recorded.event
        if event.type not in _EXECUTED or event.type in _OF_THE_SITE:
            return True
        within = recorded.seq <= self.ends.get(event.batch, recorded.seq)
        return bool(event.batch) and within and recorded.seq not in self.void


def ends(ledger: Ledger) -> Mapping[str, int]:
    """The place (from 1) of the event with which each batch ended, of those that have ended."""
    return _Course.of(ledger, None).ends


def end_of(ledger: Ledger, batch: str) -> Recorded | None:
    """The event with which a batch ended; None where it has not."""
    place = _Course.of(ledger, batch).ends.get(batch)
    return None if place is None else next(ledger.events(batch=batch, after=place - 1), None)


def executed(ledger: Ledger, events: Iterable[Recorded], batch: str | None = None) -> Iterator[Recorded]:
    """The `events`, all of `batch` if one is named, without what no execution puts there.

    That is what is of no batch or came after the end of one, and ends and states that `placed` finds no place for.
    """
    heard = tuple(events)  # before their ends are looked for: of one that comes meanwhile both are known
    course = _Course.of(ledger, batch)
    return filter(course.holds, heard)
