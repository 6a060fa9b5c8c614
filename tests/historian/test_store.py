"""Series, ranges, names, and files that are no historian."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from homeostat.errors import HistorianError
from homeostat.historian import Historian, Series, TagSpec

Record = Callable[..., dict[tuple[str, str, int], str]]
SPEC = TagSpec("assay", "1", 0.001)


def assert_same(one: Series, other: Series) -> None:
    np.testing.assert_array_equal(one.time, other.time)
    np.testing.assert_array_equal(one.value.view(np.uint64), other.value.view(np.uint64))
    np.testing.assert_array_equal(one.quality, other.quality)


def part(series: Series, where: slice) -> Series:
    return Series(series.time[where], series.value[where], series.quality[where])


def test_an_irregular_series_returns_as_it_was(historian: Historian, gappy: Series) -> None:
    digests = historian.append_series("B1", SPEC, gappy)
    assert [digest.count for digest in digests] == [600, 600, 600, 600, 100]
    assert_same(historian.read("B1", "assay"), gappy)
    assert historian.digests("B1") == digests


def test_a_series_grows_only_at_its_end(historian: Historian, gappy: Series) -> None:
    historian.append_series("B1", SPEC, part(gappy, slice(1000)))
    historian.append_series("B1", SPEC, part(gappy, slice(1000, None)))
    assert_same(historian.read("B1", "assay"), gappy)
    with pytest.raises(HistorianError, match="has samples until"):
        historian.append_series("B1", SPEC, part(gappy, slice(2499, None)))


def test_an_empty_series_declares_nothing(historian: Historian, gappy: Series) -> None:
    assert historian.append_series("B1", SPEC, part(gappy, slice(0))) == ()
    assert historian.batches() == ()


@pytest.mark.parametrize(
    "bounds", [(None, None), (0, 0), (1_000_000, 5_000_000), (599_500_000, 1_400_000_001), (-9, 1)]
)
def test_a_range_is_half_open(
    historian: Historian, gappy: Series, bounds: tuple[int | None, int | None]
) -> None:
    historian.append_series("B1", SPEC, gappy)
    start, end = bounds
    inside = np.ones(2500, bool)
    inside &= gappy.time >= start if start is not None else True
    inside &= gappy.time < end if end is not None else True
    assert_same(historian.read("B1", "assay", start, end), part(gappy, np.flatnonzero(inside)))


def test_a_range_may_cross_from_chunks_into_hot_rows(historian: Historian, record: Record) -> None:
    record(historian, "B1", 700, finish=False)
    series = historian.read("B1", "pH", 590 * 60_000_000, 610 * 60_000_000)
    np.testing.assert_array_equal(series.time, np.arange(590, 610) * 60_000_000)


def test_a_range_that_runs_backwards_is_refused(historian: Historian, gappy: Series) -> None:
    historian.append_series("B1", SPEC, gappy)
    with pytest.raises(HistorianError, match="stretch"):
        historian.read("B1", "assay", 5, 4)


@pytest.mark.parametrize(
    ("time", "value", "quality"),
    [
        ([0, 0], [1.0, 2.0], [0, 0]),
        ([1, 0], [1.0, 2.0], [0, 0]),
        ([0, 1], [1.0], [0, 0]),
        ([0, 1], [1.0, 2.0], [0, 6]),
        ([0, 2**62], [1.0, 2.0], [0, 0]),
    ],
)
def test_a_series_that_is_no_series_is_refused(
    historian: Historian, time: list[int], value: list[float], quality: list[int]
) -> None:
    series = Series(np.array(time), np.array(value), np.array(quality, np.uint8))
    with pytest.raises(HistorianError):
        historian.append_series("B1", SPEC, series)
    assert historian.batches() == ()


def test_scanned_tags_take_no_series_and_series_keep_their_unit(
    historian: Historian, tags: tuple[TagSpec, ...], gappy: Series
) -> None:
    historian.recorder("B1", tags)
    with pytest.raises(HistorianError, match="recorded by the scan"):
        historian.append_series("B1", tags[0], gappy)
    historian.append_series("B1", SPEC, part(gappy, slice(100)))
    with pytest.raises(HistorianError, match="another unit"):
        historian.append_series("B1", TagSpec("assay", "g/L"), part(gappy, slice(100, None)))
    assert historian.tags("B1") == (*tags, SPEC)
    assert historian.recorder("B1", tags).rows == 0


def test_matrix_needs_tags_that_share_their_stamps(
    historian: Historian, record: Record, gappy: Series
) -> None:
    record(historian, "B1", 10, finish=True)
    historian.append_series("B1", SPEC, gappy)
    with pytest.raises(HistorianError, match="different time stamps"):
        historian.matrix("B1", ["pH", "assay"])
    with pytest.raises(HistorianError, match="no tags"):
        historian.matrix("B1", [])


def test_unknown_names_are_named(historian: Historian, tags: tuple[TagSpec, ...]) -> None:
    with pytest.raises(HistorianError, match="no batch 'B9'"):
        historian.tags("B9")
    for read in (historian.read, historian.overview, historian.last):
        with pytest.raises(HistorianError, match="no batch 'B9'"):
            read("B9", "pH")
    historian.recorder("B1", tags)
    with pytest.raises(HistorianError, match="known tags: glucose, pH, viable"):
        historian.read("B1", "ph")


def test_batches_are_listed_in_order(historian: Historian, tags: tuple[TagSpec, ...]) -> None:
    for batch in ("B2", "B10", "B1"):
        historian.recorder(batch, tags)
    assert historian.batches() == ("B1", "B10", "B2")


@pytest.mark.parametrize("name", ["", "a\nb", "\ud800", "\0"])
def test_names_are_printable(historian: Historian, tags: tuple[TagSpec, ...], name: str) -> None:
    with pytest.raises(HistorianError):
        TagSpec(name, "1")
    with pytest.raises(HistorianError):
        historian.recorder(name, tags)


@pytest.mark.parametrize("resolution", [0.0, -1.0, np.inf, np.nan])
def test_a_resolution_is_a_positive_number(resolution: float) -> None:
    with pytest.raises(HistorianError, match="resolution"):
        TagSpec("a", "1", resolution)


def test_a_reader_sees_what_a_writer_flushes(path: Path, record: Record) -> None:
    with Historian.open(path) as writer:
        record(writer, "B1", 10, finish=False)
        with Historian.open(path, readonly=True) as reader:
            assert reader.read("B1", "pH").time.size == 10
            record(writer, "B2", 5, finish=False)
            assert reader.batches() == ("B1", "B2")
            with pytest.raises(HistorianError, match="readonly"):
                record(reader, "B3", 1, finish=False)


def test_files_that_are_no_historian_are_refused(tmp_path: Path) -> None:
    text, other = tmp_path / "notes.txt", tmp_path / "other.db"
    text.write_text(
        "these are notes, and rather more than a hundred bytes of them, so that it is not taken for new\n"
    )
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t(x)")
    for path in (text, other, tmp_path, tmp_path / "absent" / "historian.db"):
        with pytest.raises(HistorianError):
            Historian.open(path)
    with pytest.raises(HistorianError, match="no historian"):
        Historian.open(tmp_path / "absent.db", readonly=True)
    assert not (tmp_path / "absent.db").exists()


def test_a_newer_format_is_refused(path: Path) -> None:
    Historian.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2")
    with pytest.raises(HistorianError, match="format 2"):
        Historian.open(path)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE chunk SET low = 0",
        "DELETE FROM chunk",
        "INSERT OR REPLACE INTO chunk SELECT * FROM chunk LIMIT 1",
        "UPDATE tag SET unit = 'g/L'",
        "DELETE FROM tag",
        "INSERT OR REPLACE INTO tag SELECT * FROM tag LIMIT 1",
        "UPDATE hot SET time = time + 1",
    ],
)
def test_the_file_itself_refuses_changes(path: Path, record: Record, sql: str) -> None:
    with Historian.open(path) as historian:
        record(historian, "B1", 610, finish=False)
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="never"),
    ):
        connection.execute(sql)


def test_damage_met_while_reading_is_named(path: Path, record: Record) -> None:
    with Historian.open(path) as historian:
        record(historian, "B1", 610, finish=False)
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as connection,
        Historian.open(path) as historian,
    ):
        for name in ("chunk", "hot", "tag"):
            connection.execute(f"DROP TRIGGER {name}_changed")
        connection.execute("UPDATE chunk SET data = x'00' WHERE tag = 'pH'")
        connection.execute("UPDATE chunk SET low = 'x', count = 'y' WHERE tag = 'glucose'")
        connection.execute("UPDATE hot SET \"row\" = x'00'")
        for read in (historian.read, historian.overview):
            for tag in ("pH", "glucose", "viable"):
                with pytest.raises(HistorianError, match=r"damaged|wrong kind|hold"):
                    read("B1", tag)
        with pytest.raises(HistorianError):
            historian.last("B1", "glucose")
        connection.execute("UPDATE tag SET resolution = 'fine'")
        with pytest.raises(HistorianError, match="declaration"):
            historian.tags("B1")
