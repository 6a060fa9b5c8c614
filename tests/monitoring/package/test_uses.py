"""The record of uses: it counts, and shows whatever was changed in it."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from homeostat.errors import MonitoringError
from homeostat.monitoring.package import LOCKED_TEST, Metrics, record_use, times_tested, uses
from homeostat.monitoring.package.uses import START, last, record_of, torn

MODEL, TABLE, OTHER = "aa" * 32, "bb" * 32, "cc" * 32


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A package's path with three uses on record."""
    path = tmp_path / "purity.json"
    for number, (what, table) in enumerate([(LOCKED_TEST, TABLE), ("score", OTHER), (LOCKED_TEST, TABLE)]):
        record_use(
            path,
            what=what,
            by="Faye",
            when=f"2026-01-0{number + 1}",
            content_hash=MODEL,
            table=table,
            results=(Metrics(rows=3, groups=1, values={"rmsep": 0.1}),),
        )
    return path


def test_uses_of_the_locked_test_are_counted(model: Path) -> None:
    record = uses(model)
    assert [use.number for use in record] == [1, 2, 3]
    assert times_tested(record, TABLE) == 2
    assert times_tested(record, OTHER) == 0
    assert record[1].before == record[0].hash
    assert record_of(model).name == "purity.uses.jsonl"


def test_a_package_that_was_never_used_has_an_empty_record(tmp_path: Path) -> None:
    assert uses(tmp_path / "new.json") == ()
    assert last(()) == START


def test_uses_recorded_at_the_same_time_form_one_chain(model: Path) -> None:
    def record(number: int) -> None:
        record_use(model, what="score", by=f"{number}", when="2026-02-01", content_hash=MODEL, table=OTHER)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(record, range(12)))
    assert [use.number for use in uses(model)] == list(range(1, 16))


def test_what_was_on_record_stays_byte_for_byte(model: Path) -> None:
    before = record_of(model).read_bytes()
    record_use(model, what="score", by="Faye", when="2026-02-01", content_hash=MODEL, table=OTHER)
    assert record_of(model).read_bytes().startswith(before)


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_changed_line_shows(model: Path, line: int) -> None:
    path = record_of(model)
    lines = path.read_bytes().splitlines()
    found = json.loads(lines[line])
    found["when"] = "2020-01-01"
    lines[line] = json.dumps(found).encode()
    path.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(MonitoringError, match="was changed") as told:
        uses(model)
    assert told.value.where.endswith(f"line {line + 1}")


@pytest.mark.parametrize("kept", [(0, 2), (1, 2), (1, 0, 2), (0, 0, 1, 2)])
def test_lines_left_out_moved_or_doubled_show(model: Path, kept: tuple[int, ...]) -> None:
    path = record_of(model)
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join(lines[place] for place in kept) + b"\n")
    with pytest.raises(MonitoringError, match="was changed"):
        uses(model)


def test_a_cut_tail_shows_only_against_an_anchored_hash(model: Path) -> None:
    anchored = last(uses(model))
    path = record_of(model)
    path.write_bytes(b"\n".join(path.read_bytes().splitlines()[:2]) + b"\n")
    assert last(uses(model)) != anchored


@pytest.mark.parametrize("line", [b"no json", b"{}", b'{"number": 1}', b"[" * 10_000])
def test_a_line_that_is_no_use_is_refused(model: Path, line: bytes) -> None:
    with record_of(model).open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(MonitoringError, match="no use of a model"):
        record_use(model, what="score", by="Faye", when="now", content_hash=MODEL, table=TABLE)


@pytest.mark.parametrize("change", [{"table": "short"}, {"by": ""}])
def test_a_use_without_its_facts_is_not_recorded(model: Path, change: dict[str, str]) -> None:
    given = {"what": "score", "by": "Faye", "when": "now", "content_hash": MODEL, "table": TABLE}
    before = record_of(model).read_bytes()
    with pytest.raises(MonitoringError, match="cannot be recorded"):
        record_use(model, **(given | change))
    assert record_of(model).read_bytes() == before


def test_a_record_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    (tmp_path / "m.uses.jsonl").mkdir()
    with pytest.raises(MonitoringError, match="cannot be read"):
        uses(tmp_path / "m.json")
    with pytest.raises(MonitoringError, match="cannot be written"):
        record_use(
            tmp_path / "none" / "m.json", what="score", by="F", when="now", content_hash=MODEL, table=TABLE
        )


@pytest.mark.parametrize("share", [0.01, 0.3, 0.999])
def test_a_torn_last_line_is_told_and_the_record_goes_on_after_it(model: Path, share: float) -> None:
    path = record_of(model)
    lines = path.read_bytes().splitlines(keepends=True)
    torn_line = lines[2][: max(1, int(share * len(lines[2])) - 1)]
    path.write_bytes(b"".join(lines[:2]) + torn_line)
    assert (len(uses(model)), torn(model)) == (2, 1)
    before = path.read_bytes()
    use = record_use(model, what="score", by="Faye", when="2026-02-01", content_hash=MODEL, table=OTHER)
    assert path.read_bytes().startswith(before)
    assert (use.number, use.before) == (3, uses(model)[1].hash)
    assert use.torn == hashlib.sha256(torn_line).hexdigest()
    record_use(model, what="score", by="Faye", when="2026-02-02", content_hash=MODEL, table=OTHER)
    assert [use.number for use in uses(model)] == [1, 2, 3, 4]
    assert torn(model) == 1


def test_a_whole_line_that_lost_its_end_of_line_is_a_use(model: Path) -> None:
    path = record_of(model)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert (len(uses(model)), torn(model)) == (3, 0)
    use = record_use(model, what="score", by="Faye", when="2026-02-01", content_hash=MODEL, table=OTHER)
    assert (use.number, use.torn, len(uses(model))) == (4, "", 4)


def test_a_line_torn_after_a_torn_one_blocks_nothing_either(model: Path) -> None:
    with record_of(model).open("ab") as file:
        file.write(b'{"before":"12\n{"be')
    record_use(model, what="score", by="Faye", when="2026-02-01", content_hash=MODEL, table=OTHER)
    assert (len(uses(model)), torn(model)) == (4, 2)


@pytest.mark.parametrize("forged", [b"", b'{"before":"99', b'{"before":"12\n{"more'])
def test_a_torn_line_cannot_be_changed_taken_out_or_put_in_afterwards(model: Path, forged: bytes) -> None:
    path = record_of(model)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"before":"12')
    record_use(model, what="score", by="Faye", when="2026-02-01", content_hash=MODEL, table=OTHER)
    newest = path.read_bytes().splitlines()[-1]
    path.write_bytes(whole + (forged + b"\n" if forged else b"") + newest + b"\n")
    with pytest.raises(MonitoringError, match="no use of a model"):
        uses(model)
    path.write_bytes(whole.replace(b"\n", b"\ntorn\n", 1))
    with pytest.raises(MonitoringError, match="no use of a model"):
        uses(model)


def test_a_record_without_torn_lines_is_written_as_before_there_were_any(model: Path) -> None:
    assert b"torn" not in record_of(model).read_bytes()
