"""The ledger as its users meet it: append, commit, read, one writer, no way to change or forget."""

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeostat.errors import LedgerError
from homeostat.ledger import Event, Ledger, SiteKey, read_heads
from homeostat.ledger.catalogue import BatchStarted
from homeostat.ledger.chain import GENESIS
from homeostat.ledger.merkle import root

from .conftest import COMMITS, Place, counting_clock, event

TOTAL = sum(COMMITS)


def test_events_come_back_in_order(written: Place) -> None:
    with written.reader() as ledger:
        assert [recorded.event for recorded in ledger.events()] == [event(n) for n in range(1, TOTAL + 1)]
        assert [recorded.seq for recorded in ledger.events()] == list(range(1, TOTAL + 1))
        assert ledger.size == TOTAL


def test_events_are_chosen_by_batch_type_and_place(written: Place) -> None:
    everything = [event(n) for n in range(1, TOTAL + 1)]
    with written.reader() as ledger:
        assert [r.event for r in ledger.events(batch="B0002")] == everything[1::2]
        assert [r.event for r in ledger.events(types={"alarm.raised"})] == everything[1::3]
        chosen = ledger.events(batch="B0001", types=["alarm.raised", "batch.started"], after=4)
        assert [r.event.id for r in chosen] == [
            e.id for e in everything[4:] if e.batch == "B0001" and e.type != "phase.started"
        ]
        assert list(ledger.events(types=[])) == list(ledger.events(batch="B0009")) == []


def test_more_than_one_page_is_read(place: Place) -> None:
    with place.open() as ledger:
        for number in range(1, 2501):
            ledger.append(event(number))
        ledger.commit()
        assert [recorded.seq for recorded in ledger.events()] == list(range(1, 2501))
        assert [recorded.seq for recorded in ledger.events(after=999)] == list(range(1000, 2501))


def test_hashes_alone_are_read_up_to_a_size(written: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with written.open() as ledger:
        whole = [one.hash for one in ledger.events()]
        for page in (1, 2, 50_000):
            monkeypatch.setattr("homeostat.ledger.database._PAGE", page)
            assert [ledger.hashes(size) for size in range(len(whole) + 2)] == [
                whole[:size] for size in range(len(whole) + 2)
            ]


def test_batches_that_were_started_are_listed_by_their_first_event(place: Place) -> None:
    def begun(number: int, batch: str) -> Event:
        return replace(event(number, batch=batch), type=BatchStarted.type)

    with place.open() as ledger:
        site_event = replace(event(1), id="S/1", batch="")
        named = replace(event(9, batch="B0003"), type="deviation.opened")
        for one in (site_event, event(2), begun(4, "A0001"), named, begun(6, "B0002"), begun(7, "B0001")):
            ledger.append(one)
        ledger.commit()
        assert ledger.batches() == ["B0002", "A0001", "B0001"]


def test_the_chain_is_sha256_over_whole_rows(written: Place) -> None:
    """Recomputed here from the description alone: 0x00, previous hash, then id, batch, type and body by line."""
    previous = GENESIS
    with closing(sqlite3.connect(written.path)) as raw:
        for id, batch, kind, body, stored in raw.execute(
            "SELECT id, batch, type, body, hash FROM event ORDER BY seq"
        ):
            text = f"{id}\n{batch}\n{kind}\n{body}"
            previous = hashlib.sha256(b"\x00" + previous + text.encode()).digest()
            assert stored == previous
            assert json.loads(body)["id"] == id


def test_every_commit_is_signed(written: Place) -> None:
    heads = read_heads(written.heads)
    with written.reader() as ledger:
        hashes = [recorded.hash for recorded in ledger.events()]
        assert ledger.head == heads[-1]
    assert [head.size - head.previous for head in heads] == list(COMMITS)
    for head in heads:
        assert head.signed_by(written.key.public)
        assert (head.root, head.chain) == (root(hashes[: head.size]), hashes[head.size - 1])


def test_the_same_events_give_the_same_bytes(place: Place, written: Place) -> None:
    with place.open() as ledger:
        for number in range(1, TOTAL + 1):
            ledger.append(event(number))
            if number in (3, 4, 9, 17, 20):
                ledger.commit()
    assert place.heads.read_bytes() == written.heads.read_bytes()


def test_only_wall_clock_stamps_differ_between_runs(place: Place, written: Place) -> None:
    late = counting_clock()
    stamps = [late() for _ in range(1000)]
    with place.open(lambda: late().replace("2026", "2031")) as ledger:
        for number in range(1, TOTAL + 1):
            ledger.append(event(number))
        ledger.commit()
        with written.reader() as first:
            for old, new in zip(first.events(), ledger.events(), strict=True):
                same = {"recorded": ""}
                assert json.loads(old.body) | same == json.loads(new.body) | same
                assert old.recorded in stamps
                assert new.recorded.startswith("2031")


def test_nothing_is_kept_before_commit(place: Place) -> None:
    with place.open() as ledger:
        ledger.append(event(1))
        assert (ledger.size, list(ledger.events()), ledger.head) == (0, [], None)
        assert event(1).id in ledger
    with place.open() as ledger:
        assert event(1).id not in ledger
        assert ledger.commit() is None


def test_an_id_is_taken_once(written: Place) -> None:
    with written.open() as ledger:
        with pytest.raises(LedgerError, match="event B0001/000001/00: an event of this id"):
            ledger.append(event(1))
        ledger.append(event(21))
        with pytest.raises(LedgerError, match="already"):
            ledger.append(event(21))
        assert ledger.commit() is not None
        with pytest.raises(LedgerError, match="already"):
            ledger.append(event(21))
        assert ledger.size == TOTAL + 1
    assert written.verify().ok


def test_a_refused_event_leaves_no_trace(place: Place) -> None:
    with place.open() as ledger:
        ledger.append(event(1))
        with pytest.raises(LedgerError, match="event B0002/000002/00"):
            ledger.append(replace(event(2), data={"value": float("nan")}))
        ledger.append(event(3))
        ledger.commit()
        assert [recorded.event for recorded in ledger.events()] == [event(1), event(3)]
    assert place.verify().ok


@pytest.mark.parametrize("wrong", [event(1), replace(event(21), data={"text": "\ud800"})])
def test_a_refused_event_leaves_the_ledger_to_be_read_as_it_is(written: Place, wrong: Event) -> None:
    """Else the writer would go on to see, and to judge by, the ledger of the moment of the refusal."""
    with written.open() as ledger, written.open() as other:
        with pytest.raises(LedgerError):
            ledger.append(wrong)
        other.append(event(22))
        other.commit()
        assert ledger.size == TOTAL + 1


def test_dropped_events_leave_the_ledger_to_be_read_as_it_is(written: Place) -> None:
    with written.open() as ledger, written.open() as other:
        ledger.append(event(21))
        ledger.drop()
        other.append(event(22))
        other.commit()
        assert ledger.size == TOTAL + 1


def test_writing_goes_on_after_reopening(written: Place) -> None:
    for number in range(21, 26):
        with written.open() as ledger:
            ledger.append(event(number))
            ledger.commit()
    check = written.verify()
    assert (check.events, check.heads, check.exported, check.findings) == (25, 10, 10, ())


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(commits=st.lists(st.integers(0, 12), max_size=8), reopen=st.booleans())
def test_any_grouping_gives_a_sound_ledger(
    tmp_path_factory: pytest.TempPathFactory, key: SiteKey, commits: list[int], reopen: bool
) -> None:
    place = Place(tmp_path_factory.mktemp("site"), key)
    ledger, number = place.open(), 0
    for size in commits:
        for _ in range(size):
            number += 1
            ledger.append(event(number))
        assert (ledger.commit() is None) == (size == 0)
        if reopen:
            ledger.close()
            ledger = place.open()
    ledger.close()
    check = place.verify()
    assert (check.events, check.heads, check.ok) == (number, sum(size > 0 for size in commits), True)


@pytest.mark.usefixtures("lasting_disk")
def test_commits_are_durable_by_setting(place: Place) -> None:
    with place.open() as ledger:
        connection = ledger._connection
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET body = '{}' WHERE seq = 3",
        "UPDATE event SET seq = 99 WHERE seq = 20",
        "DELETE FROM event WHERE seq = 20",
        "DELETE FROM event",
        "REPLACE INTO event SELECT seq, id, batch, type, '{}', hash FROM event WHERE seq = 3",
        "INSERT OR REPLACE INTO event SELECT 21, id, batch, type, body, hash FROM event WHERE seq = 3",
        "INSERT OR IGNORE INTO event SELECT 3, 'x', batch, type, body, hash FROM event WHERE seq = 3",
        "INSERT INTO event SELECT seq, id, batch, type, '{}', hash FROM event WHERE seq = 3"
        " ON CONFLICT DO UPDATE SET body = '{}'",
        "INSERT INTO event SELECT 22, 'x', batch, type, body, hash FROM event WHERE seq = 3",
        "INSERT INTO event (id, batch, type, body, hash) VALUES ('x', '', 't', '{}', x'00')",
        "UPDATE head SET recorded = ''",
        "DELETE FROM head WHERE size = 20",
        "REPLACE INTO head SELECT size, previous, root, chain, '', key, signature FROM head WHERE size = 9",
        "INSERT INTO head SELECT 5, previous, root, chain, '', key, signature FROM head WHERE size = 9",
    ],
)
def test_the_tables_refuse_to_change_or_forget(written: Place, statement: str) -> None:
    with closing(sqlite3.connect(written.path)) as raw:
        with pytest.raises(sqlite3.IntegrityError, match="only appends"):
            raw.execute(statement)
        raw.commit()
    assert written.verify().ok


def test_a_reader_cannot_write(written: Place) -> None:
    with written.reader() as ledger:
        with pytest.raises(LedgerError, match="read only"):
            ledger.append(event(21))
        with pytest.raises(LedgerError, match="read only"):
            ledger.commit()
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            ledger._connection.execute("DELETE FROM head")


def test_readers_see_commits_of_a_live_writer(written: Place) -> None:
    with written.open() as writer, written.reader() as reader:
        writer.append(event(21))
        assert reader.size == TOTAL
        writer.commit()
        assert reader.size == TOTAL + 1
        assert reader.head == writer.head
        assert written.verify().ok


def test_writers_take_in_what_the_other_has_committed(written: Place) -> None:
    with written.open() as first, written.open() as second:
        for number in range(21, 31, 2):
            first.append(event(number))
            second.append(event(number + 1))
            first.commit()
            second.commit()
        assert first.size == second.size == TOTAL + 10
    check = written.verify()
    assert (check.events, check.ok, check.findings) == (TOTAL + 10, True, ())


def test_of_two_writers_with_one_id_the_second_is_told_and_can_go_on(written: Place) -> None:
    with written.open() as first, written.open() as second:
        first.append(event(21))
        second.append(event(21))
        first.commit()
        for _ in range(2):
            with pytest.raises(LedgerError, match="of this id is in the ledger already"):
                second.commit()
        second.drop()
        second.append(event(22))
        second.commit()
    assert (written.verify().events, written.verify().ok) == (TOTAL + 2, True)


def test_a_writer_signs_nothing_that_another_has_added_without_the_key(written: Place) -> None:
    with written.open() as ledger, closing(sqlite3.connect(written.path, isolation_level=None)) as other:
        other.execute(
            "INSERT INTO event SELECT seq + 1, 'forged', batch, type, body, hash FROM event WHERE seq = ?",
            (TOTAL,),
        )
        ledger.append(event(21))
        for _ in range(2):
            with pytest.raises(LedgerError, match="not those last signed"):
                ledger.commit()


def test_a_commit_that_cannot_get_the_lock_can_be_repeated(
    written: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homeostat.ledger.database.BUSY_SECONDS", 0.01)
    with written.open() as ledger, closing(sqlite3.connect(written.path, isolation_level=None)) as other:
        ledger.append(event(21))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="locked") as refusal:
            ledger.commit()
        assert "another process" in refusal.value.mend
        other.execute("ROLLBACK")
        assert ledger.commit() is not None
    assert (written.verify().events, written.verify().ok) == (TOTAL + 1, True)


def test_an_export_that_failed_is_made_up_for_by_the_next_commit(written: Place) -> None:
    aside = written.heads.with_name("aside")
    with written.open() as ledger:
        written.heads.rename(aside)
        written.heads.mkdir()
        ledger.append(event(21))
        with pytest.raises(LedgerError, match="the events are safe"):
            ledger.commit()
        assert ledger.size == TOTAL + 1
        written.heads.rmdir()
        aside.rename(written.heads)
        assert ledger.commit() is None
        assert read_heads(written.heads)[-1] == ledger.head
    assert written.verify().ok


def test_there_must_be_a_ledger_to_read(place: Place) -> None:
    with pytest.raises(LedgerError, match="there is no ledger here"):
        place.reader()
    assert not place.path.exists()


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be one" * 40, b"SQLite"])
def test_a_file_that_is_no_database(place: Place, content: bytes) -> None:
    place.heads.parent.mkdir()
    place.heads.touch()
    place.path.write_bytes(content)
    for opening in (place.open, place.reader):
        with pytest.raises(LedgerError, match="not a database"):
            opening()


def test_a_database_of_another_make(place: Place) -> None:
    place.heads.parent.mkdir()
    place.heads.touch()
    with closing(sqlite3.connect(place.path)) as raw:
        raw.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY)")
    for opening in (place.open, place.reader):
        with pytest.raises(LedgerError, match="not a ledger"):
            opening()


def test_a_ledger_without_its_triggers_is_not_written(written: Place) -> None:
    with closing(sqlite3.connect(written.path)) as raw:
        raw.execute("DROP TRIGGER event_delete")
    with pytest.raises(LedgerError, match="the append-only triggers are missing: event_delete"):
        written.open()


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM event WHERE seq = 20", "DELETE FROM head WHERE size = 20", "UPDATE event SET hash = x'00'"],
)
def test_a_ledger_that_is_not_what_was_signed_is_not_continued(written: Place, statement: str) -> None:
    written.tamper(statement)
    with pytest.raises(LedgerError, match="not those last signed") as refusal:
        written.open()
    assert "homeostat verify" in refusal.value.mend


def test_a_ledger_of_another_site_is_not_continued(written: Place, tmp_path: Path) -> None:
    other = replace(written, key=SiteKey.create(tmp_path / "other"))
    with pytest.raises(LedgerError, match="not signed with this site's key"):
        other.open()


def test_a_ledger_shorter_than_its_export_is_not_continued(written: Place) -> None:
    written.tamper("DELETE FROM event WHERE seq > 17", "DELETE FROM head WHERE size > 17")
    with pytest.raises(LedgerError, match="the last exported head is not in the ledger"):
        written.open()


def test_exported_heads_without_their_ledger_are_an_alarm(written: Place) -> None:
    written.path.unlink()
    with pytest.raises(LedgerError, match="their ledger is missing"):
        written.open()
    assert not written.path.exists()


def test_a_ledger_without_its_exported_heads_is_not_continued(written: Place) -> None:
    written.heads.unlink()
    with pytest.raises(LedgerError, match="exported heads cannot be read") as refusal:
        written.open()
    assert "empty file" in refusal.value.mend


def test_a_folder_that_does_not_exist(tmp_path: Path, key: SiteKey) -> None:
    with pytest.raises(LedgerError, match="cannot be used"):
        Ledger.open(
            tmp_path / "none" / "ledger.db", key=key, heads=tmp_path / "heads.jsonl", clock=counting_clock()
        )
