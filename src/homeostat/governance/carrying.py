"""Carrying: whether a signature carries an order on record, and if not, why, in words.

order, the signature that it names as it stands -> "" or what it lacks
A signature carries one order; that of a result which calls its batch back carries the recall in the same act as well.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from homeostat.governance.ordered import Order
from homeostat.governance.signing import Standing
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import BatchRecalled, Payload, PendingReported, ResultReported
from homeostat.ledger.identity import permitted


@dataclass
class Carrying:
    """Signatures as orders use them, heard in the order of the ledger; `given` tells how one stands, by its event."""

    given: Callable[[str], Standing | None]
    _used: dict[str, int] = field(default_factory=dict)
    _calls_back: dict[str, str] = field(default_factory=dict)

    def lacks(self, recorded: Recorded, content: Payload, order: Order) -> str:
        """What the next order lacks, in words; "" where a signature carries it, or it was refused and needs none."""
        if self._follows(content, order):
            return ""
        words = "" if order.objected else _against(recorded, order, self.given(order.signature))
        before = self._used.setdefault(order.signature, recorded.seq)
        if not (words or order.objected or before == recorded.seq):
            return f"its signature has carried another, event {before}"
        if not words and _calls_back(content):
            self._calls_back[order.signature] = order.by
        return words

    def _follows(self, content: Payload, order: Order) -> bool:
        """Whether a recall is the one that a result calls for, once: by the same person, with the same signature."""
        if not isinstance(content, BatchRecalled) or self._calls_back.get(order.signature) != order.by:
            return False
        del self._calls_back[order.signature]
        return True


def _calls_back(content: Payload) -> bool:
    """Whether a result calls its batch back where that is released."""
    match content:
        case PendingReported():
            return content.outcome == "positive"
        case ResultReported():
            return content.judged.verdict == "outside"
        case _:
            return False


def _against(recorded: Recorded, order: Order, given: Standing | None) -> str:
    """Why a signature does not carry the order that an event is; empty where it does."""
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
