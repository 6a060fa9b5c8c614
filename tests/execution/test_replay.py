"""Replay: the record executes to the same decisions and bits; a changed record or machine is named."""

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from homeostat.errors import ExecutionError
from homeostat.execution import Replay, replay
from homeostat.execution.memory import Rows
from homeostat.historian import Historian
from homeostat.site import Site

from .conftest import Quiet, Runner

Values = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def test_a_run_replays_without_a_difference(finished: Site, quiet: Quiet) -> None:
    found = replay(finished, "B0001", quiet)
    assert found.identical, found.difference
    assert found.scans > 100
    assert found.decisions > 20
    assert found.outputs == found.scans * 20
    assert found.environment == ()


def test_replay_leaves_the_site_as_it_is(finished: Site, quiet: Quiet) -> None:
    before = finished.ledger_path.read_bytes(), finished.historian_path.read_bytes()
    replay(finished, "B0001", quiet)
    assert (finished.ledger_path.read_bytes(), finished.historian_path.read_bytes()) == before


def test_an_unknown_batch_is_an_error(finished: Site, quiet: Quiet) -> None:
    with pytest.raises(ExecutionError, match="there is no batch B0009"):
        replay(finished, "B0009", quiet)


def replay_altered(
    site: Site, quiet: Quiet, monkeypatch: pytest.MonkeyPatch, alter: Callable[[Values], None]
) -> Replay:
    """Replay a record of which some values were altered after it was read."""
    original = Rows.read

    def altered(historian: Historian, batch: str, tags: Sequence[str], outputs: Sequence[str]) -> Rows:
        rows = original(historian, batch, tags, outputs)
        values = rows.values.copy()
        alter(values)
        return Rows(rows.time, values, rows.qualities, rows.tags)

    monkeypatch.setattr(Rows, "read", altered)
    return replay(site, "B0001", quiet)


@pytest.mark.parametrize("output", [5, 6, 20])
def test_the_last_bit_of_an_output_is_compared(
    finished: Site, quiet: Quiet, monkeypatch: pytest.MonkeyPatch, output: int
) -> None:
    def alter(values: Values) -> None:
        values[40, output] = np.nextafter(values[40, output], np.inf)

    found = replay_altered(finished, quiet, monkeypatch, alter)
    assert not found.identical
    assert found.difference.startswith("scan 40")


def test_another_reading_gives_another_move(
    finished: Site, quiet: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def alter(values: Values) -> None:
        usable = np.flatnonzero(np.isfinite(values[:, 0]))
        values[usable[usable >= 40][0], 0] += 0.1

    found = replay_altered(finished, quiet, monkeypatch, alter)
    assert "scan 4" in found.difference
    assert "loop.oxygen_control" in found.difference


def test_a_changed_answer_is_found(finished: Site, quiet: Quiet, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(finished.root, copy)
    with sqlite3.connect(copy / "ledger.db") as ledger:
        triggers = [
            name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ]
        texts = [sql for (sql,) in ledger.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
        for name in triggers:
            ledger.execute(f'DROP TRIGGER "{name}"')
        ledger.execute('UPDATE event SET body = replace(body, \'"answer":"220"\', \'"answer":"999"\')')
        for text in texts:
            ledger.execute(text)
    ledger.close()
    found = replay(Site.open(copy), "B0001", quiet)
    assert not found.identical
    assert "accepted is False, on record True" in found.difference


def test_an_interrupted_batch_replays_as_far_as_it_went(site: Site, run_mini: Runner, quiet: Quiet) -> None:
    run_mini(site, until="inoculate")
    found = replay(site, "B0001", quiet)
    assert found.identical, found.difference
    assert found.scans < 20
