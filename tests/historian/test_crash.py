"""A recording process killed at any moment loses nothing that it had flushed."""

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from homeostat.errors import HistorianError
from homeostat.historian import Historian, TagSpec, verify_historian

MINUTES = 2500

# The child continues the batch it finds, and prints the number of rows after every flush and every seal.
CHILD = f"""
import sys
from pathlib import Path
from homeostat.historian import Historian, TagSpec
tags = [TagSpec("a", "1", 0.5), TagSpec("b", "1")]
with Historian.open(Path(sys.argv[1])) as historian:
    recorder = historian.recorder("B1", tags)
    print(recorder.rows, flush=True)
    for minute in range(recorder.rows, {MINUTES}):
        recorder.append(minute * 60_000_000, [minute / 2, minute / 3], bytes([0, minute % 6]))
        if minute % 20 == 19:
            recorder.flush(durable=False)
            print(recorder.rows, flush=True)
            recorder.seal()
    recorder.seal(all=True)
    print("done", flush=True)
"""


def run_and_kill(path: Path, after: int) -> tuple[int, bool]:
    """Run the child, kill it once it has acknowledged `after` flushes more; how many rows it acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        acknowledged = 0
        for number, line in enumerate(child.stdout):
            if line.strip() == "done":
                return acknowledged, True
            acknowledged = int(line)
            if number == after:
                child.kill()
    return acknowledged, False


def assert_whole(path: Path, acknowledged: int) -> None:
    with Historian.open(path) as historian:
        time, values, qualities = historian.matrix("B1", ["a", "b"])
        digests = historian.digests("B1")
    count = len(time)
    assert count >= acknowledged
    np.testing.assert_array_equal(time, np.arange(count) * 60_000_000)
    np.testing.assert_array_equal(values, np.stack([np.arange(count) / 2, np.arange(count) / 3], axis=1))
    np.testing.assert_array_equal(qualities[:, 1], np.arange(count) % 6)
    sealed = {(digest.batch, digest.tag, digest.start): digest.sha256 for digest in digests}
    assert verify_historian(path, sealed, []).findings == ()


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(2))
def test_nothing_flushed_is_lost_however_often_it_is_killed(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    path, done = tmp_path / "historian.db", False
    for _ in range(40):
        acknowledged, done = run_and_kill(path, rng.randint(1, 60))
        assert_whole(path, acknowledged)
        if done:
            break
    assert done
    with Historian.open(path) as historian, Historian.open(tmp_path / "other.db") as other:
        recorder = other.recorder("B1", [TagSpec("a", "1", 0.5), TagSpec("b", "1")])
        for minute in range(MINUTES):
            recorder.append(minute * 60_000_000, [minute / 2, minute / 3], bytes([0, minute % 6]))
        recorder.seal(all=True)
        assert historian.digests("B1") == other.digests("B1")


def test_a_tampered_tail_is_not_continued(
    path: Path, record: Callable[..., object], tags: tuple[TagSpec, ...]
) -> None:
    with Historian.open(path) as historian:
        record(historian, "B1", 50, finish=False)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM hot WHERE time = 600000000")
    with (
        Historian.open(path) as historian,
        pytest.raises(HistorianError, match="changed, lost or added") as caught,
    ):
        historian.recorder("B1", tags)
    assert "660000000 µs" in caught.value.where
