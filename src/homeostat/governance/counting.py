"""Counting: which orders on record count, by the signatures that carry them.

events of a batch -> those that nothing carries; amendments that count
"""

from collections.abc import Iterable, Iterator

from homeostat.governance.carrying import Carrying, disregarded
from homeostat.governance.ordered import SIGNED, order_of
from homeostat.governance.signing import Judge
from homeostat.governance.started import gmp_batch
from homeostat.ledger import Ledger, Recorded
from homeostat.ledger.catalogue import EntryAmended, payload


def uncarried(judge: Judge, events: Iterable[Recorded]) -> frozenset[int]:
    """The orders among these events of a batch that no signature carries, by their places."""
    carrying, found = Carrying(judge.named), set[int]()
    for recorded in events:
        if recorded.event.type in SIGNED:
            content = payload(recorded.event.type, recorded.event.data)
            order = order_of(content, recorded.event.time)
            if order is not None and carrying.lacks(recorded, content, order):
                found.add(recorded.seq)
    return frozenset(found)


def counting(ledger: Ledger, batch: str, events: Iterable[Recorded]) -> Iterator[Recorded]:
    """The `events` of a batch without the amendments that count for nothing.

    That are those that were objected to and yet not refused, and of a GMP batch those that no signature carries.
    """
    amended = EntryAmended.type
    heard = tuple(events)
    if not any(one.event.type == amended for one in heard):
        return iter(heard)
    if gmp_batch(ledger, batch):
        lacking = uncarried(Judge(ledger), heard)
    else:
        told = (one for one in heard if one.event.type == amended)
        lacking = frozenset(one.seq for one in told if disregarded(payload(amended, one.event.data)))
    return (one for one in heard if one.event.type != amended or one.seq not in lacking)
