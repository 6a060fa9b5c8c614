"""A historian where SQLite may not write, or not even read: it is read completely, or refused; never called changed."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from homeostat.errors import HistorianError
from homeostat.historian import Historian, verify_historian

Sealed = dict[tuple[str, str, int], str]


@pytest.fixture
def sealed(path: Path, record: Callable[..., Sealed]) -> Sealed:
    """A batch that has ended; the historian is closed, all is in one file."""
    with Historian.open(path) as historian:
        return record(historian, "done", 700, finish=True)


@pytest.fixture
def logged(path: Path, sealed: Sealed, record: Callable[..., Sealed], tmp_path: Path) -> Path:
    """A copy made while a recorder had rows in the write-ahead log."""
    copy = tmp_path / "copy" / path.name
    copy.parent.mkdir()
    with Historian.open(path) as historian:
        record(historian, "live", 10, finish=False)
        for name in (path.name, f"{path.name}-wal"):
            shutil.copy(path.with_name(name), copy.with_name(name))
    return copy


def on_read_only_media(path: Path) -> Path:
    """Let SQLite meet what it meets there, even as root: the index of the write-ahead log cannot be made."""
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    path.with_name(f"{path.name}-shm").symlink_to(path.with_name("nowhere"))
    return path


def refusals(path: Path, sealed: Sealed) -> list[HistorianError]:
    """What a reader and a verifier are told."""
    told = []
    for read in (
        lambda: Historian.open(path, readonly=True),
        lambda: verify_historian(path, sealed, ["done"]),
    ):
        with pytest.raises(HistorianError) as refusal:
            read()
        told.append(refusal.value)
    return told


@pytest.mark.parametrize("log", [None, b""])
def test_a_historian_on_read_only_media_can_be_read(path: Path, sealed: Sealed, log: bytes | None) -> None:
    if log is not None:
        path.with_name(f"{path.name}-wal").write_bytes(log)
    on_read_only_media(path)
    with Historian.open(path, readonly=True) as historian:
        assert historian.read("done", "pH").time.size == 700
    assert verify_historian(path, sealed, ["done"]).ok


def test_it_cannot_be_written_through_such_a_connection(
    path: Path, sealed: Sealed, record: Callable[..., Sealed]
) -> None:
    with (
        Historian.open(on_read_only_media(path), readonly=True) as historian,
        pytest.raises(HistorianError, match="readonly"),
    ):
        record(historian, "more", 1, finish=False)


def test_a_change_is_found_on_read_only_media_too(path: Path, sealed: Sealed) -> None:
    forged = dict.fromkeys(sealed, "0" * 64)
    assert not verify_historian(on_read_only_media(path), forged, ["done"]).ok


def test_a_log_that_cannot_be_read_there_is_no_finding(logged: Path, sealed: Sealed) -> None:
    for error in refusals(on_read_only_media(logged), sealed):
        assert "cannot be read completely here" in error.what
        assert "writable place" in error.mend
    logged.with_name(f"{logged.name}-shm").unlink()
    with Historian.open(logged, readonly=True) as historian:
        assert historian.batches() == ("done", "live")
    assert verify_historian(logged, sealed, ["done"]).ok


def test_a_lack_of_rights_is_no_finding(path: Path, sealed: Sealed, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    absent = f"{path.with_name('absent.db').as_uri()}?mode=ro"
    monkeypatch.setattr(
        "homeostat.historian.database.sqlite3.connect", lambda _, **options: connect(absent, **options)
    )
    for error in refusals(path, sealed):
        assert error.what == "the historian cannot be read here"
        assert error.where == str(path)
        assert "permissions" in error.mend


def test_damage_stays_a_finding(path: Path, sealed: Sealed) -> None:
    path.write_bytes(b"no database" * 100)
    (finding, *_) = verify_historian(path, sealed, ["done"]).findings
    assert finding.what == "cannot be read: file is not a database"


@pytest.mark.parametrize("cut", [1, 100, 4096, 5000])
def test_a_file_that_was_cut_off_is_found(path: Path, sealed: Sealed, cut: int) -> None:
    path.write_bytes(path.read_bytes()[:-cut])
    findings = verify_historian(path, sealed, ["done"]).findings
    assert f"its last {cut} bytes are missing" in " ".join(finding.what for finding in findings)


def test_a_file_that_its_log_still_extends_is_not_cut_off(logged: Path, sealed: Sealed) -> None:
    assert verify_historian(logged, sealed, ["done"]).ok
