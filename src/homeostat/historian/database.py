"""The one place that speaks to SQLite: opening, transactions, and its errors in the house's words."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from homeostat.errors import HistorianError
from homeostat.historian.schema import APPLICATION, OBJECTS, VERSION

FAILURES = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises; the second when a message of its own quotes damaged text."""

SYNCHRONOUS = {True: "FULL", False: "NORMAL"}
"""SQLite's setting by whether a commit that has returned survives a loss of power."""

_MAGIC = b"SQLite format 3\0"
_WAYS = ("mode=ro", "mode=ro&immutable=1")  # with what a write-ahead log needs beside the file, and without
_PATIENCE = 10.0  # seconds to wait for another writer
_MEND = "check the disk's space and permissions, then run `homeostat verify`"


class Database:
    """An open historian file."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        """Open `path`, creating it unless `readonly`; HistorianError if it is no historian."""
        self.path = path
        if readonly and not path.is_file():
            raise HistorianError("there is no historian", where=str(path), mend="run a batch first")
        with self.guarded():
            self._connection = connect(path, readonly=readonly)
        try:
            with self.guarded():
                self._prepare(readonly)
        except HistorianError:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; what was not flushed is not kept."""
        self._connection.close()

    def query(self, sql: str, *values: object) -> list[Any]:
        """All rows of a SELECT."""
        with self.guarded():
            return self._connection.execute(sql, values).fetchall()

    def insert(self, sql: str, rows: list[Any]) -> None:
        """Run a statement for each of `rows`; call it inside `transaction`."""
        self._connection.executemany(sql, rows)

    @contextmanager
    def transaction(self, *, durable: bool) -> Iterator[None]:
        """Commit all statements together or none; if `durable` on return they survive a loss of power."""
        with self.guarded():
            self._connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS[durable]}")
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def settle(self) -> None:
        """Make earlier commits that were not durable survive a loss of power, whoever else reads or writes.

        An empty transaction would reach no disk. Writing the format number anew puts one frame at the end of the
        write-ahead log, and syncing it syncs every frame before it; a checkpoint might do nothing while others read.
        """
        with self.transaction(durable=True):
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn SQLite's errors into a HistorianError that names the file."""
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise HistorianError(f"the historian refuses this: {error}", where=str(self.path)) from error
        except FAILURES as error:
            raise HistorianError(
                f"the historian cannot be used: {error}", where=str(self.path), mend=_MEND
            ) from error

    def _prepare(self, readonly: bool) -> None:
        fresh = not self._pragma("application_id") and not self.query("SELECT name FROM sqlite_master")
        if fresh and not readonly:
            self._connection.execute("PRAGMA journal_mode = WAL")
            with self.transaction(durable=True):
                self._create()
        elif self._pragma("application_id") != APPLICATION:
            raise HistorianError(
                "this file is not a historian", where=str(self.path), mend="name another file"
            )
        elif self._pragma("user_version") != VERSION:
            raise HistorianError(
                f"the historian has format {self._pragma('user_version')}, this program reads {VERSION}",
                where=str(self.path),
                mend="use the version of Homeostat that wrote it",
            )

    def _create(self) -> None:
        if self.query("SELECT name FROM sqlite_master"):  # another process was quicker
            return
        for sql in OBJECTS.values():
            self._connection.execute(sql)
        self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
        self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])


def connect(path: Path, *, readonly: bool, text: Callable[[bytes], str] | None = None) -> sqlite3.Connection:
    """A bare connection in autocommit mode; `text` decodes what should be UTF-8 but may be damaged.

    A reader's sees all commits: HistorianError where rights or the medium do not allow that.
    """
    connection = _reader(path) if readonly else _connection(path, "mode=rwc")
    if text is not None:
        connection.text_factory = text
    return connection


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


def _connection(path: Path, options: str) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?{options}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_PATIENCE)


def _reader(path: Path) -> sqlite3.Connection:
    """A connection that sees all commits.

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
                    "the historian cannot be read completely here: its last rows are in the write-ahead log"
                )
                mend = "copy the whole site to a writable place"
                raise HistorianError(what, where=str(path), mend=mend) from fault
    raise HistorianError(
        "the historian cannot be read here",
        where=str(path),
        mend="check the permissions, or copy the whole site",
    )


def _opened(path: Path, options: str) -> sqlite3.Connection:
    """A connection that SQLite let read the file's header; damage is left to whoever reads on."""
    connection = _connection(path, options)
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except FAILURES as fault:
        if _out_of_reach(fault):
            connection.close()
            raise
    return connection


def _out_of_reach(fault: Exception) -> bool:
    """Whether rights or the medium are at fault; a journal to roll back does not belong to a historian."""
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
