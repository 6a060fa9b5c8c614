"""Readable: whether an event on record can be read by this version, which decides whether it counts.

The one place that decides it: a site opens its ledger with it, so that no reader meets an event that it cannot read.
"""

from homeostat.errors import LedgerError
from homeostat.ledger.catalogue import payload
from homeostat.ledger.event import Recorded


def readable(recorded: Recorded) -> bool:
    """Whether the payload of an event is one of its type."""
    return not unreadable(recorded)


def unreadable(recorded: Recorded) -> str:
    """Why an event cannot be read, in words; "" where it can."""
    if recorded.fault:
        return recorded.fault
    try:
        payload(recorded.event.type, recorded.event.data)
    except LedgerError as error:
        return error.what
    return ""
