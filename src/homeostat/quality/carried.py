"""Orders of GMP batches, compared with the signatures they name: each has one, by its giver, over its words, used once.

events -> orders; signatures as they stand -> what each order lacks, in words
It was looked at when an order was taken up, by whatever program did so; here the record alone is asked. So it is by
which rules a batch was started: at a GMP site no batch runs without them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from homeostat.governance.carrying import Carrying
from homeostat.governance.ordered import SIGNED, Order, order_of
from homeostat.governance.signing import Standing
from homeostat.ledger import Finding, Recorded
from homeostat.ledger.catalogue import BatchStarted, CommandGiven, EntryJudged, Payload, PromptClosed
from homeostat.quality.defied import defied
from homeostat.quality.scripted import Scripted

TYPES = (BatchStarted.type, PromptClosed.type, EntryJudged.type, *SIGNED)
"""The types of events that tell of orders, and of the batches in which they have to be signed."""


@dataclass
class Carried:
    """The orders of the site's batches, in the order of the ledger; those of GMP batches are judged."""

    _starts: list[Recorded] = field(default_factory=list)
    _heard: list[tuple[Recorded, Payload]] = field(default_factory=list)

    def hear(self, recorded: Recorded, content: Payload) -> None:
        """Take in one event of `TYPES`."""
        if isinstance(content, BatchStarted):
            self._starts.append(recorded)
        else:
            self._heard.append((recorded, content))

    def findings(self, given: Mapping[str, Standing], *, gmp: bool) -> Iterator[Finding]:
        """Each order that no signature of those `given` (by their event) carries, and what else is no GMP batch's.

        `gmp` says that the site is a GMP site. What was refused when it was taken up needs no signature, but has used
        the one that it names.
        """
        if gmp:
            yield from map(_unruled, (one for one in self._starts if not _ruled(one)))
        carrying = Carrying(given.get)
        for recorded, content, order in self._orders():
            words = carrying.lacks(recorded, content, order)
            if words:
                what = f"event {recorded.seq}, '{order.about}' as by {order.by}"
                yield Finding(_where(recorded), f"{what}: {words}", event=recorded.seq)
        for recorded, words in defied(self._ruled_events()):
            what = f"event {recorded.seq}, a judgement of {recorded.event.data.get('prompt')}"
            yield Finding(_where(recorded), f"{what}: {words}", event=recorded.seq)

    def _ruled_events(self) -> list[tuple[Recorded, Payload]]:
        """What was heard of each batch that was started as one of a GMP site, wherever its start stands."""
        ruled = {one.event.batch for one in self._starts if _ruled(one)}
        return [one for one in self._heard if one[0].event.batch in ruled]

    def _orders(self) -> Iterator[tuple[Recorded, Payload, Order]]:
        """The orders of each batch that was started as one of a GMP site."""
        heard = self._ruled_events()
        scripted, halted = Scripted.of(heard), set[str]()
        for recorded, content in heard:
            batch = recorded.event.batch
            if recorded.seq in scripted.refused or _own(batch, content, halted):
                continue
            order = order_of(content, recorded.event.time)
            if order is not None:
                by = order.by or recorded.event.actor
                yield recorded, content, order._replace(by=by)


def _ruled(start: Recorded) -> bool:
    return start.event.data.get("site_kind") == "gmp"


def _where(recorded: Recorded) -> str:
    return f"batch {recorded.event.batch}" if recorded.event.batch else "ledger"


def _unruled(start: Recorded) -> Finding:
    """A batch of a GMP site that was started under other rules: nothing in it had to be approved or signed."""
    kind = start.event.data.get("site_kind") or "an unknown"
    words = f"event {start.seq}, its start as by {start.event.actor}: under the rules of {kind} site, at a GMP site"
    return Finding(_where(start), words, event=start.seq)


def _own(batch: str, content: Payload, halted: set[str]) -> bool:
    """Whether a command is the run's own, for which nobody signs; `halted` are the batches that a person paused.

    What the run itself paused, to wait for persons, goes on as soon as somebody executes it; its name stands by it.
    """
    if not isinstance(content, CommandGiven) or content.objection:
        return False
    if content.command == "pause":
        (halted.add if content.by else halted.discard)(batch)
    unordered = not (content.slip or content.signature)
    return unordered and content.command == "resume" and batch not in halted
