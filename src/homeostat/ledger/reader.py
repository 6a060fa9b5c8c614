"""What an open ledger holds, read: its events, their names and hashes, its batches and its last head.

In: a connection to its database. Out: events in order, read in pages; no read transaction stays open between them.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from homeostat.errors import LedgerError
from homeostat.ledger.database import in_words, stored_hashes, stored_heads
from homeostat.ledger.event import Recorded, decode
from homeostat.ledger.heads import Head
from homeostat.ledger.held import Held
from homeostat.ledger.named import BEGINS, NAMES, Named, listed, named

_PAGE = 1000


class Reader:
    """Reads the ledger behind a connection to the database at a path."""

    def __init__(self, path: Path, connection: sqlite3.Connection, reads: Callable[[Recorded], bool]) -> None:
        """`reads` says whether an event can be read: `events` passes over one that cannot."""
        self._path, self._connection, self.reads = path, connection, reads
        self._held: Held | None = None

    def events(
        self, *, batch: str | None = None, types: Collection[str] | None = None, after: int = 0
    ) -> Iterator[Recorded]:
        """Committed events behind place `after`, in order; of one batch and of some types if given.

        One that cannot be read is passed over: it counts for nothing, and `verify` names it.
        """
        return filter(self.reads, self.stored(batch=batch, types=types, after=after))

    def stored(
        self, *, batch: str | None = None, types: Collection[str] | None = None, after: int = 0
    ) -> Iterator[Recorded]:
        """The same of every event, whether it can be read or not: for what tells, counts or hashes the record."""
        if self._held and types is not None and self._held.types.issuperset(types):
            for one in self._held.of(batch, types, after):
                yield one.recorded()
            return
        wanted = None if types is None else sorted(types)
        conditions = ["seq > ?"]
        conditions += [] if batch is None else ["batch = ?"]
        conditions += [] if wanted is None else [f"type IN ({', '.join('?' * len(wanted))})"]
        query = (
            f"SELECT seq, {NAMES}, CAST(body AS BLOB), hash FROM event"
            f" WHERE {' AND '.join(conditions)} ORDER BY seq LIMIT {_PAGE}"
        )
        fixed = [*([] if batch is None else [batch]), *(wanted or [])]
        rows = self._page(query, (after, *fixed))
        while rows:
            for row in rows:
                yield decode(*row)
            rows = self._page(query, (rows[-1][0], *fixed))

    def hold(self, types: Collection[str], events: Sequence[Named]) -> None:
        """Answer from these `events` what is asked of these types from now on.

        The events are those of `named`, with these types told and none of them regular. For a ledger that was opened
        to read only: what others commit later is not in them.
        """
        self._held = Held(types, events)

    def named(self, regular: Collection[str] = (), told: Collection[str] = ()) -> list[Named]:
        """Every committed event by its columns, in order; what it says is there of the types in `told` alone.

        Of the types in `regular` there are those alone that are not named as a scan names them, come after the end of
        their batch, or are of one that never began: of a hundred thousand that a scan has written, none.
        """
        with in_words(self._path):
            return named(self._connection, regular, told)

    def listed(
        self, told: Collection[str] = (), *, without: Collection[str] = (), batch: str | None = None
    ) -> list[Named]:
        """The same of every event but those of the types in `without`; of one batch if one is named."""
        with in_words(self._path):
            return listed(self._connection, told, without, batch)

    def hashes(self, size: int) -> list[bytes]:
        """The chain hashes of the first `size` events, in order: all that a proof needs, and quickly read."""
        with in_words(self._path):
            return stored_hashes(self._connection, size)

    def _page(self, query: str, values: tuple[str | int, ...]) -> list[tuple[int, bytes, bytes, bytes]]:
        """One page of rows: no read transaction stays open between pages to hold back a checkpoint."""
        with in_words(self._path):
            return self._connection.execute(query, values).fetchall()

    def _is_stored(self, event_id: str) -> bool:
        try:
            row = self._connection.execute("SELECT 1 FROM event WHERE id = ?", (event_id,)).fetchone()
        except sqlite3.Error as fault:
            raise LedgerError(f"the ledger cannot be read: {fault}", where=str(self._path)) from fault
        return row is not None

    @property
    def size(self) -> int:
        """How many events are committed."""
        with in_words(self._path):
            (size,) = self._connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
        return int(size)

    @property
    def head(self) -> Head | None:
        """The last signed head; None in an empty ledger."""
        with in_words(self._path):
            (size,) = self._connection.execute("SELECT coalesce(max(size), 0) FROM head").fetchone()
            return next(stored_heads(self._connection, size), None)

    def batches(self) -> list[str]:
        """Ids of all batches that were started, in order of their first event."""
        query = (
            "SELECT batch FROM (SELECT batch, min(seq) AS first FROM event WHERE batch <> '' GROUP BY batch) AS named"
            " WHERE EXISTS (SELECT 1 FROM event WHERE event.batch = named.batch AND type = ?) ORDER BY first"
        )
        with in_words(self._path):
            return [batch for (batch,) in self._connection.execute(query, (BEGINS,))]
