"""Which batch is executed, if any is: a site executes one at a time, the one that was started or taken up last."""

from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import BatchResumed, BatchStarted, payload


def executed(ledger: Ledger) -> str:
    """The batch that a process which executes one is at; empty where none was ever started."""
    last = ""
    for stored in ledger.events(types=(BatchStarted.type, BatchResumed.type)):
        told = payload(stored.event.type, stored.event.data)
        last = told.batch if isinstance(told, BatchResumed) else stored.event.batch
    return last
