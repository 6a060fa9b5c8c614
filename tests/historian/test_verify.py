"""The tamper drill: whatever is changed in a historian file, verification says what and where."""

import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from tests.marks import in_drills

from homeostat.historian import Finding, Historian, HistorianCheck, Series, TagSpec, verify_historian
from homeostat.historian.schema import OBJECTS

Sealed = Mapping[tuple[str, str, int], str]
Noted = tuple[int, str]
BLOCK = 600 * 60_000_000
TRIGGERS = {name: sql for name, sql in OBJECTS.items() if sql.startswith("CREATE TRIGGER")}


@pytest.fixture
def sealed(path: Path, record: Callable[..., dict[tuple[str, str, int], str]], gappy: Series) -> Sealed:
    """Two batches: `done` has ended, with a series beside the scan; `live` still runs and has hot rows."""
    with Historian.open(path) as historian:
        digests = record(historian, "done", 700, finish=True)
        for digest in historian.append_series("done", TagSpec("assay", "1", 0.001), gappy):
            digests[digest.batch, digest.tag, digest.start] = digest.sha256
        return digests | record(historian, "live", 700, finish=False)


@pytest.fixture
def intruder(path: Path, sealed: Sealed) -> Iterator[sqlite3.Connection]:
    """A connection of someone who has taken the triggers away; `check` puts them back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for name in TRIGGERS:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection


def check(path: Path, sealed: Sealed, connection: sqlite3.Connection | None = None) -> HistorianCheck:
    """Verify as `homeostat verify` does, after the intruder has put the triggers back."""
    if connection is not None:
        for sql in TRIGGERS.values():
            connection.execute(sql)
    return verify_historian(path, sealed, ["done"])


def said(outcome: HistorianCheck, where: str, what: str) -> bool:
    return any(where in finding.where and what in finding.what for finding in outcome.findings)


def test_an_untouched_historian_has_no_findings(path: Path, sealed: Sealed) -> None:
    outcome = check(path, sealed)
    assert outcome == HistorianCheck(chunks=2 * 3 + 5 + 3, rows=100, findings=())
    assert outcome.ok


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("batch", "'live'"), ("tag", "'zinc'"), ("start", "start + 1"), ('"end"', '"end" + 1'), ("count", "599"),
        ("usable", "usable - 1"), ("low", "low - 1e-9"), ("high", "NULL"), ("total", "total * 1.0000000000000002"),
        ("codec", "'1.step.q1.bits'"), ("data", "substr(data, 2)"), ("data", "zeroblob(length(data))"),
        ("count", "'many'"), ("start", "x'00'"), ("codec", "cast(x'ff' AS TEXT)"), ("data", "'text'"),
    ],
)  # fmt: skip
def test_a_change_in_any_column_of_a_chunk_is_found(
    path: Path, sealed: Sealed, intruder: sqlite3.Connection, column: str, value: str
) -> None:
    intruder.execute(
        f"UPDATE chunk SET {column} = {value} WHERE batch = 'done' AND tag = 'pH' AND start = {BLOCK}"
    )
    outcome = check(path, sealed, intruder)
    assert said(outcome, "tag ", "")
    assert not outcome.ok


@pytest.mark.parametrize(
    ("column", "value"),
    [("name", "'Ph'"), ("unit", "'2'"), ("resolution", "0.002"), ("resolution", "NULL"), ("position", "7"),
     ("scanned", "0"), ("batch", "'other'"), ("resolution", "'x'"), ("name", "x'ff'"), ("scanned", "2")],
)  # fmt: skip
@pytest.mark.parametrize("batch", ["done", "live"])
def test_a_change_in_any_column_of_a_tag_is_found(
    path: Path, sealed: Sealed, intruder: sqlite3.Connection, batch: str, column: str, value: str
) -> None:
    intruder.execute(f"UPDATE tag SET {column} = {value} WHERE batch = '{batch}' AND name = 'pH'")
    assert said(check(path, sealed, intruder), f"batch {batch}", "")


@pytest.mark.parametrize(
    ("column", "value"),
    [("batch", "'done'"), ("time", "time + 1"), ('"row"', 'substr("row", 2)'), ("digest", "zeroblob(32)"),
     ('"row"', 'zeroblob(27)'), ("time", "'noon'"), ("digest", "NULL || 'x'"), ("digest", "'text'")],
)  # fmt: skip
def test_a_change_in_any_column_of_a_hot_row_is_found(
    path: Path, sealed: Sealed, intruder: sqlite3.Connection, column: str, value: str
) -> None:
    sql = f"UPDATE OR IGNORE hot SET {column} = {value} WHERE time = {BLOCK + 60_000_000}"
    if intruder.execute(sql).rowcount:
        assert not check(path, sealed, intruder).ok


@pytest.mark.parametrize("time", [BLOCK, BLOCK + 60_000_000])
def test_a_lost_hot_row_is_found(path: Path, sealed: Sealed, intruder: sqlite3.Connection, time: int) -> None:
    intruder.execute(f"DELETE FROM hot WHERE time = {time}")
    assert said(check(path, sealed, intruder), f"hot row {time // 60_000_000} at {time + 60_000_000}", "lost")


def test_swapped_hot_rows_are_found(path: Path, sealed: Sealed, intruder: sqlite3.Connection) -> None:
    first, second = intruder.execute('SELECT "row", digest FROM hot ORDER BY time LIMIT 2').fetchall()
    for time, contents in ((BLOCK, second), (BLOCK + 60_000_000, first)):
        intruder.execute('UPDATE hot SET "row" = ?, digest = ? WHERE time = ?', (*contents, time))
    assert said(check(path, sealed, intruder), f"hot row 600 at {BLOCK}", "changed")


def test_a_hot_tail_is_held_by_the_head_in_the_ledger(
    path: Path, sealed: Sealed, intruder: sqlite3.Connection
) -> None:
    with Historian.open(path) as historian:
        recorder = historian.recorder("live", historian.tags("live"))
        heads = {"live": (recorder.rows, recorder.head), "done": (650, "00" * 32)}
        assert check(path, sealed, intruder).ok
        recorder.append(700 * 60_000_000, [1.0, 2.0, 3.0], bytes(3))
        recorder.flush(durable=False)
        later = {"live": (recorder.rows, recorder.head)}
    assert verify_historian(path, sealed, ["done"], heads).ok
    assert verify_historian(path, sealed, ["done"], heads | later).ok
    assert said(
        verify_historian(path, sealed, ["done"], {"live": (700, later["live"][1])}), "row 699", "not the one"
    )
    intruder.execute(f"DELETE FROM hot WHERE time = {700 * 60_000_000}")
    assert check(path, sealed).ok
    cut = verify_historian(path, sealed, ["done"], later)
    assert cut.findings == (Finding("batch live", "the ledger knows of 701 rows, but there are 700"),)


def extended(path: Path, minutes: range, *, seal: bool = False, low: float = 0.0) -> Noted:
    """Record more minutes of `live`; the rows and the head before anything is sealed, as the ledger notes them."""
    with Historian.open(path) as historian:
        recorder = historian.recorder("live", historian.tags("live"))
        for minute in minutes:
            recorder.append(minute * 60_000_000, [low + minute / 7, np.nan, -0.0], bytes([0, 5, 1]))
        recorder.flush(durable=True)
        noted = (recorder.rows, recorder.head)
        if seal:
            recorder.seal(all=True)
        return noted


def digests(path: Path) -> dict[tuple[str, str, int], str]:
    """The digests of all chunks in the file, as a ledger that has caught up holds them."""
    with Historian.open(path, readonly=True) as historian:
        found = [digest for batch in historian.batches() for digest in historian.digests(batch)]
    return {(digest.batch, digest.tag, digest.start): digest.sha256 for digest in found}


@pytest.mark.parametrize("end", [701, 1200, 1201, 1900])
@pytest.mark.parametrize("rest", [False, True])
def test_a_noted_head_holds_whatever_is_recorded_and_sealed_later(
    path: Path, sealed: Sealed, end: int, rest: bool
) -> None:
    """At any end, with blocks cut at any row, before and after the ledger has taken the digests in."""
    noted = [extended(path, range(700, 701), seal=rest)]
    for minute in range(701, end, 250):
        noted.append(extended(path, range(minute, min(minute + 250, end))))
        with Historian.open(path) as historian:
            historian.recorder("live", historian.tags("live")).seal()
        for ledger in (digests(path), without_last(digests(path))):
            for head in noted:
                assert verify_historian(path, ledger, ["done"], {"live": head}).findings == ()


def without_last(ledger: Sealed) -> Sealed:
    """The ledger before it took in the digests of the last block of `live`."""
    last = max(start for batch, _, start in ledger if batch == "live")
    return {key: sha for key, sha in ledger.items() if key[0] != "live" or key[2] != last}


def test_a_noted_head_is_missed_when_its_row_is_gone(path: Path, sealed: Sealed) -> None:
    """Cut below the noted row, and recorded anew by an honest recorder: long enough, and yet found."""
    rows, head = extended(path, range(700, 1000))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"DELETE FROM hot WHERE time >= {900 * 60_000_000}")
    assert check(path, sealed).ok
    cut = verify_historian(path, sealed, ["done"], {"live": (rows, head)})
    assert cut.findings == (Finding("batch live", "the ledger knows of 1000 rows, but there are 900"),)
    extended(path, range(900, 1100), low=1.0)
    other = Finding("batch live, row 999", "the row is not the one the ledger knows")
    assert verify_historian(path, sealed, ["done"], {"live": (rows, head)}).findings == (other,)
    extended(path, range(1100, 1150), seal=True)
    assert check(path, sealed).ok
    assert verify_historian(path, sealed, ["done"], {"live": (rows, head)}).findings == (other,)
    assert verify_historian(path, digests(path), ["done"], {"live": (rows, head)}).ok


def test_a_sealed_block_is_held_by_its_digests_even_under_a_noted_head(
    path: Path, sealed: Sealed, intruder: sqlite3.Connection
) -> None:
    noted = extended(path, range(700, 1200), seal=True)
    ledger = digests(path)
    intruder.execute(f"DELETE FROM chunk WHERE batch = 'live' AND start = {BLOCK}")
    for sql in TRIGGERS.values():
        intruder.execute(sql)
    outcome = verify_historian(path, ledger, ["done"], {"live": noted})
    assert said(outcome, f"batch live, tag pH, chunk at {BLOCK} µs", "is gone")
    assert said(outcome, "batch live", "knows of 1200 rows, but there are 600")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE chunk SET data = x'00' WHERE batch = 'live' AND tag = 'viable'",
        "DELETE FROM chunk WHERE batch = 'live' AND tag = 'viable'",
        "UPDATE chunk SET count = 7 WHERE batch = 'live' AND tag = 'viable'",
        "UPDATE hot SET digest = 'text' WHERE batch = 'live'",
        "DELETE FROM tag WHERE batch = 'live'",
    ],
)
def test_a_noted_head_over_damage_is_a_finding_and_never_an_error(
    path: Path, sealed: Sealed, intruder: sqlite3.Connection, sql: str
) -> None:
    early = {key: sha for key, sha in sealed.items() if key[0] != "live"}
    intruder.execute(sql)
    for head in ((1, "00"), (600, ""), (600, "not a digest"), (700, "ff" * 32), (0, "")):
        outcome = verify_historian(path, early, ["done"], {"live": head, "unheard of": head})
        assert said(outcome, "batch live", "")
        assert said(outcome, "batch unheard of", "knows of") == (head[0] > 0)


def test_a_head_is_empty_where_its_row_is_sealed(path: Path, sealed: Sealed) -> None:
    extended(path, range(700, 750), seal=True)
    noted = extended(path, range(750, 750))
    assert noted == (750, "")
    assert verify_historian(path, sealed, ["done"], {"live": noted}).ok
    cut = verify_historian(path, sealed, ["done"], {"live": (751, "")})
    assert said(cut, "batch live", "knows of 751 rows, but there are 750")


def test_a_deleted_chunk_is_found(path: Path, sealed: Sealed, intruder: sqlite3.Connection) -> None:
    intruder.execute("DELETE FROM chunk WHERE batch = 'done' AND tag = 'pH' AND start = 0")
    assert (
        Finding("batch done, tag pH, chunk at 0 µs", "a sealed chunk is gone")
        in check(path, sealed, intruder).findings
    )


def test_an_appended_chunk_is_found(path: Path, sealed: Sealed, intruder: sqlite3.Connection) -> None:
    intruder.execute(
        'INSERT INTO chunk SELECT batch, tag, "end" + 1, "end" + 1 + ("end" - start), count, usable, low, high, total,'
        " codec, data FROM chunk WHERE batch = 'done' AND tag = 'assay' ORDER BY start DESC LIMIT 1"
    )
    assert said(check(path, sealed, intruder), "batch done, tag assay", "never sealed")


def test_swapped_chunks_are_found(path: Path, sealed: Sealed, intruder: sqlite3.Connection) -> None:
    data = dict(
        intruder.execute("SELECT batch, data FROM chunk WHERE tag = 'viable' AND start = 0").fetchall()
    )
    intruder.execute(
        "UPDATE chunk SET data = ? WHERE batch = 'done' AND tag = 'pH' AND start = 0", (data["live"],)
    )
    assert said(
        check(path, sealed, intruder), "batch done, tag pH, chunk at 0 µs", "not what the ledger sealed"
    )


def test_a_chunk_rewritten_consistently_is_found(
    path: Path, sealed: Sealed, tmp_path: Path, gappy: Series
) -> None:
    """Decodes, and agrees with its statistics; only the ledger's digest tells."""
    value = gappy.value.copy()
    value[10] += 0.001
    with Historian.open(tmp_path / "forged.db") as forged:
        forged.append_series("done", TagSpec("assay", "1", 0.001), Series(gappy.time, value, gappy.quality))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER chunk_deleted")
        connection.execute("ATTACH ? AS forged", (str(tmp_path / "forged.db"),))
        connection.execute("DELETE FROM chunk WHERE tag = 'assay'")
        connection.execute("INSERT INTO chunk SELECT * FROM forged.chunk")
        outcome = check(path, sealed)
    assert said(outcome, "batch done, tag assay, chunk at 0 µs", "not what the ledger sealed")
    assert said(outcome, "schema", "chunk_deleted is missing")


def test_hot_rows_of_a_finished_batch_are_found(path: Path, sealed: Sealed) -> None:
    outcome = verify_historian(path, sealed, ["done", "live"])
    assert outcome.findings == (
        Finding("batch live", "a finished batch has 100 rows that were never sealed"),
    )


def test_the_last_block_of_a_running_batch_may_await_its_digest(path: Path, sealed: Sealed) -> None:
    early = {key: sha for key, sha in sealed.items() if key[0] != "live"}
    assert check(path, early).ok
    outcome = verify_historian(path, early, ["done", "live"])
    assert said(outcome, "batch live, tag pH", "never sealed")


def test_an_earlier_block_may_not(path: Path, sealed: Sealed, gappy: Series) -> None:
    with Historian.open(path) as historian:
        recorder = historian.recorder("live", historian.tags("live"))
        for minute in range(700, 1300):
            recorder.append(minute * 60_000_000, [1.0, 2.0, 3.0], bytes(3))
        recorder.seal()
    early = {key: sha for key, sha in sealed.items() if key[0] != "live"}
    outcome = check(path, early)
    assert said(outcome, "batch live, tag pH, chunk at 0 µs", "never sealed")
    assert len(outcome.findings) == 3


def test_a_tag_slipped_into_a_finished_batch_is_found(
    path: Path, sealed: Sealed, intruder: sqlite3.Connection
) -> None:
    intruder.execute("INSERT INTO tag VALUES('done', 9, 'extra', '1', NULL, 1)")
    intruder.execute("INSERT INTO tag VALUES('done', 10, 'more', '1', NULL, 0)")
    outcome = check(path, sealed, intruder)
    assert said(outcome, "batch done, tag extra", "do not match")
    assert said(outcome, "batch done, tag more", "no chunks")


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("DROP TRIGGER chunk_changed", "chunk_changed is missing"),
        ("CREATE TABLE extra(x)", "extra does not belong here"),
        ("CREATE TRIGGER zero AFTER INSERT ON hot BEGIN DELETE FROM hot; END", "zero does not belong here"),
        ("DROP TRIGGER hot_changed; CREATE TRIGGER hot_changed BEFORE UPDATE ON hot BEGIN SELECT 1; END",
         "hot_changed was changed"),
        ("DROP TABLE hot", "hot is missing"),
        ("PRAGMA user_version = 7", "user_version is 7"),
        ("PRAGMA application_id = 7", "application_id is 7"),
    ],
)  # fmt: skip
def test_a_changed_schema_is_found(path: Path, sealed: Sealed, sql: str, what: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)
    assert said(check(path, sealed), "historian.db", what)


@pytest.mark.parametrize("size", [0, 1, 99, 4096, 30_000])
def test_a_truncated_file_is_found(path: Path, sealed: Sealed, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])
    assert not check(path, sealed).ok


def test_files_that_are_gone_or_something_else_are_found(tmp_path: Path, sealed: Sealed) -> None:
    other = tmp_path / "other.db"
    assert said(check(other, sealed), "other.db", "gone")
    other.write_bytes(bytes(range(256)) * 50)
    assert said(check(other, sealed), "other.db", "not a database")
    assert said(check(tmp_path, sealed), tmp_path.name, "gone")


def contents(path: Path) -> list[object]:
    """Everything a reader can get out of the file."""
    with Historian.open(path, readonly=True) as historian:
        found: list[object] = []
        for batch in historian.batches():
            for tag in historian.tags(batch):
                series = historian.read(batch, tag.name)
                drawn = historian.overview(batch, tag.name, 3)
                found += [batch, tag, *[column.tobytes() for column in vars(series).values()]]
                found += [np.asarray(column).tobytes() for column in vars(drawn).values()]
        return found


@pytest.mark.parametrize("flips", [50, *in_drills([500])])
def test_any_flipped_byte_of_the_file_is_found_or_harmless(path: Path, sealed: Sealed, flips: int) -> None:
    """Bytes that no table uses may change unseen; then everything a reader gets is still the same."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM")  # else most bytes belong to pages that sealed rows have left
    original = path.read_bytes()
    truth = contents(path)
    rng = random.Random(5)
    unseen = 0
    for _ in range(flips):
        damaged = bytearray(original)
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        if check(path, sealed).ok:
            unseen += 1
            assert contents(path) == truth
    assert unseen < flips / 2
