"""Carrying: whether a signature carries an order on record, and if not, why, in words.

order, the signature that it names as it stands -> "" or what it lacks
"""

from hashlib import sha256

from homeostat.governance.ordered import Order
from homeostat.governance.signing import Standing
from homeostat.ledger import Recorded
from homeostat.ledger.identity import permitted


def against(recorded: Recorded, order: Order, given: Standing | None) -> str:
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
