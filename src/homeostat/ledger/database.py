"""The ledger's tables in SQLite, and connections to them that write or that only read.

In: a path. Out: connections whose every failure is a `LedgerError` in words. The tables refuse to forget:
triggers abort UPDATE and DELETE, and let INSERT (also INSERT OR REPLACE, which would delete silently) only
append.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from homeostat.errors import LedgerError
from homeostat.ledger.heads import Head
from homeostat.ledger.keys import SIGNATURE

APPLICATION = 0x486F6D4C
"""SQLite's application_id of a ledger: "HomL"."""
VERSION = 1
BUSY_SECONDS = 10.0
"""How long to wait for another process's commit before giving up."""
SYNCHRONOUS = "FULL"
"""SQLite's setting by which a commit that has returned survives a loss of power."""

SCHEMA: dict[str, str] = {
    "event": (
        "CREATE TABLE event (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, batch TEXT NOT NULL,"
        " type TEXT NOT NULL, body TEXT NOT NULL, hash BLOB NOT NULL) STRICT"
    ),
    "head": (
        "CREATE TABLE head (size INTEGER PRIMARY KEY, previous INTEGER NOT NULL, root BLOB NOT NULL,"
        " chain BLOB NOT NULL, recorded TEXT NOT NULL, key TEXT NOT NULL, signature BLOB NOT NULL) STRICT"
    ),
    "event_batch": "CREATE INDEX event_batch ON event (batch)",
    "event_append": (
        "CREATE TRIGGER event_append BEFORE INSERT ON event"
        " WHEN new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)"
        " OR EXISTS (SELECT 1 FROM event WHERE id = new.id)"
        " BEGIN SELECT RAISE(ABORT, 'the ledger only appends'); END"
    ),
    "event_update": (
        "CREATE TRIGGER event_update BEFORE UPDATE ON event"
        " BEGIN SELECT RAISE(ABORT, 'the ledger only appends'); END"
    ),
    "event_delete": (
        "CREATE TRIGGER event_delete BEFORE DELETE ON event"
        " BEGIN SELECT RAISE(ABORT, 'the ledger only appends'); END"
    ),
    "head_append": (
        "CREATE TRIGGER head_append BEFORE INSERT ON head"
        " WHEN new.size <= (SELECT coalesce(max(size), 0) FROM head)"
        " BEGIN SELECT RAISE(ABORT, 'the ledger only appends'); END"
    ),
    "head_update": (
        "CREATE TRIGGER head_update BEFORE UPDATE ON head"
        " BEGIN SELECT RAISE(ABORT, 'the ledger only appends'); END"
    ),
    "head_delete": (
        "CREATE TRIGGER head_delete BEFORE DELETE ON head"
        " BEGIN SELECT RAISE(ABORT, 'the ledger only appends'); END"
    ),
}
"""Every table, index and trigger by name, exactly as SQLite keeps its text."""

_HASHES = "SELECT hash FROM event WHERE seq > ? AND seq <= ? ORDER BY seq"
_PAGE = 50_000
_HEADS = """
    SELECT size, coalesce(CAST(previous AS INTEGER), -1), coalesce(CAST(root AS BLOB), x''),
        coalesce(CAST(chain AS BLOB), x''), coalesce(CAST(recorded AS TEXT), ''),
        coalesce(CAST(key AS TEXT), ''), coalesce(CAST(signature AS BLOB), x'')
    FROM head WHERE size >= ? ORDER BY size
"""
# A damaged page may give a NULL or a number where the schema allows none.


_MAGIC = b"SQLite format 3\0"
_WAYS = ("mode=ro", "mode=ro&immutable=1")
"""How SQLite is asked to read: with what a write-ahead log needs beside the file, and without."""


DAMAGE = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged file can raise (the second when SQLite's own message quotes the damaged text)."""


def damage_in_words(fault: Exception) -> str:
    """What SQLite says about the damage."""
    return "the database schema is malformed" if isinstance(fault, UnicodeDecodeError) else str(fault)


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn SQLite's failures inside the block into a `LedgerError` about the file at `path`."""
    try:
        yield
    except DAMAGE as fault:
        what = f"the ledger cannot be used: {damage_in_words(fault)}"
        raise LedgerError(what, where=str(path), mend=_mend(fault)) from fault


def _mend(fault: Exception) -> str:
    """What is to be done: a full disk, too, may show itself as a failure to read or write."""
    code = getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
        return "look whether there is room on the disk; if there is, run `homeostat verify`"
    if "locked" in str(fault):
        return "another process is writing; try again when it has ended"
    return "run `homeostat verify`"


def connect_to_write(path: Path) -> sqlite3.Connection:
    """A connection whose commits are on disk when they return; the tables are made if the file is new."""
    with in_words(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
            connection.execute("PRAGMA journal_mode = WAL")
            with transaction(connection):
                if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                    _create(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; `LedgerError` if there is no such file, or none that can be read here.

    Damaged text is shown with replacement characters, since a verifier must be able to read on.
    """
    if not path.is_file():
        raise LedgerError("there is no ledger here", where=str(path), mend="check the site directory")
    with in_words(path):
        connection = _reader(path)
    connection.text_factory = _lenient
    return connection


def _reader(path: Path) -> sqlite3.Connection:
    """A connection that sees all commits; `LedgerError` where rights or the medium do not allow that.

    Read-only media have no room for the index of a write-ahead log (-shm), without which SQLite refuses the file.
    Opened as immutable it is read without its log, which must then hold nothing.
    """
    for options in _WAYS:
        try:
            return _opened(path, options)
        except sqlite3.OperationalError as fault:
            if not _out_of_reach(fault):
                raise
            if _logged_bytes(path):
                what = (
                    "the ledger cannot be read completely here: its last commits are in the write-ahead log"
                )
                mend = "copy the whole site to a writable place"
                raise LedgerError(what, where=str(path), mend=mend) from fault
    raise LedgerError(
        "the ledger cannot be read here",
        where=str(path),
        mend="check the permissions, or copy the whole site",
    )


def _opened(path: Path, options: str) -> sqlite3.Connection:
    """A connection that SQLite let read the file's header; damage is left to whoever reads on."""
    uri = f"{path.resolve().as_uri()}?{options}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except DAMAGE as fault:
        if _out_of_reach(fault):
            connection.close()
            raise
    return connection


def _out_of_reach(fault: Exception) -> bool:
    """Whether rights or the medium are at fault; a journal to roll back does not belong to a ledger."""
    code = getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_OK)
    primary = code & 0xFF
    return (
        primary in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        and code != sqlite3.SQLITE_READONLY_ROLLBACK
    )


def _logged_bytes(path: Path) -> int:
    """The size of the write-ahead log; 0 if there is none."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except FileNotFoundError:
        return 0


def missing_bytes(path: Path) -> int:
    """How much shorter the file is than its header says; 0 while a write-ahead log may still extend it.

    SQLite file format, 1.3: a magic string, page size at offset 16 (1 means 65536), number of pages at offset 28.
    """
    if _logged_bytes(path):
        return 0
    with path.open("rb") as file:
        header = file.read(100)
    if not header.startswith(_MAGIC):
        return 0
    page = int.from_bytes(header[16:18], "big")
    whole = (65536 if page == 1 else page) * int.from_bytes(header[28:32], "big")
    return max(0, whole - path.stat().st_size)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, and the write lock from the start; a read transaction that is open ends first."""
    if connection.in_transaction:
        connection.execute("COMMIT")
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def schema_faults(connection: sqlite3.Connection) -> list[str]:
    """What differs from the ledger's schema, in words; none in a sound ledger."""
    if not has_tables(connection):
        return ["this is not a ledger: its tables are missing or of another make"]
    found = _definitions(connection)
    marks = [
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    ]
    faults = [] if marks == [APPLICATION, VERSION] else ["the mark of a ledger of this version is missing"]
    triggers = [name for name in SCHEMA if SCHEMA[name].startswith("CREATE TRIGGER") and name not in found]
    if triggers:
        faults.append(f"the append-only triggers are missing: {', '.join(triggers)}")
    faults += [
        f"the definition of {name} was {'changed' if name in found else 'removed'}"
        for name, definition in SCHEMA.items()
        if name not in triggers and found.get(name) != definition
    ]
    return faults + [f"{name} does not belong to a ledger" for name in sorted(found.keys() - SCHEMA.keys())]


def has_tables(connection: sqlite3.Connection) -> bool:
    """Whether both tables are there as they were made: without them nothing else can be read."""
    found = _definitions(connection)
    return all(found.get(name) == SCHEMA[name] for name in ("event", "head"))


def _definitions(connection: sqlite3.Connection) -> dict[str, str]:
    """Names and texts of everything in the database but SQLite's own tables."""
    query = "SELECT name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    return dict(connection.execute(query).fetchall())


def stored_hashes(connection: sqlite3.Connection, size: int) -> list[bytes]:
    """The chain hashes of the first `size` events, in order, read in pages: no transaction stays open between them."""
    found: list[bytes] = []
    while page := connection.execute(_HASHES, (len(found), min(len(found) + _PAGE, size))).fetchall():
        found += [hash for (hash,) in page]
    return found


def stored_heads(connection: sqlite3.Connection, least: int = 0) -> Iterator[Head]:
    """The signed heads of at least `least` events, in order."""
    for size, previous, root, chain, recorded, key, signed in connection.execute(_HEADS, (least,)):
        signature, before = signed[-SIGNATURE:], signed[:-SIGNATURE]
        yield Head(size, previous, root, chain, recorded, key, signature, before)


def store_head(connection: sqlite3.Connection, head: Head) -> None:
    """Add a head. What it names of the head before stands ahead of its signature: the tables stay as they were."""
    signed = head.before + head.signature
    row = (head.size, head.previous, head.root, head.chain, head.recorded, head.key, signed)
    connection.execute("INSERT INTO head VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def _create(connection: sqlite3.Connection) -> None:
    for statement in SCHEMA.values():
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "replace")
