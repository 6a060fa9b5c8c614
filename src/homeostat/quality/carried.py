"""Orders of GMP batches, compared with the signatures they name: each has one, by its giver, over its words, used once.

events -> orders; signatures as they stand -> what each order lacks, in words
It was looked at when an order was taken up, by whatever program did so; here the record alone is asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from homeostat.governance.ordered import SIGNED, Order, order_of
from homeostat.governance.signing import Standing
from homeostat.ledger import Finding, Recorded
from homeostat.ledger.catalogue import BatchStarted, CommandGiven, Payload, payload
from homeostat.ledger.identity import permitted

TYPES = (BatchStarted.type, *SIGNED)
"""The types of events that tell of orders, and of the batches in which they have to be signed."""


@dataclass
class Carried:
    """The orders of the site's GMP batches, in the order of the ledger."""

    _gmp: set[str] = field(default_factory=set)
    _halted: set[str] = field(default_factory=set)
    _orders: list[tuple[Recorded, Order]] = field(default_factory=list)

    def hear(self, recorded: Recorded) -> None:
        """Take in one event of `TYPES`. Raises LedgerError where it cannot be read."""
        event = recorded.event
        if event.type == BatchStarted.type:
            if event.data.get("site_kind") == "gmp":
                self._gmp.add(event.batch)
        elif event.batch in self._gmp:
            content = payload(event.type, event.data)
            order = None if self._own(event.batch, content) else order_of(content, event.time)
            if order is not None:
                self._orders.append((recorded, order))

    def _own(self, batch: str, content: Payload) -> bool:
        """Whether a command is the run's own, for which nobody signs.

        What the run itself paused, to wait for persons, goes on as soon as somebody executes it; its name stands by it.
        """
        if not isinstance(content, CommandGiven) or content.objection:
            return False
        if content.command == "pause":
            (self._halted.add if content.by else self._halted.discard)(batch)
        unordered = not (content.slip or content.signature)
        return unordered and content.command == "resume" and batch not in self._halted

    def findings(self, given: Mapping[str, Standing]) -> Iterator[Finding]:
        """Each order that no signature of those `given` (by their event) carries.

        What was refused when it was taken up needs none, but has used the one that it names.
        """
        used = dict[str, int]()
        for recorded, order in self._orders:
            words = "" if order.objected else _against(recorded, order, given.get(order.signature))
            before = used.setdefault(order.signature, recorded.seq)
            if not (words or order.objected or before == recorded.seq):
                words = f"its signature has carried another, event {before}"
            if words:
                what = f"event {recorded.seq}, '{order.about}' as by {order.by}"
                yield Finding(f"batch {recorded.event.batch}", f"{what}: {words}", event=recorded.seq)


def _against(recorded: Recorded, order: Order, given: Standing | None) -> str:
    """Why a signature does not carry an order; empty where it does."""
    if not order.signature:
        return "nobody signed it"
    if given is None:
        return f"the signature that it names, {order.signature}, is not on record"
    if given.state == "invalid":
        return f"the signature that it names is none: {given.words}"
    if given.person != order.by or given.seq > recorded.seq:
        return f"{given.person} signed {given.signed.kind} {given.signed.subject}, and this one nobody"
    if not permitted(given.roles, order.permission):
        return f"{given.person} held no role that permits '{order.permission}'"
    return "" if _over(recorded, order, given) else "its signature is over other words"


def _over(recorded: Recorded, order: Order, given: Standing) -> bool:
    """Whether a signature is over just these words, as what they are, and for this batch."""
    batch, signed = recorded.event.batch, given.signed
    if (signed.kind, signed.meaning, signed.batch) != (order.kind, order.meaning, batch):
        return False
    words = order.signed(batch, signed.subject)
    return words is not None and sha256(words).hexdigest() == signed.sha256
