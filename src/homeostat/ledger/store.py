"""The ledger: append events, commit them durably under a signed head, read them back.

In: events and the site key. Out: one SQLite file whose rows are only ever added, and the exported heads
beside it. Any number of processes may write and read: each commit takes in what others have committed before it.
"""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from homeostat.errors import LedgerError, TakenError
from homeostat.ledger.chain import GENESIS, link, row_bytes
from homeostat.ledger.database import (
    connect_to_read,
    connect_to_write,
    in_words,
    schema_faults,
    store_head,
    stored_heads,
    transaction,
)
from homeostat.ledger.event import Event, Recorded, encode
from homeostat.ledger.frontier import WORTH, keep_tree, kept_tree
from homeostat.ledger.heads import Head, catch_up, read_export, sign_head
from homeostat.ledger.keys import SiteKey
from homeostat.ledger.merkle import Tree
from homeostat.ledger.reader import Reader

_PAGE = 1000
_VERIFY = "run `homeostat verify` to see what changed"


class _Waiting(NamedTuple):
    id: str
    batch: str
    type: str
    body: str


class _Row(NamedTuple):
    seq: int
    id: str
    batch: str
    type: str
    body: str
    hash: bytes


class Ledger(Reader):
    """An open ledger. Use `open`; as a context manager it closes itself, dropping what was not committed."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        key: SiteKey | None,
        heads: Path,
        clock: Callable[[], str],
        reads: Callable[[Recorded], bool],
    ) -> None:
        """For `open` alone."""
        super().__init__(path, connection, reads)
        self._key, self._heads, self._clock = key, heads, clock
        self._tree = Tree()
        self._kept = 0
        self._last: Head | None = None
        self._pending: dict[str, _Waiting] = {}
        self._export_behind = True

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        key: SiteKey | None,
        heads: Path,
        clock: Callable[[], str],
        reads: Callable[[Recorded], bool] = lambda recorded: True,
    ) -> "Ledger":
        """Open the ledger at `path`, made if new; without `key` it is read-only.

        `heads` is the file that heads are exported to, `clock` gives wall-clock stamps (ISO 8601 with UTC
        offset); `reads` says whether an event can be read: `events` passes over one that cannot. Raises
        `LedgerError` if the file is not a sound ledger, ends in something that this key did not sign, or lacks what
        was exported; a missed export is made up for.
        """
        if key is None:
            return cls._opened(cls(path, connect_to_read(path), None, heads, clock, reads))
        _prepare_export(path, heads)
        return cls._opened(cls(path, connect_to_write(path), key, heads, clock, reads))

    @staticmethod
    def _opened(ledger: "Ledger") -> "Ledger":
        try:
            with in_words(ledger._path):
                faults = schema_faults(ledger._connection)
                if faults:
                    raise LedgerError(faults[0], where=str(ledger._path), mend=_VERIFY)
                if ledger._key is not None:
                    ledger._resume(ledger._key)
        except BaseException:
            ledger.close()
            raise
        return ledger

    def _resume(self, key: SiteKey) -> None:
        """Build the Merkle tree on from its kept frontier, and go on only if the last head signs just that."""
        self._connection.execute("BEGIN")  # events and heads of one moment: others may be writing
        try:
            self._tree, self._last = self._continued(key)
        finally:
            self._connection.execute("COMMIT")
        self._export()

    def _continued(self, key: SiteKey) -> tuple[Tree, Head | None]:
        """The tree and the last head: from the frontier, or from all events where it does not lead to that head."""
        kept = kept_tree(self._path)
        if 0 < kept.size <= self.size:
            with suppress(LedgerError):
                found = self._absorbed(key, kept)
                self._kept = kept.size
                return found
        return self._absorbed(key, Tree())

    def _absorbed(self, key: SiteKey, known: Tree) -> tuple[Tree, Head | None]:
        """The `known` tree with the events behind it, and the last head, if it signs them and all before."""
        tree = known.copy()
        query = "SELECT hash FROM event WHERE seq > ? ORDER BY seq"
        cursor = self._connection.execute(query, (tree.size,))
        while rows := cursor.fetchmany(_PAGE):
            tree.extend([row[0] for row in rows])
        head = self.head
        signed = (head.size, head.root, head.chain) if head else (0, Tree().root(), GENESIS)
        if signed != (tree.size, tree.root(), self._chain(tree.size)):
            raise LedgerError(
                "the stored events are not those last signed", where=str(self._path), mend=_VERIFY
            )
        if head and not head.signed_by(key.public):
            raise LedgerError(
                "the last head was not signed with this site's key", where=str(self._path), mend=_VERIFY
            )
        return tree, head

    def _chain(self, size: int) -> bytes:
        """The chain hash that is stored with the last of the first `size` events."""
        row = self._connection.execute("SELECT hash FROM event WHERE seq = ?", (size,)).fetchone()
        chain: bytes = row[0] if row else GENESIS
        return chain

    def append(self, event: Event) -> None:
        """Take `event` into the next commit; nothing is durable before `commit` returns.

        Raises `TakenError` if its id is taken (stored or waiting), `LedgerError` if it has no canonical form; what
        waited before it still waits.
        """
        if self._key is None:
            raise LedgerError("the ledger was opened to read only", where=str(self._path))
        try:
            self._hold()
            if self._is_taken(event.id):
                raise _taken(event.id)
            body = encode(event, self._clock()).decode()
        except BaseException:
            self._let_go()
            raise
        self._pending[event.id] = _Waiting(event.id, event.batch, event.type, body)

    def drop(self) -> None:
        """Forget the events that wait: they were not wanted, or could not be committed."""
        self._pending = {}
        self._let_go()

    def commit(self, lest: Callable[[], object] = lambda: None) -> Head | None:
        """Make the waiting events durable, in one transaction with the head that signs them.

        `lest` looks at the ledger once nobody else can write: what it raises leaves nothing stored, as below.
        Returns the head, or None if nothing waited. On `LedgerError` from the database, or `TakenError` because
        another process has meanwhile stored an event of the same id, nothing was stored and the events still wait
        (`drop` forgets them); on a `LedgerError` from the export the events are safe and the next commit exports again.
        """
        if self._key is None:
            raise LedgerError("the ledger was opened to read only", where=str(self._path))
        head = self._store(self._key, lest) if self._pending else None
        if head or self._export_behind:
            try:
                self._export()
            except LedgerError as fault:
                what = f"the events are safe, but their signed head could not be exported: {fault.what}"
                mend = "make the file usable; the next commit exports what is missing"
                raise LedgerError(what, where=fault.where, mend=mend) from fault
        return head

    def _store(self, key: SiteKey, lest: Callable[[], object]) -> Head:
        """One transaction: what others have committed is taken in, then the waiting events follow it."""
        with in_words(self._path), transaction(self._connection):
            lest()
            before, last = self._tree, self._last
            if self.size != before.size:
                before, last = self._absorbed(key, before)
                self._refuse_taken()
            rows = self._linked(before.size, last.chain if last else GENESIS)
            tree = before.copy()
            tree.extend([row.hash for row in rows])
            head = sign_head(
                key,
                after=last,
                size=tree.size,
                root=tree.root(),
                chain=rows[-1].hash,
                recorded=self._clock(),
            )
            self._connection.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)", rows)
            store_head(self._connection, head)
        self._tree, self._last, self._pending = tree, head, {}
        return head

    def _linked(self, size: int, hash: bytes) -> list[_Row]:
        """The waiting events as rows behind the first `size`, each linked to the `hash` before it."""
        rows = list[_Row]()
        for seq, event in enumerate(self._pending.values(), start=size + 1):
            hash = link(hash, row_bytes(*event))
            rows.append(_Row(seq, *event, hash))
        return rows

    def _refuse_taken(self) -> None:
        """An id that another process has taken since it was looked up here."""
        for name in self._pending:
            if self._is_stored(name):
                raise _taken(name)

    def _export(self) -> None:
        """Export every head that the file lacks, one process at a time, so that its lines keep their order."""
        self._export_behind = True
        with in_words(self._path), transaction(self._connection):
            catch_up(self._heads, lambda least: stored_heads(self._connection, least))
        self._export_behind = False

    def __contains__(self, event_id: object) -> bool:
        """Whether an event of this id is stored or waits to be committed."""
        return isinstance(event_id, str) and self._is_taken(event_id)

    def _hold(self) -> None:
        """Open a read transaction until the commit: to begin one costs more than to look an id up in it."""
        if not self._connection.in_transaction:
            with in_words(self._path):
                self._connection.execute("BEGIN")

    def _let_go(self) -> None:
        """End the read transaction, which would go on showing the ledger as it was when it began."""
        if self._connection.in_transaction:
            with in_words(self._path):
                self._connection.execute("ROLLBACK")

    def _is_taken(self, event_id: str) -> bool:
        return event_id in self._pending or self._is_stored(event_id)

    def close(self) -> None:
        """Release the file; events that were not committed are dropped. What was added is told to the next opening."""
        if self._tree.size - self._kept >= WORTH:
            keep_tree(self._path, self._tree)
        self._connection.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _taken(name: str) -> TakenError:
    return TakenError("an event of this id is in the ledger already", where=f"event {name}")


def _prepare_export(path: Path, heads: Path) -> None:
    """A new ledger starts with an empty exported file; an exported head without its ledger is an alarm."""
    if path.exists():
        return
    try:
        heads.parent.mkdir(parents=True, exist_ok=True)
        heads.touch()
    except OSError as fault:
        raise LedgerError(
            f"the exported heads cannot be written: {fault.strerror}", where=str(heads)
        ) from fault
    if read_export(heads) != ([], b""):
        raise LedgerError(
            "there are exported heads here, but their ledger is missing",
            where=str(heads),
            mend=f"restore {path.name} from its copy",
        )
