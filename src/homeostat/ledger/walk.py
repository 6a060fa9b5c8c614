"""The walk along the chain: every row against its hash, every Merkle root on the way, in one pass.

In: a connection. Out: roots and chain hashes at the sizes asked for, and findings about single events.
The fast path compares whole pages; only a page that differs is looked at event by event.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain as concatenated

from homeostat.errors import LedgerError
from homeostat.ledger.chain import GENESIS, link, row_bytes
from homeostat.ledger.event import decode
from homeostat.ledger.findings import Findings, Kind
from homeostat.ledger.merkle import Tree

_PAGE = 2048
_CHANGED = "its bytes do not match its hash"

Page = list[tuple[int, bytes, bytes]]
"""Events as seq, `row_bytes`, hash."""

_QUERY = """
    SELECT seq, coalesce(CAST(id || char(10) || batch || char(10) || type || char(10) || body AS BLOB), x''),
        coalesce(CAST(hash AS BLOB), x'')
    FROM event ORDER BY seq
"""
# `row_bytes` in SQL. A damaged page may give a NULL or a number where the schema allows none.


def event_name(connection: sqlite3.Connection, seq: int) -> str:
    """How findings call an event: its place, and its id where there is one."""
    row = connection.execute("SELECT id FROM event NOT INDEXED WHERE seq = ?", (seq,)).fetchone()
    return f"event {seq} ({row[0]})" if row else f"event {seq}"


class Walk:
    """State of the walk: `size` is the last place seen, `marks` maps a size to its (root, chain hash).

    After a gap (`broken`) Merkle roots mean nothing any more, and no further marks are set.
    """

    def __init__(self, connection: sqlite3.Connection, findings: Findings) -> None:
        self.size = 0
        self.marks: dict[int, tuple[bytes, bytes]] = {}
        self.broken = False
        self._connection = connection
        self._findings = findings
        self._tree = Tree()
        self._before: tuple[bytes, ...] = (GENESIS,)

    def run(self, sizes: Iterable[int]) -> None:
        """Walk all events, stopping at each of `sizes` (ascending) for its mark."""
        cursor = self._connection.execute(_QUERY)
        for size in sizes:
            while self.size < size and (page := cursor.fetchmany(min(_PAGE, size - self.size))):
                self._take(page)
            if self.size == size and not self.broken:
                self.marks[size] = (self._tree.root(), self._before[0])
        while page := cursor.fetchmany(_PAGE):
            self._take(page)

    def _take(self, page: Page) -> None:
        hashes = [row[2] for row in page]
        if self._sound(page, hashes):
            self._before = (hashes[-1],)
        else:
            for row in page:
                self._look(*row)
        self._tree.extend(hashes)
        self.size = max(page[-1][0], 0)

    def _sound(self, page: Page, hashes: list[bytes]) -> bool:
        """Whether a page follows on without a gap and every hash is right; `link` written out for speed."""
        if len(self._before) > 1 or [row[0] for row in page] != list(
            range(self.size + 1, self.size + 1 + len(page))
        ):
            return False
        sha256 = hashlib.sha256
        befores = concatenated(self._before, hashes)
        return hashes == [
            sha256(b"\0" + before + row[1]).digest() for before, row in zip(befores, page, strict=False)
        ]

    def _look(self, seq: int, content: bytes, hash: bytes) -> None:
        """One event of a page with a fault.

        An event may follow the stored hash before it, or the one that the row before it should have had: so
        a damaged hash is told once, for its own event, and not again for the next.
        """
        expected = self.size + 1
        befores, self._before = self._before, (hash,)
        links = [link(before, content) for before in befores]
        if seq != expected:
            self._broke(expected, seq)
        elif hash not in links:
            self._tell(seq, self._difference(seq, befores, hash))
            self._before = (hash, links[0])
        self.size = max(seq, 0)

    def _broke(self, expected: int, seq: int) -> None:
        self.broken = True
        if seq < expected:
            self._tell(seq, "no event can stand at this place")
        else:
            last = f" to {seq - 1}" if seq - expected > 1 else ""
            self._findings.add(
                Kind.EVENT, expected, f"event {expected}{last}", "missing: removed from the ledger"
            )

    def _difference(self, seq: int, before: Sequence[bytes], hash: bytes) -> str:
        """In words, why an event does not match its hash: only an index column, or anything in it."""
        query = "SELECT id, batch, type, CAST(body AS BLOB) FROM event WHERE seq = ?"
        stored = self._connection.execute(query, (seq,)).fetchone()
        if stored is None:
            return _CHANGED
        *columns, body = stored
        try:
            event = decode(seq, body, hash).event
            row = row_bytes(event.id, event.batch, event.type, body.decode())
        except (LedgerError, UnicodeDecodeError):
            return _CHANGED
        if hash not in [link(hash_before, row) for hash_before in before]:
            return _CHANGED
        signed = {"id": event.id, "batch": event.batch, "type": event.type}
        changed = [name for (name, old), new in zip(signed.items(), columns, strict=True) if old != new]
        return f"its {' and '.join(changed)} column differs from its signed bytes"

    def _tell(self, seq: int, what: str) -> None:
        self._findings.add(Kind.EVENT, seq, event_name(self._connection, seq), what)
