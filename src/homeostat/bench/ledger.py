"""How fast the ledger takes events in durably, and how fast it verifies them."""

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from homeostat.bench.measuring import in_turn, new_paths, rate, scratch
from homeostat.bench.result import Result, Rival
from homeostat.ledger import Event, Ledger, SiteKey, canonical, verify_ledger

GROUP = 1000
"""Events of one commit."""
_SINGLES = 50  # commits of one event, each of which waits for the disk
_STAMP = "2026-01-01T00:00:00.000000+00:00"
_sync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)  # macOS and Windows have fsync alone


def measure(*, quick: bool) -> list[Result]:
    """Durable grouped events/s and verified events/s."""
    with scratch() as folder:
        return [
            _append(folder, _events(5 * GROUP if quick else 20 * GROUP), 3 if quick else 5),
            _verify(folder, _events(10 * GROUP if quick else 200 * GROUP), 3 if quick else 5),
        ]


def _append(folder: Path, events: Sequence[Event], times: int) -> Result:
    new = new_paths(folder)
    ours, file, single = in_turn(
        times,
        rate(len(events), lambda: _write(new(), events)),
        rate(len(events), lambda: _write_lines(new(), events)),
        rate(_SINGLES, lambda: _write_rows(new(), events[:_SINGLES])),
    )
    return Result(
        f"ledger: durable events, {GROUP:,} a commit",
        ours,
        "events/s",
        bar=10_000,
        rivals=(
            Rival(f"plain file, fdatasync every {GROUP:,} events, no hashes", file, "events/s"),
            Rival("SQLite, one event a commit, no hashes", single, "events/s"),
        ),
    )


def _verify(folder: Path, events: Sequence[Event], times: int) -> Result:
    path = folder / "verified"
    ledger, heads = path / "ledger.db", path / "heads.jsonl"
    key = _write(path, events)
    bodies = [_body(event) for event in events]
    ours, parsed, hashed = in_turn(
        times,
        rate(len(events), lambda: verify_ledger(ledger, public_key=key.public, heads=heads)),
        rate(len(events), lambda: [sha256(canonical(json.loads(body))) for body in bodies]),
        rate(len(events), lambda: [sha256(body) for body in bodies]),
    )
    return Result(
        "ledger: verified events (chain, Merkle heads, signatures, columns)",
        ours,
        "events/s",
        bar=300_000,
        rivals=(
            Rival("hashing JSON that is parsed and written again, in memory", parsed, "events/s"),
            Rival("SHA-256 of the bytes alone, in memory (an upper bound)", hashed, "events/s"),
        ),
    )


def _events(count: int) -> list[Event]:
    """Events like those of a run, about 300 bytes each."""
    return [
        Event(
            id=f"B0001/{number:06d}/00",
            type="command.intended",
            batch="B0001",
            time=60_000_000 * number,
            actor="engine",
            data={
                "kind": "set",
                "target": "perfusion_rate",
                "value": number / 7,
                "unit": "mL/h",
                "retain": ["viable", "dead"],
                "step": "culture/expansion/perfusion",
            },
        )
        for number in range(count)
    ]


def _body(event: Event) -> bytes:
    return canonical(
        {"batch": event.batch, "data": event.data, "id": event.id, "recorded": _STAMP, "type": event.type}
    )


def _write(folder: Path, events: Sequence[Event]) -> SiteKey:
    key = SiteKey.create(folder / "keys")
    with Ledger.open(
        folder / "ledger.db", key=key, heads=folder / "heads.jsonl", clock=lambda: _STAMP
    ) as ledger:
        for number, event in enumerate(events, 1):
            ledger.append(event)
            if number % GROUP == 0:
                ledger.commit()
    return key


def _write_lines(path: Path, events: Sequence[Event]) -> None:
    with path.open("wb") as file:
        for number, event in enumerate(events, 1):
            file.write(_body(event) + b"\n")
            if number % GROUP == 0:
                file.flush()
                _sync(file.fileno())


def _write_rows(path: Path, events: Sequence[Event]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        for event in events:
            database.execute("INSERT INTO event (body) VALUES (?)", (_body(event),))
