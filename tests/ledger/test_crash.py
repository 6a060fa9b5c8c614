"""Crashes: what was acknowledged is there, whole and signed, and the next writer goes on from it."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from homeostat.ledger import SiteKey, read_heads

from .conftest import Place, event

ROUNDS = 10


def writer(folder: Path, seed: int, batch: str = "B0001") -> "subprocess.Popen[bytes]":
    """A process that writes events of `batch` until it is killed."""
    command = [sys.executable, str(Path(__file__).with_name("writer.py")), str(folder), str(seed), batch]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def killed_writer(folder: Path, seed: int, seconds: float) -> int:
    """Run the writer, kill it (SIGKILL) `seconds` after its first commit; how many events it acknowledged last."""
    with writer(folder, seed) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        acknowledged = (first + process.stdout.read()).split(b"\n")[:-1]
    return int(acknowledged[-1])


def test_no_acknowledged_event_is_lost_to_kill_nine(tmp_path: Path) -> None:
    place = Place(tmp_path, SiteKey.create(tmp_path / "keys"))
    rng = random.Random(20261120)
    for number in range(ROUNDS):
        acknowledged = killed_writer(tmp_path, number, rng.uniform(0.0, 0.15))
        check = place.verify()
        assert check.findings == ()
        assert check.events >= acknowledged
    with place.reader() as ledger:
        ids = [recorded.event.id for recorded in ledger.events()]
    assert ids == [f"B0001/{number:06d}" for number in range(1, len(ids) + 1)]


@pytest.mark.drill
def test_of_writers_beside_each_other_none_loses_an_acknowledged_event(tmp_path: Path) -> None:
    place = Place(tmp_path, SiteKey.create(tmp_path / "keys"))
    batches = ("B0001", "B0002", "B0003")
    for number in range(3):
        writers = [writer(tmp_path, number, batch) for batch in batches]
        lines = [process.stdout.readline() if process.stdout else b"" for process in writers]
        time.sleep(0.3)
        for process in writers:
            process.kill()
        told = [line + process.communicate()[0] for line, process in zip(lines, writers, strict=True)]
        assert place.verify().findings == ()
        with place.reader() as ledger:
            for batch, text in zip(batches, told, strict=True):
                acknowledged = int(text.split(b"\n")[-2])
                ids = [recorded.event.id for recorded in ledger.events(batch=batch)]
                assert len(ids) >= acknowledged
                assert ids == [f"{batch}/{one:06d}" for one in range(1, len(ids) + 1)]


def test_a_crash_between_commit_and_export_is_made_up_for(
    written: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with written.open() as ledger, monkeypatch.context() as patch:
        ledger.append(event(21))
        patch.setattr("homeostat.ledger.heads._append", crash)
        with pytest.raises(KeyboardInterrupt):
            ledger.commit()
    check = written.verify()
    assert (check.events, check.heads, check.exported, check.findings) == (21, 6, 5, ())
    with written.open() as ledger:
        assert read_heads(written.heads)[-1] == ledger.head
    assert written.verify().exported == 6


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_commit_is_all_or_nothing(written: Place, failing: int) -> None:
    """A failure after any statement of the transaction leaves the ledger as it was, and the events waiting."""
    with written.open() as ledger:
        ledger.append(event(21))
        ledger.append(event(22))
        calls = 0

        def give_up() -> int:
            nonlocal calls
            calls += 1
            return int(calls >= failing)

        ledger._connection.set_progress_handler(give_up, 20)
        with pytest.raises(Exception, match="interrupted"):
            ledger.commit()
        ledger._connection.set_progress_handler(None, 0)
        assert written.verify().events == 20
        assert ledger.commit() is not None
    assert (written.verify().events, written.verify().findings) == (22, ())
