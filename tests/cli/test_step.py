"""`step`, `batch`, `material` and `instrument` on the command line, as people at a training site use them."""

import io
import json
import subprocess
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
import typer

from homeostat.cli.batch import command_batch
from homeostat.cli.failures import CalmGroup
from homeostat.cli.instrument import instrument
from homeostat.cli.material import material
from homeostat.cli.persons import opened
from homeostat.cli.replay import replay_batch
from homeostat.cli.resume import resume_batch
from homeostat.cli.run import run_batch
from homeostat.cli.step import step
from homeostat.execution.allocation import allocation
from homeostat.ledger.catalogue import UnitsAsked
from homeostat.validation.floor import DECLARATION, PREPARE

Call = Callable[..., subprocess.CompletedProcess[str]]
LATER = "2099-01-01T00:00:00+00:00"


@pytest.fixture
def homeostat() -> Call:
    """The commands of this file in an application of their own."""
    app = typer.Typer(name="homeostat", cls=CalmGroup, pretty_exceptions_enable=False)
    for name, command in (("run", run_batch), ("resume", resume_batch), ("replay", replay_batch)):
        app.command(name)(command)
    app.command("batch")(command_batch)
    for group in (step, material, instrument):
        app.add_typer(group)

    def call(*arguments: object) -> subprocess.CompletedProcess[str]:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            app([str(one) for one in arguments], prog_name="homeostat")
        code = ended.value.code
        words = [str(one) for one in arguments]
        return subprocess.CompletedProcess(
            words, code if isinstance(code, int) else 0, out.getvalue(), err.getvalue()
        )

    return call


@pytest.fixture
def asking(homeostat: Call, tmp_path: Path) -> Path:
    """A site whose batch waits for persons."""
    site = tmp_path / "site"
    done = homeostat("run", DECLARATION, "--site", site, "--operator", "person", "--json")
    assert done.returncode == 0, done
    return site


def test_persons_answer_verify_correct_and_stop(asking: Path, homeostat: Call, tmp_path: Path) -> None:
    def told(*words: object) -> dict[str, object]:
        done = homeostat(*words, "--site", asking, "--json")
        assert done.returncode == 0, done
        found = json.loads(done.stdout)
        return found if isinstance(found, dict) else {"all": found}

    told("step", "answer", "B0001", f"{PREPARE}3", "220")
    told("step", "answer", "B0001", f"{PREPARE}10", "92")
    told("step", "answer", "B0001", f"{PREPARE}11", "signed", "--as", "demo-operator")
    assert len(told("step", "list", "B0001")["orders"]) == 3  # type: ignore[arg-type]
    assert homeostat("resume", "B0001", "--site", asking).returncode == 0
    told("step", "verify", "B0001", f"{PREPARE}10", "--again", "92")
    told("step", "verify", "B0001", f"{PREPARE}11")
    told("step", "correct", "B0001", f"{PREPARE}3", "230", "--why", "misread")
    assert homeostat("resume", "B0001", "--site", asking).returncode == 0
    lines = {one["prompt"]: one for one in told("step", "list", "B0001", "--all")["prompts"]}  # type: ignore[attr-defined]
    states = {name.partition("#")[2]: one["state"] for name, one in lines.items()}
    assert (states["3"], states["10"], states["11"], states["1"]) == ("settled", "settled", "settled", "open")
    assert [one["by"] for one in lines[f"{PREPARE}10"]["answers"]] == ["demo-operator", "demo-operator-2"]
    assert lines[f"{PREPARE}3"]["changed"] is True
    assert homeostat("step", "answer", "B0001", "nowhere#1", "x", "--site", asking).returncode == 2
    told("batch", "stop", "B0001", "--why", "enough")
    assert homeostat("resume", "B0001", "--site", asking).returncode == 1
    assert homeostat("replay", "B0001", "--site", asking).returncode == 0


def test_a_batch_that_waits_for_its_units_is_stopped_by_leaving_the_line(
    asking: Path, homeostat: Call
) -> None:
    with opened(asking) as office:
        office.put("demo-operator", UnitsAsked(batch="B0002", units=("tank",), why="waits for tank"))
    stopped = homeostat("batch", "stop", "B0002", "--why", "not needed", "--site", asking)
    assert stopped.returncode == 0, stopped
    assert "it waits for its units no more" in stopped.stdout
    with opened(asking) as office:
        assert allocation(office.ledger).line == ()
    again = homeostat("batch", "stop", "B0002", "--why", "not needed", "--site", asking)
    assert again.returncode == 2, again


def test_lots_and_instruments_are_kept(asking: Path, homeostat: Call) -> None:
    def told(*words: object, code: int = 0) -> str:
        done = homeostat(*words, "--site", asking)
        assert done.returncode == code, done
        return done.stdout

    told("material", "receive", "medium", "L1", "100 mL", "--expires", LATER, "--why", "delivered")
    for words in (
        ("material", "receive", "medium", "L2", "1 mL", "--expires", "tomorrow", "--why", "x"),
        ("material", "receive", "", "", "1 mL", "--expires", LATER, "--why", "x"),
        ("instrument", "register", "", "--kind", "", "--why", "x"),
        ("instrument", "calibrate", "any", "--due", "garbage", "--certificate", "C", "--why", "x"),
    ):
        told(*words, code=2)
    told("material", "use", "medium", "L1", "5", "--batch", "B0001", "--why", "fed", code=2)
    told("material", "release", "medium", "L1", "--why", "fits")
    told("material", "use", "medium", "L1", "5", "--batch", "B0002", "--why", "fed", code=2)
    told("material", "use", "medium", "L1", "60", "--batch", "B0001", "--why", "fed")
    assert "2 missing" in told("material", "reconcile", "medium", "L1", "38", "--why", "counted", code=1)
    assert "released" in told("material", "list")
    told("instrument", "register", "scale", "--kind", "balance", "--why", "new")
    assert "never calibrated" in told("instrument", "list")
    told("instrument", "calibrate", "scale", "--due", LATER, "--certificate", "C", "--why", "yearly")
    assert "counts" in told("instrument", "clean", "scale", "--why", "wiped")
    told("instrument", "retire", "scale", "--why", "old")


def test_what_was_refused_is_told_with_its_reason_and_where_to_answer(asking: Path, homeostat: Call) -> None:
    homeostat("step", "answer", "B0001", f"{PREPARE}3", "9000", "--site", asking)
    resumed = homeostat("resume", "B0001", "--site", asking).stdout
    assert f"Refused: {PREPARE}3 9000, by demo-operator: " in resumed
    assert f"Persons answer: homeostat step list B0001 --site {asking}" in resumed
    listed = homeostat("step", "list", "B0001", "--site", asking).stdout
    assert "Refused, and not repeated since" in listed
    homeostat("step", "answer", "B0001", f"{PREPARE}3", "220", "--site", asking)
    assert "Refused: " not in homeostat("resume", "B0001", "--site", asking).stdout
