"""Carrying: whether a signature carries an order on record, and if not, why, in words.

order, the signature that it names as it stands -> "" or what it lacks
A signature carries one order; that of a result which calls its batch back carries the recall in the same act as well:
what was put together with it, for the cause that the result tells.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from homeostat.governance.ordered import Order
from homeostat.governance.signing import Standing
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import BatchRecalled, EntryAmended, Payload, PendingReported, ResultReported
from homeostat.ledger.identity import permitted


class _Calling(NamedTuple):
    """A result that calls its batch back: by whom, at which place, and the words that the cause of the recall tells."""

    by: str
    seq: int
    words: tuple[str, ...]

    def has(self, recorded: Recorded, content: BatchRecalled, order: Order) -> bool:
        """Whether a recall is the one that was put on record with the result, right after the alert."""
        told = all(words in content.cause for words in self.words) and content.cause.endswith(self.words[-1])
        return told and order.by == self.by and recorded.seq <= self.seq + _TOGETHER


_TOGETHER = 2
"""How many places after its result a recall stands: the alert lies between."""


@dataclass
class Carrying:
    """Signatures as orders use them, heard in the order of the ledger; `given` tells how one stands, by its event."""

    given: Callable[[str], Standing | None]
    _used: dict[str, int] = field(default_factory=dict)
    _calls_back: dict[str, _Calling] = field(default_factory=dict)

    def lacks(self, recorded: Recorded, content: Payload, order: Order) -> str:
        """What the next order lacks, in words; "" where a signature carries it, or it was refused and needs none."""
        if self._follows(recorded, content, order):
            return ""
        words = disregarded(content)
        if not (words or order.objected):
            words = _against(recorded, order, self.given(order.signature))
        before = self._used.setdefault(order.signature, recorded.seq)
        if not (words or order.objected or before == recorded.seq):
            return f"its signature has carried another, event {before}"
        calling = _calling(recorded, content, order)
        if calling and not words:
            self._calls_back[order.signature] = calling
        return words

    def _follows(self, recorded: Recorded, content: Payload, order: Order) -> bool:
        """Whether a recall is the one that a result calls for, once: in the same act, with the same signature."""
        calling = self._calls_back.get(order.signature)
        if not (isinstance(content, BatchRecalled) and calling and calling.has(recorded, content, order)):
            return False
        del self._calls_back[order.signature]
        return True


def _calling(recorded: Recorded, content: Payload, order: Order) -> _Calling | None:
    """What a result says that calls its batch back where that is released; None of any other."""
    match content:
        case PendingReported(outcome="positive"):
            told = f"{content.test} was reported positive ({content.evidence})"
            return _Calling(order.by, recorded.seq, (told,))
        case ResultReported() if content.judged.verdict == "outside":
            told = f" of sample {content.judged.sample} was reported as "
            return _Calling(order.by, recorded.seq, (told, f" ({content.evidence})"))
        case _:
            return None


def disregarded(content: Payload) -> str:
    """Why an amendment cannot have come about: something was found against it, and yet it was not refused."""
    if not isinstance(content, EntryAmended) or content.judged.status == "refused":
        return ""
    found = "; ".join(content.entry.objections)
    return f"it was judged '{content.judged.status}' against what was found: {found}" if found else ""


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
