"""The walk along the chain: every row against its hash, every Merkle root on the way, in one pass.

In: a connection. Out: roots and chain hashes at the sizes asked for, and findings about single events.
The fast path goes by whole pages; from a page that differs on, events are looked at one by one.
"""

import hashlib
import sqlite3
from bisect import bisect_right
from collections.abc import Sequence

from homeostat.errors import LedgerError
from homeostat.ledger.chain import GENESIS, link, row_bytes
from homeostat.ledger.database import DAMAGE
from homeostat.ledger.event import stored_fields
from homeostat.ledger.findings import Findings, Kind
from homeostat.ledger.merkle import DIGEST, RootsAt, leaf_hash, root
from homeostat.ledger.roots import Roots, roots_at

_FURTHEST = 2**63 - 1  # SQLite's largest place
_PAGE = 512  # rows that stay in the processor's cache, and no work for the garbage collector
_CHANGED = "its bytes do not match its hash"

_ENDS = """
    SELECT (SELECT coalesce(min(seq), 1) FROM event NOT INDEXED),
        (SELECT coalesce(max(seq), 0) FROM event NOT INDEXED)
"""

_LINKS = """
    SELECT CAST(id || '\n' || batch || '\n' || type || '\n' || body AS BLOB), hash
    FROM event NOT INDEXED WHERE seq > ? AND seq <= ? ORDER BY seq
"""
# `row_bytes` in SQL. As many rows as places between two bounds leave no gap: `seq` need not be fetched.

_ROWS = """
    SELECT seq, coalesce(CAST(id || '\n' || batch || '\n' || type || '\n' || body AS BLOB), x''),
        coalesce(CAST(hash AS BLOB), x'')
    FROM event NOT INDEXED WHERE seq > ? ORDER BY seq
"""
# A damaged page may give a NULL or a number where the schema allows none.


def event_name(connection: sqlite3.Connection, seq: int) -> str:
    """How findings call an event: its place, and its id where there is one."""
    row = connection.execute("SELECT id FROM event NOT INDEXED WHERE seq = ?", (seq,)).fetchone()
    return f"event {seq} ({row[0]})" if row else f"event {seq}"


def _leaf(hash: bytes) -> bytes:
    """A stored hash as a leaf; a damaged one of another length becomes one that no head signs."""
    return hash if len(hash) == DIGEST else leaf_hash(hash)


class Walk:
    """State of the walk: `size` is the last place seen, `marks` maps a size to its (root, chain hash).

    After a gap (`broken`) Merkle roots mean nothing any more, and no further marks are set.
    """

    def __init__(self, connection: sqlite3.Connection, findings: Findings) -> None:
        self.size = 0
        self.marks = {0: (root(()), GENESIS)}
        self.broken = False
        self._connection = connection
        self._findings = findings
        self._before: tuple[bytes, ...] = (GENESIS,)
        self._sizes: Sequence[int] = ()
        self._chains: list[bytes] = []

    def run(self, sizes: Sequence[int]) -> None:
        """Walk all events, setting a mark at each of `sizes` (ascending) on the way."""
        first, last = self._ends()
        self._sizes = [size for size in sizes if 0 < size <= last]
        with roots_at(self._sizes, last) as roots:
            sound = first == 1
            while sound and self.size < last:
                sound = self._take(min(self.size + _PAGE, last), roots)
            if not sound:
                for seq, row, hash in self._connection.execute(_ROWS, (self.size or float("-inf"),)):
                    self._look(seq, row, hash, roots)
            found = roots.finish()
        reached = self._sizes[: len(self._chains)]
        if found is None:
            found = self._roots_again(reached)
        self.marks |= {
            size: (root, chain) for size, root, chain in zip(reached, found, self._chains, strict=True)
        }

    def _ends(self) -> tuple[int, int]:
        """The first and the last place, or, if damage hides them, such as send the walk from event to event."""
        try:
            first, last = self._connection.execute(_ENDS).fetchone()
        except DAMAGE:
            return 0, _FURTHEST
        return first, last

    def _take(self, last: int, roots: Roots) -> bool:
        """Take the page up to `last` if it follows on without a gap and every hash is right.

        `link` is written out for speed: to copy a hash takes less time than to begin one. A NULL of a damaged
        page is a TypeError, and damage that SQLite notices is met again, at its event, when events are looked at
        one by one.
        """
        begun, before = hashlib.sha256(b"\0").copy, self._before[0]
        try:
            page = self._connection.execute(_LINKS, (self.size, last)).fetchall()
            for row, hash in page:
                leaf = begun()
                leaf.update(before + row)
                if leaf.digest() != hash:
                    return False
                before = hash
        except (TypeError, *DAMAGE):
            return False
        if len(page) != last - self.size:
            return False
        self._before = (before,)
        self._keep([hash for _, hash in page], roots)
        return True

    def _keep(self, hashes: list[bytes], roots: Roots) -> None:
        """Go past events that stand where they should."""
        roots.feed(hashes)
        first, last = (bisect_right(self._sizes, size) for size in (self.size, self.size + len(hashes)))
        self._chains += [hashes[size - self.size - 1] for size in self._sizes[first:last]]
        self.size += len(hashes)

    def _roots_again(self, sizes: Sequence[int]) -> list[bytes]:
        """The roots from the stored hashes alone, when the child that should find them was lost."""
        roots = RootsAt(sizes)
        for _, _, hash in self._connection.execute(_ROWS, (0,)):
            roots.feed([_leaf(hash)])
        return roots.finish()

    def _look(self, seq: int, content: bytes, hash: bytes, roots: Roots) -> None:
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
        if self.broken:
            self.size = max(seq, 0)
        else:
            self._keep([_leaf(hash)], roots)

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
            fields = stored_fields(seq, body)
            row = row_bytes(fields.id, fields.batch, fields.type, body.decode())
        except (LedgerError, UnicodeError):
            return _CHANGED
        if hash not in [link(hash_before, row) for hash_before in before]:
            return _CHANGED
        signed = {"id": fields.id, "batch": fields.batch, "type": fields.type}
        changed = [name for (name, old), new in zip(signed.items(), columns, strict=True) if old != new]
        return f"its {' and '.join(changed)} column differs from its signed bytes"

    def _tell(self, seq: int, what: str) -> None:
        self._findings.add(Kind.EVENT, seq, event_name(self._connection, seq), what)
