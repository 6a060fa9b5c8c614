"""Verification of a whole site: ledger and historian vouch for each other, and an outside anchor for both."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from homeostat.errors import ExecutionError, SiteError
from homeostat.execution import Options, resume, run
from homeostat.historian import Historian, Series, TagSpec
from homeostat.process import load
from homeostat.quality.verify import verify_site
from homeostat.site import Site
from tests.execution.conftest import MINI, Quiet

Attack = Callable[[Path], None]


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One site with a finished batch, one with a batch that was paused after its first phase."""
    folder, process = tmp_path_factory.mktemp("sites"), load(MINI)
    for name, until in (("finished", None), ("paused", "inoculate")):
        run(Site(folder / name), process, Options(until=until), Quiet())
    return {name: folder / name for name in ("finished", "paused")}


def alter(database: Path, *statements: str) -> None:
    """Change a database past its triggers, and put the triggers back."""
    with closing(sqlite3.connect(database)) as connection, connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)


def add_rows(root: Path, count: int) -> None:
    """Add readings as the software itself would."""
    with Historian.open(root / "historian.db") as historian:
        recorder = historian.recorder("B0001", historian.tags("B0001"))
        first, width = (recorder.last_time or 0) + 60_000_000, len(recorder.tags)
        for row in range(count):
            recorder.append(first + row * 60_000_000, [1.0] * width, [0] * width)
        recorder.flush(durable=True)
        recorder.seal()


def add_tag(root: Path) -> None:
    """A series that the batch never had, sealed as the software itself would."""
    series = Series(np.arange(10, dtype=np.int64), np.ones(10), np.zeros(10, dtype=np.uint8))
    with Historian.open(root / "historian.db") as historian:
        historian.append_series("B0001", TagSpec("forged", "mmol/L", None), series)


def add_batch(root: Path) -> None:
    """Readings of a batch that never was."""
    with Historian.open(root / "historian.db") as historian:
        recorder = historian.recorder("B0666", [TagSpec("do", "%", None)])
        recorder.append(0, [1.0], [0])
        recorder.flush(durable=True)


ATTACKS: dict[str, tuple[str, Attack]] = {
    "a chunk is deleted": (
        "finished",
        lambda site: alter(site / "historian.db", "DELETE FROM chunk WHERE tag = 'do'"),
    ),
    "a chunk is added": (
        "finished",
        lambda site: alter(
            site / "historian.db",
            "CREATE TEMP TABLE copied AS SELECT * FROM chunk WHERE tag = 'do'",
            "UPDATE copied SET start = start + 1",
            "INSERT INTO chunk SELECT * FROM copied",
            "DROP TABLE copied",
        ),
    ),
    "an event is deleted": (
        "finished",
        lambda site: alter(site / "ledger.db", "DELETE FROM event WHERE seq = 9"),
    ),
    "the last readings are cut off": (
        "paused",
        lambda site: alter(site / "historian.db", "DELETE FROM hot WHERE time > 60000000"),
    ),
    "the very last reading is cut off": (
        "paused",
        lambda site: alter(site / "historian.db", "DELETE FROM hot WHERE time = (SELECT max(time) FROM hot)"),
    ),
    "readings are added at the end, and chained": ("paused", lambda site: add_rows(site, 3)),
    "a whole block is added, chained and sealed": ("paused", lambda site: add_rows(site, 700)),
    "a tag is added to a batch": ("paused", add_tag),
    "a batch is added to the historian alone": ("finished", add_batch),
    "the exported heads are emptied": (
        "finished",
        lambda site: (site / "heads" / "heads.jsonl").write_text("") and None,
    ),
    "the public key is gone": ("finished", lambda site: (site / "keys" / "site.pub.pem").unlink()),
    "the historian is gone": ("finished", lambda site: (site / "historian.db").unlink()),
    "the ledger is no database": (
        "finished",
        lambda site: (site / "ledger.db").write_bytes(b"nothing" * 999) and None,
    ),
}


@pytest.mark.parametrize("name", ["finished", "paused"])
def test_an_untouched_site_is_sound(sites: dict[str, Path], name: str) -> None:
    check = verify_site(Site.open(sites[name]))
    assert check.ok, check.findings
    assert check.events > 5


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_found_and_told_in_words(sites: dict[str, Path], tmp_path: Path, attack: str) -> None:
    name, act = ATTACKS[attack]
    copy = tmp_path / "copy"
    shutil.copytree(sites[name], copy)
    act(copy)
    check = verify_site(Site.open(copy))
    assert not check.ok
    assert all(finding.where and finding.what for finding in check.findings)


def test_a_site_that_was_rolled_back_is_found_with_heads_kept_elsewhere(
    sites: dict[str, Path], tmp_path: Path
) -> None:
    """Ledger, historian, heads and keys of an earlier day agree with each other; only the kept copy knows better."""
    copy, anchor = tmp_path / "copy", tmp_path / "kept.jsonl"
    shutil.copytree(sites["paused"], copy)
    site = Site.open(copy)
    earlier = tmp_path / "earlier"
    shutil.copytree(copy, earlier)
    run(site, load(MINI), Options(), Quiet())
    shutil.copy(site.heads_file, anchor)
    assert verify_site(Site.open(earlier)).ok
    assert not verify_site(Site.open(earlier), anchor).ok
    assert verify_site(site, anchor).ok


def test_the_newest_readings_of_a_run_are_not_called_added(sites: dict[str, Path], tmp_path: Path) -> None:
    """They are with the historian before the ledger is told; once nothing is executed, the ledger has to know them."""
    copy = tmp_path / "copy"
    shutil.copytree(sites["paused"], copy)
    add_rows(copy, 3)
    site = Site.open(copy)
    with site.writing(lambda: "2026-03-01T00:00:00+00:00"):
        assert verify_site(site).ok
    (found,) = verify_site(site).findings
    assert "readings after the last that the ledger vouches for" in found.what


def test_an_anchor_without_a_head_is_no_anchor(sites: dict[str, Path], tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    with pytest.raises(SiteError, match="no signed head"):
        verify_site(Site.open(sites["finished"]), empty)


@pytest.mark.parametrize("count", [3, 700])
def test_a_resume_does_not_vouch_for_readings_that_do_not_agree(
    sites: dict[str, Path], tmp_path: Path, count: int
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(sites["paused"], copy)
    add_rows(copy, count)
    with pytest.raises(ExecutionError, match="does not reproduce"):
        resume(Site.open(copy), "B0001", float("inf"), Quiet())
    assert not verify_site(Site.open(copy)).ok


@pytest.mark.parametrize("lost", ["time = (SELECT max(time) FROM hot)", "time > 60000000"])
def test_a_resume_refuses_to_build_on_readings_that_were_lost(
    sites: dict[str, Path], tmp_path: Path, lost: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(sites["paused"], copy)
    alter(copy / "historian.db", f"DELETE FROM hot WHERE {lost}")
    with pytest.raises(ExecutionError, match="the ledger vouches for"):
        resume(Site.open(copy), "B0001", float("inf"), Quiet())
    assert not verify_site(Site.open(copy)).ok
