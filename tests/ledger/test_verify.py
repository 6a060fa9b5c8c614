"""The tamper drill: whatever an intruder does to the files, verification says what and where.

The intruder can do anything with the database and the exported file (and drops the triggers first) but does
not hold the site's private key.
"""

import itertools
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from homeostat.ledger import PublicKey, SiteKey, verify_ledger
from homeostat.ledger.chain import link, row_bytes
from homeostat.ledger.database import SCHEMA
from homeostat.ledger.findings import CAP, Finding
from homeostat.ledger.heads import Head, read_heads, sign_head
from homeostat.ledger.merkle import root

from .conftest import COMMITS, Place, counting_clock, event

TOTAL = sum(COMMITS)
SIZES = tuple(itertools.accumulate(COMMITS))


def name(number: int) -> str:
    return f"event {number} ({event(number).id})"


def flip(value: bytes, position: int) -> bytes:
    changed = bytearray(value)
    changed[position] ^= 1
    return bytes(changed)


def rehash(place: Place, first: int) -> list[bytes]:
    """Recompute all hashes from event `first` on, as a forger would; returns every hash."""
    with closing(sqlite3.connect(place.path)) as raw:
        rows = raw.execute("SELECT id, batch, type, body, hash FROM event ORDER BY seq").fetchall()
    hashes = [row[4] for row in rows[: first - 1]]
    for number, row in enumerate(rows[first - 1 :], start=first):
        hashes.append(link(hashes[-1], row_bytes(*row[:4])))
        place.tamper("UPDATE event SET hash = ? WHERE seq = ?", values=(hashes[-1], number))
    return hashes


def test_a_ledger_as_written_is_found_sound(written: Place) -> None:
    check = written.verify()
    assert check.ok
    assert (check.events, check.heads, check.exported, check.findings) == (
        TOTAL,
        len(COMMITS),
        len(COMMITS),
        (),
    )


def test_an_empty_ledger_is_sound(place: Place) -> None:
    place.open().close()
    assert (place.verify().ok, place.verify().events) == (True, 0)


@pytest.mark.parametrize("seq", [1, 2, 4, 11, TOTAL])
@pytest.mark.parametrize("column", ["body", "hash"])
@pytest.mark.parametrize("place_in_value", [0, 5, 31, -1])
def test_a_flipped_byte_is_found_in_its_event_alone(
    written: Place, seq: int, column: str, place_in_value: int
) -> None:
    with closing(sqlite3.connect(written.path)) as raw:
        query = f"SELECT CAST({column} AS BLOB) FROM event WHERE seq = ?"
        (value,) = raw.execute(query, (seq,)).fetchone()
    kind = "TEXT" if column == "body" else "BLOB"
    statement = f"UPDATE event SET {column} = CAST(? AS {kind}) WHERE seq = ?"
    written.tamper(statement, values=(flip(value, place_in_value), seq))
    findings = written.verify().findings
    assert findings[0] == Finding(name(seq), "its bytes do not match its hash")
    assert not any(finding.where.startswith("event") for finding in findings[1:])


@pytest.mark.parametrize("column", ["id", "batch", "type"])
@pytest.mark.parametrize("seq", [1, 7, TOTAL])
def test_an_index_column_that_differs_from_the_body_is_found(written: Place, column: str, seq: int) -> None:
    written.tamper(f"UPDATE event SET {column} = 'other' WHERE seq = {seq}")
    findings = written.verify().findings
    assert findings == (
        Finding(
            f"event {seq} ({'other' if column == 'id' else event(seq).id})",
            f"its {column} column differs from its signed bytes",
        ),
    )


def test_text_moved_from_one_column_to_the_next_is_found(written: Place) -> None:
    written.tamper("UPDATE event SET id = id || char(10) || batch, batch = type, type = '' WHERE seq = 5")
    assert written.verify().findings[0].where.startswith("event 5 (")


@pytest.mark.parametrize(("old", "new"), [(1, 0), (1, -3), (5, 100), (TOTAL, TOTAL + 1)])
def test_a_moved_event_is_found(written: Place, old: int, new: int) -> None:
    written.tamper(f"UPDATE event SET seq = {new} WHERE seq = {old}")
    where = {finding.where for finding in written.verify().findings}
    assert where & {f"event {old}", f"event {new} ({event(old).id})"}


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 3), (7, 7), (8, 12)])
def test_deleted_events_are_named(written: Place, first: int, last: int) -> None:
    written.tamper(f"DELETE FROM event WHERE seq BETWEEN {first} AND {last}")
    missing = f"event {first}" + (f" to {last}" if last > first else "")
    assert written.verify().findings == (Finding(missing, "missing: removed from the ledger"),)


@pytest.mark.parametrize("kept", [0, 2, 17, TOTAL - 1])
def test_an_end_that_was_cut_off_is_found(written: Place, kept: int) -> None:
    written.tamper(f"DELETE FROM event WHERE seq > {kept}")
    assert f"but the ledger holds only {kept}: events were removed" in written.words()


@pytest.mark.parametrize("kept", [0, *SIZES[:-1]])
def test_an_end_that_was_cut_off_with_its_heads_is_found(written: Place, kept: int) -> None:
    written.tamper(f"DELETE FROM event WHERE seq > {kept}", f"DELETE FROM head WHERE size > {kept}")
    first = SIZES.index(kept) + 2 if kept else 1
    assert written.verify().findings[0] == Finding(
        f"heads.jsonl line {first}",
        f"it signs {SIZES[first - 1]} events, but the ledger holds only {kept}: events were removed",
    )


def test_swapped_events_are_found(written: Place) -> None:
    written.tamper(
        "UPDATE event SET seq = -1 WHERE seq = 6",
        "UPDATE event SET seq = 6 WHERE seq = 12",
        "UPDATE event SET seq = 12 WHERE seq = -1",
    )
    assert written.verify().findings[0] == Finding(
        f"event 6 ({event(12).id})", "its bytes do not match its hash"
    )


def test_an_appended_event_with_a_right_hash_is_found(written: Place) -> None:
    with closing(sqlite3.connect(written.path)) as raw:
        for number in (21, 22):
            raw.execute(
                "INSERT INTO event SELECT ?, ?, batch, type, body, zeroblob(32) FROM event WHERE seq = 3",
                (number, f"forged/{number}"),
            )
        raw.commit()
    rehash(written, 21)
    assert written.verify().findings == (
        Finding(
            "event 21 (forged/21)",
            "no signed head covers it, nor the 1 after it: added without the site's key",
        ),
    )


def test_a_rewritten_tail_with_all_hashes_recomputed_is_found(written: Place) -> None:
    """The chain alone verifies again; the signed heads do not."""
    written.tamper("UPDATE event SET body = replace(body, '38', '39') WHERE seq = 10")
    rehash(written, 10)
    findings = written.verify().findings
    assert findings[0].where == "head of 17 events"
    assert "the first 17 events are not those it signs" in findings[0].what


@pytest.mark.parametrize("field", ["id", "batch", "type"])
def test_a_body_that_calls_itself_by_half_a_sign_is_found(written: Place, field: str) -> None:
    written.tamper(
        f"""UPDATE event SET body = replace(body, '"{field}":"', '"{field}":"\\ud800') WHERE seq = 10"""
    )
    (found,) = written.verify().findings
    assert "event 10" in found.where
    assert found.what == "its bytes do not match its hash"


def test_a_rewritten_tail_with_rewritten_heads_is_found(written: Place) -> None:
    written.tamper("UPDATE event SET body = replace(body, '38', '39') WHERE seq = 10")
    hashes = rehash(written, 10)
    for size in SIZES[3:]:
        forged = (root(hashes[:size]), hashes[size - 1], size)
        written.tamper("UPDATE head SET root = ?, chain = ? WHERE size = ?", values=forged)
    words = written.words()
    assert "head of 17 events: its signature is not the site's" in words
    assert "heads.jsonl line 4: the first 17 events are not those it signs" in words


def test_a_rewritten_tail_signed_with_another_key_is_found(written: Place, tmp_path: Path) -> None:
    forger = SiteKey.create(tmp_path / "forger")
    written.tamper("UPDATE event SET body = replace(body, '38', '39') WHERE seq = 19")
    hashes = rehash(written, 19)
    head = sign_head(
        forger,
        after=read_heads(written.heads)[-2],
        size=20,
        root=root(hashes),
        chain=hashes[-1],
        recorded="2026-11-20T08:00:00+00:00",
    )
    written.tamper(
        "UPDATE head SET root = ?, chain = ?, key = ?, signature = ?, recorded = ? WHERE size = 20",
        values=(head.root, head.chain, head.key, head.before + head.signature, head.recorded),
    )
    lines = written.heads.read_bytes().splitlines(keepends=True)
    written.heads.write_bytes(b"".join(lines[:-1]) + head.line())
    assert written.verify().findings == (
        Finding(
            "head of 20 events",
            f"it names another signing key ({forger.fingerprint[:16]}…, the site's is {written.key.fingerprint[:16]}…)",
        ),
    )


@pytest.mark.parametrize("column", ["size", "previous", "root", "chain", "recorded", "key", "signature"])
@pytest.mark.parametrize("size", [SIZES[0], SIZES[2], SIZES[-1]])
def test_a_changed_head_is_found(written: Place, column: str, size: int) -> None:
    number = column in {"size", "previous"}
    value = f"{column} - 1" if number else f"{'1' if column in {'recorded', 'key'} else 'zeroblob(32)'}"
    written.tamper(f"UPDATE head SET {column} = {value} WHERE size = {size}")
    place = size - 1 if column == "size" else size
    assert any(finding.where == f"head of {place} events" for finding in written.verify().findings)


@pytest.mark.parametrize("size", SIZES)
def test_a_removed_head_is_found_though_its_line_was_removed_too(written: Place, size: int) -> None:
    written.tamper(f"DELETE FROM head WHERE size = {size}")
    lines = written.heads.read_bytes().splitlines(keepends=True)
    words = written.words()
    assert f"heads.jsonl line {SIZES.index(size) + 1}: the ledger lacks this signed head" in words
    del lines[SIZES.index(size)]
    written.heads.write_bytes(b"".join(lines))
    following = (
        "no signed head covers it" if size == TOTAL else f"the head of {size} events before it is not there"
    )
    assert following in written.words()


def test_a_forged_head_over_appended_events_is_found(written: Place) -> None:
    with closing(sqlite3.connect(written.path)) as raw:
        raw.execute(
            "INSERT INTO event SELECT 21, 'forged', batch, type, body, zeroblob(32) FROM event LIMIT 1"
        )
        raw.commit()
    hashes = rehash(written, 21)
    with closing(sqlite3.connect(written.path)) as raw:
        raw.execute(
            "INSERT INTO head SELECT 21, 20, ?, ?, recorded, key, signature FROM head WHERE size = 20",
            (root(hashes), hashes[-1]),
        )
        raw.commit()
    assert written.verify().findings == (
        Finding("head of 21 events", "its signature is not the site's: the head was changed or forged"),
    )


@pytest.mark.parametrize("position", [0, 3, 80, 200, 400, 700, -2, -1])
def test_a_flipped_byte_in_the_exported_file_is_found(written: Place, position: int) -> None:
    content = written.heads.read_bytes()
    written.heads.write_bytes(flip(content, position))
    line = content[: position % len(content)].count(b"\n") + 1
    assert written.verify().findings[0].where == f"heads.jsonl line {line}"


@pytest.mark.parametrize(
    ("edit", "where", "what"),
    [
        (lambda lines: lines[1:], "line 1", "lines before it are missing"),
        (lambda lines: [*lines[:2], *lines[3:]], "line 3", "lines before it are missing"),
        (lambda lines: [lines[0], *lines], "line 2", "repeated or out of order"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "line 1", "lines before it are missing"),
        (lambda lines: [*lines, b"{}\n"], "line 6", "this line is not a signed head"),
        (lambda lines: [*lines, b"{}"], "line 6", "the last line is damaged"),
        (lambda lines: [*lines[:3], b"\n", *lines[3:]], "line 4", "this line is not a signed head"),
    ],
)
def test_an_edited_export_is_found(
    written: Place, edit: Callable[[list[bytes]], list[bytes]], where: str, what: str
) -> None:
    lines = written.heads.read_bytes().splitlines(keepends=True)
    written.heads.write_bytes(b"".join(edit(lines)))
    first = written.verify().findings[0]
    assert (first.where, what in first.what) == (f"heads.jsonl {where}", True)


@pytest.mark.parametrize("cut", [1, 5, 100, 500])
def test_an_export_behind_the_ledger_is_no_finding(written: Place, cut: int) -> None:
    """A crash between commit and export leaves it so; the next writer completes it."""
    content = written.heads.read_bytes()
    written.heads.write_bytes(content[:-cut])
    assert written.verify().ok
    written.open().close()
    assert written.heads.read_bytes() == content


def test_a_missing_export_is_found(written: Place) -> None:
    written.heads.unlink()
    (finding,) = written.verify().findings
    assert finding.where == "heads.jsonl"
    assert "nothing outside the database vouches for it" in finding.what


def test_an_exported_file_of_another_site_is_found(written: Place, place: Place, tmp_path: Path) -> None:
    stranger = Place(place.folder, SiteKey.create(tmp_path / "stranger"))
    with stranger.open() as ledger:
        ledger.append(event(1))
        ledger.commit()
    written.heads.write_bytes(stranger.heads.read_bytes())
    assert "heads.jsonl line 1: it names another signing key" in written.words()


def test_a_missing_public_key_is_a_finding(written: Place) -> None:
    check = verify_ledger(written.path, public_key=None, heads=written.heads)
    assert check.findings == (Finding("public key", "missing: no signature could be checked"),)


def test_another_public_key_is_a_finding(written: Place, tmp_path: Path) -> None:
    SiteKey.create(tmp_path / "other")
    other = PublicKey.load(tmp_path / "other")
    check = verify_ledger(written.path, public_key=other, heads=written.heads)
    assert [finding.where for finding in check.findings] == [f"head of {size} events" for size in SIZES]


def test_a_missing_ledger_is_a_finding(written: Place) -> None:
    written.path.unlink()
    assert written.verify().findings == (Finding("ledger.db", "there is no ledger here"),)


@pytest.mark.parametrize("content", [b"", b"x", b"nonsense " * 1000, b"SQLite format 3\x00" + bytes(5000)])
def test_a_file_that_is_no_ledger_is_a_finding(written: Place, content: bytes) -> None:
    written.path.write_bytes(content)
    assert written.verify().findings[0].where == "ledger.db"


def test_a_directory_in_place_of_the_ledger_or_its_export(written: Place) -> None:
    written.heads.unlink()
    written.heads.mkdir()
    assert not written.verify().ok
    written.path.unlink()
    written.path.mkdir()
    assert not written.verify().ok


@pytest.mark.parametrize("trigger", [name for name in SCHEMA if "TRIGGER" in SCHEMA[name]])
def test_a_dropped_trigger_is_a_finding(written: Place, trigger: str) -> None:
    with closing(sqlite3.connect(written.path)) as raw:
        raw.execute(f"DROP TRIGGER {trigger}")
    assert written.verify().findings == (
        Finding("ledger.db", f"the append-only triggers are missing: {trigger}"),
    )


@pytest.mark.parametrize(
    ("statements", "what"),
    [
        (("DROP INDEX event_batch",), "the definition of event_batch was removed"),
        (
            (
                "DROP TRIGGER event_delete",
                "CREATE TRIGGER event_delete BEFORE DELETE ON event BEGIN SELECT 1; END",
            ),
            "the definition of event_delete was changed",
        ),
        (("CREATE TABLE notes (text TEXT)",), "notes does not belong to a ledger"),
        (
            ("CREATE TRIGGER hook AFTER INSERT ON event BEGIN DELETE FROM head; END",),
            "hook does not belong to a ledger",
        ),
        (("PRAGMA user_version = 7",), "the mark of a ledger of this version is missing"),
        (("DROP TABLE head",), "this is not a ledger: its tables are missing or of another make"),
        (("ALTER TABLE event ADD COLUMN note TEXT",), "this is not a ledger: its tables are missing"),
        (("ALTER TABLE event RENAME TO old", "CREATE VIEW event AS SELECT * FROM old"), "not a ledger"),
    ],
)
def test_a_changed_schema_is_a_finding(written: Place, statements: tuple[str, ...], what: str) -> None:
    with closing(sqlite3.connect(written.path)) as raw:
        for statement in statements:
            raw.execute(statement)
    assert what in written.verify().findings[0].what


def test_an_index_that_hides_an_event_is_found(written: Place) -> None:
    """The rows are untouched, but a reader that asks for a batch would not see all of it."""
    with closing(sqlite3.connect(written.path)) as raw:
        raw.execute("PRAGMA writable_schema = ON")
        (page,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'event_batch'").fetchone()
        (size,) = raw.execute("PRAGMA page_size").fetchone()
    content = bytearray(written.path.read_bytes())
    at = content.index(b"B0002", (page - 1) * size)
    content[at + 4] ^= 4
    written.path.write_bytes(content)
    assert "SQLite's check says" in written.words()


def test_a_live_ledger_with_a_write_ahead_log_is_verified(written: Place) -> None:
    with written.open() as ledger:
        ledger.append(event(21))
        ledger.commit()
        ledger.append(event(22))
        assert written.path.with_name("ledger.db-wal").stat().st_size > 0
        check = written.verify()
    assert (check.events, check.findings) == (21, ())


def test_many_findings_are_counted_not_listed(place: Place) -> None:
    with place.open() as ledger:
        for number in range(1, 101):
            ledger.append(event(number))
            ledger.commit()
    place.tamper("UPDATE event SET body = replace(body, 'autopilot', 'operator')")
    findings = place.verify().findings
    assert findings[0] == Finding(name(1), "its bytes do not match its hash")
    assert findings[CAP] == Finding(
        name(CAP + 1), f"and from here on, {100 - CAP} more findings of this kind"
    )
    assert len(findings) == CAP + 1


def test_a_whole_page_of_events_is_walked_in_one_go_as_one_by_one(place: Place) -> None:
    with place.open() as ledger:
        for number in range(1, 4501):
            ledger.append(event(number))
            if number in (10, 2049, 4400):
                ledger.commit()
        ledger.commit()
    assert place.verify().ok
    place.tamper("UPDATE event SET hash = zeroblob(32) WHERE seq = 2048")
    findings = place.verify().findings
    assert [finding.where for finding in findings if finding.where.startswith("event")] == [name(2048)]


def test_a_head_signed_by_the_site_but_never_stored_is_reported(written: Place) -> None:
    """A head that was exported and then removed from the database speaks from the file."""
    with written.reader() as ledger:
        last = ledger.head
    assert isinstance(last, Head)
    unsigned = replace(last, size=30)
    signed = replace(unsigned, signature=written.key.sign(unsigned.signed_bytes()))
    written.heads.write_bytes(written.heads.read_bytes() + signed.line())
    assert "line 6: it signs 30 events, but the ledger holds only 20" in written.words()


def test_the_clock_of_the_verifier_plays_no_part(written: Place) -> None:
    assert written.verify() == written.verify()
    assert counting_clock()() == counting_clock()()
