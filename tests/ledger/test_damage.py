"""Random damage to the files themselves, below SQL: never a traceback, never an unnoticed change of a record."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from homeostat.errors import LedgerError

from .conftest import Place, event


def contents(place: Place) -> list[tuple[object, ...]]:
    """All that a reader can get out of the ledger, by the tables and by the index; or [] if SQLite gives up."""
    queries = (
        "SELECT * FROM event NOT INDEXED ORDER BY seq",
        "SELECT * FROM head ORDER BY size",
        "SELECT batch, seq FROM event INDEXED BY event_batch ORDER BY batch, seq",
    )
    try:
        with closing(sqlite3.connect(f"{place.path.as_uri()}?mode=ro", uri=True)) as raw:
            raw.text_factory = bytes
            return [row for query in queries for row in raw.execute(query)]
    except (sqlite3.Error, UnicodeDecodeError):
        return []


@pytest.mark.parametrize("seed", range(8))
def test_random_bytes_in_the_database_are_noticed(written: Place, seed: int) -> None:
    rng = random.Random(seed)
    sound, before = written.path.read_bytes(), contents(written)
    for _ in range(25):
        damaged = bytearray(sound)
        for _ in range(rng.choice((1, 1, 4))):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        for leftover in ("ledger.db-wal", "ledger.db-shm"):
            written.path.with_name(leftover).unlink(missing_ok=True)
        written.path.write_bytes(damaged)
        check = written.verify()
        assert not check.ok or contents(written) == before
        try:
            written.reader().close()
            written.open().close()
        except LedgerError as refusal:
            assert refusal.what


def test_an_unreadable_index_page_is_noticed(written: Place) -> None:
    with closing(sqlite3.connect(written.path)) as raw:
        (page,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'event_batch'").fetchone()
        (size,) = raw.execute("PRAGMA page_size").fetchone()
    content = bytearray(written.path.read_bytes())
    content[(page - 1) * size] = 66
    written.path.write_bytes(content)
    assert "SQLite's check says: database disk image is malformed" in written.words()


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_database_is_noticed(written: Place, part: float) -> None:
    content = written.path.read_bytes()
    written.path.write_bytes(content[: int(len(content) * part)])
    findings = written.verify().findings
    assert findings
    assert findings[0].where == "ledger.db"


@pytest.mark.parametrize("seed", range(10))
def test_a_damaged_write_ahead_log_is_noticed(written: Place, tmp_path: Path, seed: int) -> None:
    """SQLite drops the log from its first bad frame on, silently; the exported heads know better."""
    rng = random.Random(seed)
    with written.open() as ledger:
        for number in (21, 22, 23):
            ledger.append(event(number))
            ledger.commit()
        crashed = written.copy(tmp_path / "crashed")
    crashed.path.with_name("ledger.db-shm").unlink()
    assert (crashed.verify().events, crashed.verify().ok) == (23, True)
    log = crashed.path.with_name("ledger.db-wal")
    content = bytearray(log.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    log.write_bytes(content)
    crashed.path.with_name("ledger.db-shm").unlink(missing_ok=True)
    assert not crashed.verify().ok or contents(crashed) == contents(written)
