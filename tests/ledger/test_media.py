"""A ledger where SQLite may not write, or not even read: it is read completely, or refused; never called changed."""

import sqlite3
from pathlib import Path

import pytest

from homeostat.errors import LedgerError
from homeostat.ledger.database import connect_to_write, in_words

from .conftest import Place, event

TOTAL = 20


def on_read_only_media(place: Place) -> Place:
    """Let SQLite meet what it meets there, even as root: the index of the write-ahead log cannot be made."""
    place.path.with_name("ledger.db-shm").unlink(missing_ok=True)
    place.path.with_name("ledger.db-shm").symlink_to(place.folder / "nowhere")
    return place


@pytest.fixture
def logged(written: Place, tmp_path: Path) -> Place:
    """A copy made while a writer had a commit in its write-ahead log."""
    with written.open() as ledger:
        ledger.append(event(TOTAL + 1))
        ledger.commit()
        return written.copy(tmp_path / "copy")


@pytest.mark.parametrize("log", [None, b""])
def test_a_ledger_on_read_only_media_can_be_read(written: Place, log: bytes | None) -> None:
    if log is not None:
        written.path.with_name("ledger.db-wal").write_bytes(log)
    on_read_only_media(written)
    with written.reader() as ledger:
        assert ledger.size == TOTAL
        assert [recorded.event for recorded in ledger.events()] == [event(n) for n in range(1, TOTAL + 1)]
    assert written.verify().ok


def test_it_cannot_be_written_through_such_a_connection(written: Place) -> None:
    with (
        on_read_only_media(written).reader() as ledger,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        ledger._connection.execute("DELETE FROM head")


def test_a_change_is_found_on_read_only_media_too(written: Place) -> None:
    written.tamper("UPDATE event SET body = replace(body, '37 °C', '38 °C') WHERE seq = 7")
    assert "event 7" in on_read_only_media(written).words()


def test_damage_is_found_on_read_only_media_too(written: Place) -> None:
    written.path.write_bytes(written.path.read_bytes()[:-1])
    assert "its last 1 bytes are missing" in on_read_only_media(written).words()


def test_a_log_that_cannot_be_read_there_is_no_finding(logged: Place) -> None:
    on_read_only_media(logged)
    for read in (logged.reader, logged.verify):
        with pytest.raises(LedgerError, match="cannot be read completely here") as refusal:
            read()
        assert "writable place" in refusal.value.mend
    logged.path.with_name("ledger.db-shm").unlink()
    with logged.reader() as ledger:
        assert ledger.size == TOTAL + 1
    assert logged.verify().ok


def test_a_lack_of_rights_is_no_finding(written: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    absent = f"{(written.folder / 'absent.db').as_uri()}?mode=ro"
    monkeypatch.setattr(
        "homeostat.ledger.database.sqlite3.connect", lambda _, **options: connect(absent, **options)
    )
    for read in (written.reader, written.verify):
        with pytest.raises(LedgerError, match="the ledger cannot be read here") as refusal:
            read()
        assert "permissions" in refusal.value.mend


def test_a_ledger_that_is_gone_is_a_finding(written: Place) -> None:
    written.path.unlink()
    assert "ledger.db: there is no ledger here" in written.words()


def test_on_a_full_disk_the_disk_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    connection = connect_to_write(path)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerError, match="full") as refused, in_words(path):
        connection.execute("INSERT INTO event VALUES (1, 'a', '', 't', ?, x'00')", ("x" * 1_000_000,))
    connection.close()
    assert "room on the disk" in refused.value.mend
