"""What did happen: an append-only, hash-chained, signed log of events in one SQLite file.

An `Event` becomes canonical JSON bytes (`event`), each linked to the one before by SHA-256 (`chain`). Events
wait until `Ledger.commit` (`store`) writes them in one durable transaction together with a signed Merkle
`Head` (`merkle`, `heads`, `keys`), which is then exported to a file outside the database. `verify_ledger`
(`verify`) walks the chain (`walk`), hears the heads and the exported lines (`witness`), and says in words
(`findings`) what was changed and where. There is no way to update or delete: not in the code, and the tables
(`database`) refuse it. Batch record, audit trail and reports are folds over `Ledger.events`.
"""

from homeostat.ledger.event import JSON, Event, Recorded, canonical, decode
from homeostat.ledger.findings import Finding, LedgerCheck
from homeostat.ledger.heads import Head, held_heads, read_heads
from homeostat.ledger.keys import PublicKey, SiteKey
from homeostat.ledger.named import Named
from homeostat.ledger.store import Ledger
from homeostat.ledger.verify import verify_ledger

__all__ = [
    "JSON",
    "Event",
    "Finding",
    "Head",
    "Ledger",
    "LedgerCheck",
    "Named",
    "PublicKey",
    "Recorded",
    "SiteKey",
    "canonical",
    "decode",
    "held_heads",
    "read_heads",
    "verify_ledger",
]
