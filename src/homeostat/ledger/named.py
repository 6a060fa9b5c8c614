"""Events by their names: every event of a ledger by its columns, but for the many that stand where they should.

In: a connection. Out: `Named`, in the order of the ledger. A scan writes a hundred thousand events of a few types,
each named by its place; of these only the odd ones are told, so that a whole ledger is looked through in one pass.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

BEGINS = "batch.started"
"""The type of event that makes a batch (`catalogue.BatchStarted`); its name in another event makes none."""
ENDS = "batch.ended"
"""The type of event that ends a batch (`catalogue.BatchEnded`)."""

_ODD = """
    SELECT seq, id, batch, type, CASE WHEN type IN ({told}) THEN body ELSE '' END FROM event NOT INDEXED
    WHERE type NOT IN ({regular}) OR id NOT GLOB batch || '/[0-9]*/[0-9]*'
"""
_OUTSIDE = """
    SELECT seq, id, batch, type, '' FROM event WHERE batch = ? AND seq > ? AND seq < ? AND type IN ({regular})
"""
_FURTHEST = 2**63 - 1  # SQLite's largest place


class Named(NamedTuple):
    """An event by its columns: place `seq` (from 1), id, batch and type, and its `body` where that was asked for."""

    seq: int
    id: str
    batch: str
    type: str
    body: str = ""

    def said(self) -> Mapping[str, object]:
        """What it says, as far as its body can be read."""
        try:
            data = json.loads(self.body)["data"] if self.body else {}
        except (ValueError, TypeError, KeyError, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}


def named(connection: sqlite3.Connection, regular: Collection[str], told: Collection[str]) -> list[Named]:
    """Every event but those of `regular` types that are named batch/number/number and stand within their batch.

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


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


def _outside(batches: Collection[str], found: Sequence[Named]) -> Iterator[tuple[str, int, int]]:
    """The places between which events of a batch stand before its start or behind its end, for each batch."""
    begun, ended = _first(BEGINS, found), _first(ENDS, found)
    for batch in batches:
        yield batch, 0, begun.get(batch, _FURTHEST)
        if batch in begun and batch in ended:
            yield batch, ended[batch], _FURTHEST


def _first(type: str, found: Sequence[Named]) -> dict[str, int]:
    """The place of the first event of a type of each batch."""
    return {one.batch: one.seq for one in reversed(found) if one.type == type}
