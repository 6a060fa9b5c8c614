"""Events of some types, read from a ledger once and held as they are stored.

In: rows. Out: those of a batch, of some of the types, behind a place. Who asks a long ledger for one rare type after
the other goes through all of it each time: there is no index by type, which a verification would have to check too.
"""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

_OF = "SELECT seq, batch, type, CAST(body AS BLOB), hash FROM event NOT INDEXED WHERE type IN ({types}) ORDER BY seq"


class Row(NamedTuple):
    """An event as it is stored: place, batch, type, canonical body, chain hash."""

    seq: int
    batch: str
    type: str
    body: bytes
    hash: bytes


class Held:
    """The rows of all events of `types`, in order."""

    def __init__(self, types: Collection[str], rows: Sequence[Row]) -> None:
        self.types, self._rows = frozenset(types), rows

    def rows(self, batch: str | None, types: Collection[str], after: int) -> Iterator[Row]:
        """Those behind place `after`, of one batch if one is named, and of these types."""
        for row in self._rows:
            if row.seq > after and row.type in types and batch in {None, row.batch}:
                yield row


def held(connection: sqlite3.Connection, types: Collection[str]) -> Held:
    """All events of `types`, read in one pass."""
    query = _OF.format(types=", ".join("?" * len(types)))
    return Held(types, [Row._make(row) for row in connection.execute(query, [*types])])
