"""Events by their names: every event of a ledger by its columns, but for the many that stand where they should.

In: a connection. Out: `Named`, in the order of the ledger. A scan writes a hundred thousand events of a few types,
each named by its place; of these only the odd ones are told, so that a whole ledger is looked through in one pass.
"""

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from homeostat.errors import LedgerError
from homeostat.ledger.event import Recorded, decode, naming

BEGINS = "batch.started"
"""The type of event that makes a batch (`catalogue.BatchStarted`); its name in another event makes none."""
ENDS = "batch.ended"
"""The type of event that ends a batch (`catalogue.BatchEnded`)."""
ANSWERS = "command.outcome"
"""The type of event that is named after another, its command (`catalogue.CommandOutcome`)."""

_NUMBER = "[0-9][0-9][0-9]"
_PLACES = (f"/{_NUMBER}{_NUMBER}/{_NUMBER}", f"/[1-9]{_NUMBER}{_NUMBER}/{_NUMBER}")
"""Scan and number as a scan writes them, up to ten million scans; what is longer is looked at one by one."""
_FORMS = " AND ".join(
    f"id NOT GLOB batch || CASE type WHEN '{ANSWERS}' THEN '{place}.done' ELSE '{place}' END"
    for place in _PLACES
)
_CUT = "instr(id, char(0))"
"""GLOB reads a text as far as its first zero byte."""
_BODY = "CASE WHEN type IN ({told}) THEN CAST(body AS BLOB) END"
_TEXTS = ", ".join(f"coalesce(CAST({column} AS TEXT), '')" for column in ("id", "batch", "type"))
"""The columns that name an event; damage may have made another kind of value of them."""
NAMES = "CAST(coalesce(id, '') || char(10) || coalesce(batch, '') || char(10) || coalesce(type, '') AS BLOB)"
"""The same as one, as `event.naming` puts them."""
_COLUMNS = f"SELECT seq, {_TEXTS}, {_BODY}, hash FROM event"
_ODD = f"{_COLUMNS} NOT INDEXED WHERE type NOT IN ({{regular}}) OR {_FORMS} OR {_CUT}"
_LISTED = f"{_COLUMNS} NOT INDEXED WHERE type NOT IN ({{without}}) ORDER BY seq"
_LISTED_OF = f"{_COLUMNS} WHERE batch = ? AND type NOT IN ({{without}}) ORDER BY seq"
_OUTSIDE = f"""
    SELECT seq, {_TEXTS}, NULL, hash FROM event WHERE batch = ? AND seq > ? AND seq < ? AND type IN ({{regular}})
"""
_WILD = frozenset("*?[")
"""What stands for other characters where names are compared; no execution calls a batch so."""
_FURTHEST = 2**63 - 1  # SQLite's largest place


class Named(NamedTuple):
    """An event by its columns: place (from 1), id, batch, type, body (where that was asked for) and chain hash."""

    seq: int
    id: str
    batch: str
    type: str
    body: bytes | None = None
    hash: bytes = b""

    def said(self) -> Mapping[str, object]:
        """What it says, as far as its body is there and can be read."""
        try:
            return {} if self.body is None else self.recorded().event.data
        except LedgerError:
            return {}

    def recorded(self) -> Recorded:
        """The event as it stands in the ledger, whose body was asked for. Raises `LedgerError` as `decode` does."""
        return decode(self.seq, naming(self.id, self.batch, self.type), self.body or b"", self.hash)


def named(connection: sqlite3.Connection, regular: Collection[str], told: Collection[str]) -> list[Named]:
    """Every event but those of `regular` types that are named as a scan names them and stand within their batch.

    That is batch/scan/number, filled up to six and three digits, and `.done` behind that of its command for an outcome.
    Within: behind its start and not behind its first end; `regular` holds neither of these two types. The body is
    there of the types in `told` alone. Batches are listed first: of one that begins while another process writes, the
    start is read then, too.
    """
    types, bodies = sorted(regular), sorted(told)
    batches = [batch for (batch,) in connection.execute("SELECT DISTINCT batch FROM event")]
    query = _ODD.format(told=_marks(bodies), regular=_marks(types))
    found = {row[0]: Named._make(row) for row in connection.execute(query, [*bodies, *types])}
    outside = _OUTSIDE.format(regular=_marks(types))
    for places in _outside(batches, [found[seq] for seq in sorted(found)]):
        for row in connection.execute(outside, [*places, *types]):
            found.setdefault(row[0], Named._make(row))
    return [found[seq] for seq in sorted(found)]


def listed(
    connection: sqlite3.Connection, told: Collection[str], without: Collection[str], batch: str | None
) -> list[Named]:
    """Every event but those of the types in `without`, of one batch if one is named; bodies as in `named`."""
    bodies, others = sorted(told), sorted(without)
    query = (_LISTED if batch is None else _LISTED_OF).format(told=_marks(bodies), without=_marks(others))
    values = [*bodies, *([] if batch is None else [batch]), *others]
    return [Named._make(row) for row in connection.execute(query, values)]


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


def _outside(batches: Collection[str], found: Sequence[Named]) -> Iterator[tuple[str, int, int]]:
    """The places between which events of a batch stand before its start or behind its end, for each batch."""
    begun, ended = _first(BEGINS, found), _first(ENDS, found)
    for batch in batches:
        yield batch, 0, _FURTHEST if set(batch) & _WILD else begun.get(batch, _FURTHEST)
        if batch in begun and batch in ended:
            yield batch, ended[batch], _FURTHEST


def _first(type: str, found: Sequence[Named]) -> dict[str, int]:
    """The place of the first event of a type of each batch."""
    return {one.batch: one.seq for one in reversed(found) if one.type == type}
