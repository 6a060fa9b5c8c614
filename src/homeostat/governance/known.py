"""The accounts of an office's site, folded from its ledger: each time only what was added since the last look."""

from datetime import datetime
from weakref import WeakKeyDictionary

from homeostat.governance.office import Office
from homeostat.ledger import Ledger
from homeostat.ledger.identity import TYPES, Directory

_SEEN: WeakKeyDictionary[Ledger, Directory] = WeakKeyDictionary()  # a memo: the fold of all gives the same


def directory(office: Office) -> Directory:
    """All accounts as they are now."""
    return accounts(office.ledger)


def accounts(ledger: Ledger) -> Directory:
    """All accounts that a ledger tells of."""
    known = _SEEN.get(ledger, Directory())
    now = known.after(ledger.events(batch="", types=TYPES, after=known.seq))
    _SEEN[ledger] = now
    return now


def moment(stamp: str) -> datetime:
    """A stamp as a point in time."""
    return datetime.fromisoformat(stamp)
