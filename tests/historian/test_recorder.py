"""Recording a batch: nothing flushed is lost, order is kept, and a batch is continued where it stopped."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from homeostat.errors import HistorianError
from homeostat.historian import Historian, TagSpec, tables
from homeostat.process.reading import Quality, Reading

Row = Callable[[int], tuple[int, list[float], bytes]]
Record = Callable[..., dict[tuple[str, str, int], str]]
Tags = tuple[TagSpec, ...]


def assert_recorded(historian: Historian, batch: str, row: Row, minutes: int) -> None:
    expected = [row(minute) for minute in range(minutes)]
    time, values, qualities = historian.matrix(batch, ["glucose", "pH", "viable"])
    np.testing.assert_array_equal(time, [line[0] for line in expected])
    np.testing.assert_array_equal(
        values.view(np.uint64), np.array([line[1] for line in expected]).view(np.uint64)
    )
    np.testing.assert_array_equal(qualities, [list(line[2]) for line in expected])


@pytest.mark.parametrize("minutes", [1, 599, 600, 601, 1750])
@pytest.mark.parametrize("finish", [True, False])
def test_all_rows_return_whether_sealed_or_hot(
    historian: Historian, record: Record, row: Row, minutes: int, finish: bool
) -> None:
    sealed = record(historian, "B1", minutes, finish=finish)
    blocks = -(-minutes // 600) if finish else minutes // 600
    assert len(sealed) == 3 * blocks
    assert_recorded(historian, "B1", row, minutes)


def test_a_missing_reading_returns_as_missing(historian: Historian, record: Record) -> None:
    record(historian, "B1", 700, finish=False)
    series = historian.read("B1", "glucose")
    gaps = np.flatnonzero(series.quality == Quality.MISSING)
    np.testing.assert_array_equal(gaps, np.arange(5, 700, 97))
    assert np.isnan(series.value[gaps]).all()


def test_buffered_rows_are_counted_but_not_read(historian: Historian, tags: Tags, row: Row) -> None:
    recorder = historian.recorder("B1", tags)
    recorder.append(*row(0))
    assert (recorder.rows, recorder.last_time) == (1, 0)
    assert historian.read("B1", "pH").time.size == 0
    recorder.flush(durable=True)
    assert historian.read("B1", "pH").time.size == 1


@pytest.mark.parametrize("kept", [0, 59, 600, 900])
def test_a_reopened_batch_continues_and_ends_the_same(
    path: Path, record: Record, tags: Tags, row: Row, kept: int
) -> None:
    with Historian.open(path) as historian:
        whole = record(historian, "whole", 1300, finish=True)
        record(historian, "B1", kept, finish=False)
    with Historian.open(path) as historian:
        recorder = historian.recorder("B1", tags)
        assert recorder.rows == kept
        assert recorder.last_time == (row(kept - 1)[0] if kept else None)
        for minute in range(kept, 1300):
            recorder.append(*row(minute))
        recorder.seal(all=True)
        assert_recorded(historian, "B1", row, 1300)
        starts = {(tag, start) for _, tag, start in whole}
        assert {(digest.tag, digest.start) for digest in historian.digests("B1")} == starts


def test_a_batch_may_go_on_after_its_rest_was_sealed(
    historian: Historian, tags: Tags, row: Row, path: Path
) -> None:
    for part in (range(250), range(250, 1000), range(1000, 1001)):
        recorder = historian.recorder("B1", tags)
        for minute in part:
            recorder.append(*row(minute))
        recorder.flush(durable=False)
        assert historian.recorder("B1", tags).rows == part.stop
        recorder.seal(all=part.stop == 250)
    assert_recorded(historian, "B1", row, 1001)
    assert {digest.count for digest in historian.digests("B1")} == {250, 600}


def test_two_recordings_of_the_same_scans_are_identical_bytes(tmp_path: Path, record: Record) -> None:
    def chunks(name: str) -> list[object]:
        with Historian.open(tmp_path / name) as historian:
            sealed = record(historian, "B1", 1300, finish=True)
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            rows = connection.execute("SELECT * FROM chunk ORDER BY tag, start").fetchall()
        return [sealed, rows]

    assert chunks("first.db") == chunks("second.db")


def test_sealed_digests_are_those_of_the_store(historian: Historian, record: Record) -> None:
    sealed = record(historian, "B1", 1300, finish=True)
    stored = {(digest.batch, digest.tag, digest.start): digest.sha256 for digest in historian.digests("B1")}
    assert stored == sealed


@pytest.mark.parametrize("time", [60_000_000, 0, -1])
def test_time_must_increase(historian: Historian, tags: Tags, row: Row, time: int) -> None:
    recorder = historian.recorder("B1", tags)
    recorder.append(*row(1))
    with pytest.raises(HistorianError, match="not later"):
        recorder.append(time, *row(2)[1:])
    assert recorder.rows == 1


@pytest.mark.parametrize(
    ("values", "qualities"),
    [
        ([1.0, 2.0], b"\0\0\0"),
        ([1.0, 2.0, 3.0], b"\0\0"),
        ([1.0, 2.0, 3.0], [0, 0, 6]),
        ([1.0, 2.0, 3.0], [0, 0, 300]),
        ([1.0, 2.0, None], [0, 0, 0]),
    ],
)
def test_a_row_that_does_not_fit_is_refused_whole(
    historian: Historian, tags: Tags, row: Row, values: list[float], qualities: list[int] | bytes
) -> None:
    recorder = historian.recorder("B1", tags)
    with pytest.raises(HistorianError):
        recorder.append(0, values, qualities)
    recorder.append(*row(0))
    recorder.flush(durable=False)
    assert_recorded(historian, "B1", row, 1)


def test_other_tags_are_refused_when_a_batch_is_continued(historian: Historian, tags: Tags) -> None:
    historian.recorder("B1", tags)
    historian.recorder("B1", tags)
    for other in (tags[:2], tags[::-1], (*tags[:2], TagSpec("viable", "1/mL"))):
        with pytest.raises(HistorianError, match="other tags"):
            historian.recorder("B1", other)


@pytest.mark.parametrize("tags", [(), (TagSpec("a", "1"), TagSpec("a", "2"))])
def test_tags_must_be_some_and_distinct(historian: Historian, tags: Tags) -> None:
    with pytest.raises(HistorianError, match="at least one tag"):
        historian.recorder("B1", tags)


def test_a_second_recorder_cannot_write_the_same_rows(historian: Historian, tags: Tags, row: Row) -> None:
    first, second = historian.recorder("B1", tags), historian.recorder("B1", tags)
    for recorder in (first, second):
        recorder.append(*row(0))
    first.flush(durable=False)
    with pytest.raises(HistorianError, match="refuses"):
        second.flush(durable=False)


def test_a_failed_flush_keeps_the_rows_for_the_next(
    historian: Historian, tags: Tags, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = historian.recorder("B1", tags)
    recorder.append(*row(0))

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch, pytest.raises(HistorianError, match="disk is full"):
        patch.setattr(tables, "insert_hot", full)
        recorder.flush(durable=True)
    recorder.append(*row(1))
    recorder.flush(durable=True)
    assert_recorded(historian, "B1", row, 2)


def test_a_block_is_sealed_wholly_or_not_at_all(
    historian: Historian, tags: Tags, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = historian.recorder("B1", tags)
    for minute in range(700):
        recorder.append(*row(minute))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(tables, "remove_hot", interrupted)
        recorder.seal()
    assert historian.digests("B1") == ()
    assert_recorded(historian, "B1", row, 700)
    assert len(recorder.seal()) == 3
    assert_recorded(historian, "B1", row, 700)


@pytest.mark.usefixtures("lasting_disk")
@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
def test_a_durable_flush_is_synchronous(
    historian: Historian, tags: Tags, row: Row, durable: bool, level: int
) -> None:
    recorder = historian.recorder("B1", tags)
    recorder.append(*row(0))
    recorder.flush(durable=durable)
    assert historian._database.query("PRAGMA synchronous") == [(level,)]
    recorder.flush(durable=True)
    assert historian._database.query("PRAGMA synchronous") == [(2,)]


@pytest.mark.usefixtures("lasting_disk")
@pytest.mark.parametrize("reader", [True, False])
def test_a_durable_flush_of_nothing_still_syncs_what_was_flushed_before(
    path: Path, historian: Historian, tags: Tags, row: Row, reader: bool
) -> None:
    """Only a frame in the write-ahead log is synced; a reader in the midst of its reading must not prevent it.

    Once that is done, nothing is left to be made durable.
    """
    log = path.with_name(path.name + "-wal")
    recorder = historian.recorder("B1", tags)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        [(page,)] = other.execute("PRAGMA page_size")
        if reader:
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM hot").fetchall()
        for number in range(3):
            recorder.append(*row(number))
            recorder.flush(durable=False)
            before = log.stat().st_size
            recorder.flush(durable=False)
            assert log.stat().st_size == before
            recorder.flush(durable=True)
            assert log.stat().st_size == before + page + 24  # one frame: its header and a page
            recorder.flush(durable=True)
            assert log.stat().st_size == before + page + 24
    assert historian._database.query("PRAGMA synchronous") == [(2,)]
    assert_recorded(historian, "B1", row, 3)


@pytest.mark.usefixtures("lasting_disk")
def test_rows_of_an_earlier_recorder_are_synced_by_the_first_durable_flush(
    path: Path, historian: Historian, tags: Tags, row: Row
) -> None:
    recorder = historian.recorder("B1", tags)
    recorder.append(*row(0))
    recorder.flush(durable=False)
    log = path.with_name(path.name + "-wal")
    before = log.stat().st_size
    historian.recorder("B1", tags).flush(durable=True)
    assert log.stat().st_size > before


def test_a_durable_flush_that_cannot_write_says_so(
    path: Path, historian: Historian, tags: Tags, row: Row
) -> None:
    recorder = historian.recorder("B1", tags)
    recorder.append(*row(0))
    recorder.flush(durable=False)
    historian._database.query("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(HistorianError, match="locked"):
            recorder.flush(durable=True)


def test_the_last_reading_is_hot_or_sealed(historian: Historian, tags: Tags, row: Row) -> None:
    recorder = historian.recorder("B1", tags)
    assert historian.last("B1", "pH") is None
    recorder.append(*row(0))
    recorder.append(*row(5))
    recorder.flush(durable=False)
    expected = Reading(row(5)[1][2], Quality.HELD, 300_000_000)
    assert historian.last("B1", "viable") == expected
    recorder.seal(all=True)
    assert historian.last("B1", "viable") == expected
    missing = historian.last("B1", "glucose")
    assert missing is not None
    assert (missing.quality, np.isnan(missing.value)) == (Quality.MISSING, True)
