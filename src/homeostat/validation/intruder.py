"""An intruder with full rights on the machine: changes a ledger below its guards, each way by its name.

site -> DEEDS, each a function that does one kind of damage to the database -> what verification must find
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager

from homeostat.ledger.chain import GENESIS, link, row_bytes
from homeostat.site import Site

Deed = Callable[[sqlite3.Connection], None]


@contextmanager
def unguarded(site: Site) -> Iterator[sqlite3.Connection]:
    """The ledger's database with its triggers taken off; they are put back when the deed is done."""
    with closing(sqlite3.connect(site.ledger_path)) as raw, raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            raw.execute(f'DROP TRIGGER "{name}"')
        yield raw
        for _, sql in triggers:
            raw.execute(sql)


@contextmanager
def full_disk(site: Site) -> Iterator[None]:
    """No event can be stored meanwhile, as where the disk takes no more: SQLite gives the commit up in the middle."""
    with closing(sqlite3.connect(site.ledger_path)) as raw:
        raw.execute(
            "CREATE TRIGGER full BEFORE INSERT ON head BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
        raw.commit()
        try:
            yield
        finally:
            raw.execute("DROP TRIGGER full")
            raw.commit()


def _body(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE event SET body = replace(body, 'done', 'dome') WHERE seq = ?", (_middle(raw),))


def _hash(raw: sqlite3.Connection) -> None:
    _flip(raw, "event", "hash", "seq", _middle(raw))


def _column(name: str) -> Deed:
    def deed(raw: sqlite3.Connection) -> None:
        raw.execute(f"UPDATE event SET {name} = {name} || 'x' WHERE seq = ?", (_middle(raw),))

    return deed


def _place(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE event SET seq = seq + 1000 WHERE seq = ?", (_middle(raw),))


def _delete(where: Callable[[sqlite3.Connection], int]) -> Deed:
    def deed(raw: sqlite3.Connection) -> None:
        raw.execute("DELETE FROM event WHERE seq = ?", (where(raw),))

    return deed


def _swap(raw: sqlite3.Connection) -> None:
    one = _middle(raw)
    raw.execute("UPDATE event SET seq = -1 WHERE seq = ?", (one,))
    raw.execute("UPDATE event SET seq = ? WHERE seq = ?", (one, one + 1))
    raw.execute("UPDATE event SET seq = ? WHERE seq = -1", (one + 1,))


def _rewrite(raw: sqlite3.Connection) -> None:
    """Change an event and recompute every hash behind it, as somebody who knows the format would."""
    _body(raw)
    before = GENESIS
    for seq, *columns in raw.execute("SELECT seq, id, batch, type, body FROM event ORDER BY seq").fetchall():
        before = link(before, row_bytes(*columns))
        raw.execute("UPDATE event SET hash = ? WHERE seq = ?", (before, seq))


def _head_signature(raw: sqlite3.Connection) -> None:
    (size,) = raw.execute("SELECT max(size) FROM head").fetchone()
    _flip(raw, "head", "signature", "size", size)


def _cut(raw: sqlite3.Connection) -> None:
    """Remove the last commit whole, events and head, as if it had never been."""
    size, previous = raw.execute("SELECT size, previous FROM head ORDER BY size DESC LIMIT 1").fetchone()
    raw.execute("DELETE FROM head WHERE size = ?", (size,))
    raw.execute("DELETE FROM event WHERE seq > ?", (previous,))


def _flip(raw: sqlite3.Connection, table: str, column: str, key: str, value: int) -> None:
    """Flip one bit of a stored byte string."""
    query = f"SELECT {column} FROM {table} WHERE {key} = ?"
    (stored,) = raw.execute(query, (value,)).fetchone()
    flipped = bytes([stored[0] ^ 1]) + stored[1:]
    raw.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (flipped, value))


def _first(raw: sqlite3.Connection) -> int:
    return 1


def _middle(raw: sqlite3.Connection) -> int:
    """The place of an event in the middle whose text says that something was done."""
    rows = raw.execute("SELECT seq FROM event WHERE body LIKE '%done%' ORDER BY seq").fetchall()
    return int(rows[len(rows) // 2][0])


def _last(raw: sqlite3.Connection) -> int:
    return int(raw.execute("SELECT max(seq) FROM event").fetchone()[0])


DEEDS: Mapping[str, Deed] = {
    "a byte of an event's text": _body,
    "a bit of an event's hash": _hash,
    "an event's id": _column("id"),
    "an event's batch": _column("batch"),
    "an event's type": _column("type"),
    "an event's place": _place,
    "the first event removed": _delete(_first),
    "an event in the middle removed": _delete(_middle),
    "the last event removed": _delete(_last),
    "two events exchanged": _swap,
    "an event changed and every hash behind it recomputed": _rewrite,
    "a bit of a head's signature": _head_signature,
    "the last commit removed whole": _cut,
}
"""Every kind of damage, by what is said of it."""
