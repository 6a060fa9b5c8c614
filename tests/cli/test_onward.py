"""Batches that do not come to their end: exit code 1, what they ask, and the command that takes them further."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from homeostat.cli.onward import on_site
from homeostat.cli.options import DEFAULT_SITE, Reconciliation
from homeostat.cli.progress import Lines
from homeostat.equipment import Command, Outcome, connect
from homeostat.equipment.simulated import SimulatedPlant
from homeostat.execution.plan import HOUR
from homeostat.execution.stages.arrivals import AGAIN, APPLIED, LEAVE

Call = Callable[..., subprocess.CompletedProcess[str]]

MINI = Path(__file__).parents[1] / "execution" / "mini.yaml"


class LocalPump(SimulatedPlant):
    """Its perfusion pump refuses the first `refusals` commands, then somebody has switched it back."""

    refusals = 1

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._refused: list[str] = []

    def execute(self, command: Command) -> Outcome:
        if command.target == "perfusion" and self._refuses(command.id):
            return Outcome("refused", 0.0, "the pump is in local mode")
        return super().execute(command)

    def _refuses(self, command: str) -> bool:
        if command not in self._refused and len(self._refused) < LocalPump.refusals:
            self._refused.append(command)
        return command in self._refused


@pytest.fixture
def pump(monkeypatch: pytest.MonkeyPatch) -> type[LocalPump]:
    monkeypatch.setattr(LocalPump, "refusals", 1)
    monkeypatch.setattr(sys.modules[connect.__module__], "SimulatedPlant", LocalPump)
    return LocalPump


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives up a batch that goes on for more than twelve hours of process time."""

    def scanned(_: Lines, scan: int, time: int, phase: str) -> None:
        if time > 12 * HOUR:
            raise TimeoutError(f"still in {phase} at scan {scan}")

    monkeypatch.setattr(Lines, "scanned", scanned)


def asking(folder: Path) -> Path:
    """The short culture with a first prompt whose scripted answer holds the batch."""
    before = "prompts: [{text: Cells in?, kind: confirm}]"
    after = 'prompts: [{text: Cells in?, kind: choice, choices: ["yes", clotted], hold: [clotted], answer: clotted}]'
    text = MINI.read_text("utf-8")
    assert before in text
    path = folder / "asking.yaml"
    path.write_text(text.replace(before, after), "utf-8")
    return path


def typed(line: str) -> list[str]:
    """The words after `homeostat` in a command that was printed."""
    return shlex.split(line[line.index("homeostat resume") :])[1:]


def test_the_answers_are_those_that_execution_knows() -> None:
    assert [str(answer) for answer in Reconciliation] == [APPLIED, AGAIN, LEAVE]


def test_the_site_is_named_where_it_is_not_the_default_one() -> None:
    assert on_site(DEFAULT_SITE) == ""
    assert on_site(Path("a b")) == " --site 'a b'"


def test_a_held_batch_asks_and_names_the_commands_that_answer(
    homeostat: Call, tmp_path: Path, pump: type[LocalPump]
) -> None:
    site = tmp_path / "site"
    held = homeostat("run", MINI, "--site", site)
    assert held.returncode == 1, held
    assert "held after" in held.stdout.splitlines()[0]
    *_, question, advice, applied, again, leave = held.stdout.splitlines()
    assert question.startswith("It asks: The outcome of 'set perfusion 4 mL/h' is refused.")
    assert advice == "The batch is held. Look at the equipment, then answer with one of:"
    command = f"  homeostat resume B0001 --site {site} --reconcile"
    assert [applied, again, leave] == [
        f"{command} applied",
        f'{command} "send again"',
        f'{command} "leave out"',
    ]

    done = homeostat(*typed(again))
    assert done.returncode == 0, done
    assert "complete after" in done.stdout.splitlines()[0]
    assert "homeostat resume" not in done.stdout
    assert homeostat("verify", "--site", site).returncode == 0
    assert homeostat("replay", "B0001", "--site", site).returncode == 0


def test_an_answer_is_for_the_questions_that_were_open_when_it_was_given(
    homeostat: Call, tmp_path: Path, pump: type[LocalPump], impatient: None
) -> None:
    """A command that is sent again and refused again asks again: nobody has looked at the equipment since."""
    pump.refusals = 10**6
    site = tmp_path / "site"
    homeostat("run", MINI, "--site", site)
    for answer in ("send again", "send again"):
        held = homeostat("resume", "B0001", "--site", site, "--reconcile", answer, "--json")
        assert held.returncode == 1, held.stderr
        found = json.loads(held.stdout)
        assert found["state"] == "held"
        assert len(found["questions"]) == 1


def test_resume_without_an_answer_asks_again(
    homeostat: Call, tmp_path: Path, pump: type[LocalPump], impatient: None
) -> None:
    site = tmp_path / "site"
    first = homeostat("run", MINI, "--site", site)
    again = homeostat("resume", "B0001", "--site", site, "--reason", "shall work now")
    assert again.returncode == 1, again
    assert again.stdout.splitlines()[-5:] == first.stdout.splitlines()[-5:]


def test_a_held_batch_without_questions_is_restarted_with_a_reason(homeostat: Call, tmp_path: Path) -> None:
    site = tmp_path / "site"
    held = homeostat("run", asking(tmp_path), "--site", site)
    assert held.returncode == 1, held
    advice = held.stdout.splitlines()[-1]
    assert advice.startswith("The batch is held; once its cause is mended, restart it with: ")
    assert typed(advice) == ["resume", "B0001", "--site", str(site), "--reason", "..."]
    assert "It asks" not in held.stdout

    done = homeostat("resume", "B0001", "--site", site, "--reason", "thawed a second bag")
    assert done.returncode == 0, done
    record = (site / "records" / "B0001.json").read_text("utf-8")
    assert "thawed a second bag" in record
    assert homeostat("replay", "B0001", "--site", site).returncode == 0


def test_run_until_a_phase_starts_no_other(homeostat: Call, tmp_path: Path) -> None:
    site = tmp_path / "site"
    paused = homeostat("run", MINI, "--site", site, "--until", "inoculate", "--json")
    assert paused.returncode == 0, paused
    found = json.loads(paused.stdout)
    assert (found["state"], found["reason"]) == ("paused", "run until inoculate")
    assert found["questions"] == []
    phases = [(phase["step"].rpartition("/")[2], phase["state"]) for phase in found["phases"]]
    assert phases == [("inoculate", "complete")]


def test_a_pause_is_an_end_for_run_but_not_for_resume(
    homeostat: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that wanted the pause is interrupted; who resumes it wants the end of the batch."""
    site = tmp_path / "site"

    def interrupt(_: Lines, scan: int, time: int, phase: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Lines, "scanned", interrupt)
        assert homeostat("run", MINI, "--site", site, "--until", "left").returncode == 130
    paused = homeostat("resume", "B0001", "--site", site)
    assert paused.returncode == 1, paused
    advice = paused.stdout.splitlines()[-1]
    assert advice == f"The batch is paused; continue with: homeostat resume B0001 --site {site}"
    ended = homeostat(*typed(advice))
    assert ended.returncode == 0, ended
    assert "complete after" in ended.stdout.splitlines()[0]


def test_a_log_that_was_moved_is_named_when_its_batch_goes_on(
    homeostat: Call, tmp_path: Path, shared: Path
) -> None:
    site, before, after = tmp_path / "site", tmp_path / "before", tmp_path / "after"
    shutil.copytree(shared / "data" / "yeast_fedbatch_senck", before)
    recorded = f"recorded:{before / 'online' / 'online_5.CSV'}"
    paused = homeostat("run", "yeast-fed-batch", "--site", site, "--equipment", recorded, "--until", "batch")
    assert paused.returncode == 0, paused
    before.rename(after)
    moved = ["resume", "B0001", "--site", site]
    assert homeostat(*moved).returncode == 2
    other = homeostat(*moved, "--equipment", f"recorded:{after / 'online' / 'online_4.CSV'}")
    assert other.returncode == 2
    assert "not the one the batch was started with" in other.stderr
    done = homeostat(*moved, "--equipment", f"recorded:{after / 'online' / 'online_5.CSV'}")
    assert done.returncode == 0, done
