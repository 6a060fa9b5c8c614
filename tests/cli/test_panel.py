"""The panel on the command line: one row a batch, the details of one, JSON for programs."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from .conftest import Call

MINI = Path(__file__).parent.parent / "execution" / "mini.yaml"
PATIENCE = 60.0  # seconds


@pytest.fixture(scope="module")
def site(homeostat: Call, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a batch that is paused, and one that has ended. Not to be written to."""
    place = tmp_path_factory.mktemp("panel") / "site"
    words = ("run", MINI, "--site", place, "--seed", "7")
    assert homeostat(*words, "--batch", "M1", "--until", "inoculate").returncode == 0
    assert homeostat(*words, "--batch", "M2").returncode == 0
    return place


def test_a_running_batch_has_one_row(homeostat: Call, site: Path) -> None:
    lines = homeostat("watch", "panel", "--site", site).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["batch", "M1"]
    assert "paused" in lines[1]
    assert "undecided" in lines[1]


def test_all_shows_those_that_have_ended_too(homeostat: Call, site: Path) -> None:
    lines = homeostat("watch", "panel", "--site", site, "--all").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["batch", "M1", "M2"]
    assert "1 owed (1 low)" in lines[2]


def test_the_details_of_a_batch_name_its_attributes_and_alarms(homeostat: Call, site: Path) -> None:
    said = homeostat("watch", "panel", "--site", site, "--batch", "M2").stdout
    assert said.startswith("Batch M2, mini 1.0.0: complete")
    assert "Viability" in said
    assert ", within" in said
    assert "Dissolved oxygen above its normal range" in said


def test_programs_get_json(homeostat: Call, site: Path) -> None:
    rows = json.loads(homeostat("watch", "panel", "--site", site, "--all", "--json").stdout)
    assert [row["batch"] for row in rows] == ["M1", "M2"]
    assert rows[1]["owed"] == {"low": 1}
    (viability,) = rows[1]["attributes"]
    assert (viability["outcome"], viability["verdict"]) == ("within", "ok")


def test_an_unknown_batch_is_an_error(homeostat: Call, site: Path) -> None:
    found = homeostat("watch", "panel", "--site", site, "--batch", "M9")
    assert found.returncode == 2
    assert "there is no batch 'M9'" in found.stderr


def test_a_site_where_nothing_runs_says_so(homeostat: Call, tmp_path: Path) -> None:
    assert homeostat("run", MINI, "--site", tmp_path, "--seed", "7").returncode == 0
    assert "No batch is running" in homeostat("watch", "panel", "--site", tmp_path).stdout


def test_a_batch_whose_process_was_killed_is_told_to_be_executed_by_nobody(
    homeostat: Call, tmp_path: Path
) -> None:
    words = ["run", str(MINI), "--site", str(tmp_path), "--batch", "M1", "--seed", "7", "--speed", "20"]
    panel = ("watch", "panel", "--site", tmp_path)
    with subprocess.Popen([sys.executable, "-m", "homeostat", *words], stdout=subprocess.DEVNULL) as running:
        try:
            row = _running(homeostat, tmp_path)
            alive = homeostat(*panel).stdout
        finally:
            running.kill()
    assert (row["executed"], row["state"]) == (True, "running")
    assert "nobody executes it" not in alive
    (row,) = json.loads(homeostat(*panel, "--json").stdout)
    assert (row["executed"], row["state"]) == (False, "running")
    dead = " ".join(homeostat(*panel).stdout.split())
    assert "(not executed)" in dead
    assert "Batch M1 is running by its record, but nobody executes it: nothing has been recorded for" in dead
    assert "homeostat resume M1" in dead
    shown = homeostat(*panel, "--batch", "M1").stdout
    assert "not executed now" in shown
    assert "nobody executes it" in " ".join(shown.split())


def _running(homeostat: Call, site: Path) -> dict[str, Any]:
    """The row of the one batch, once it runs by its record."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = homeostat("watch", "panel", "--site", site, "--json")
        rows: list[dict[str, Any]] = json.loads(found.stdout) if found.returncode == 0 else []
        if rows and rows[0]["state"] == "running":
            return rows[0]
        time.sleep(0.1)
    raise AssertionError("the batch did not begin")


def test_a_batch_that_is_meant_to_wait_is_not_missed(homeostat: Call, site: Path) -> None:
    assert "nobody executes it" not in homeostat("watch", "panel", "--site", site, "--all").stdout


OBSERVER = """\
  observer:
    tags: {do: {noise: 1 %}, glucose: {noise: 0.15 mmol/L}}
    assays: {count: [viable]}
    learn: {growth_max: 12 %}
    initial: {viable: 20 %, glucose: 2 %}
"""


@pytest.mark.parametrize(("low", "told"), [("70 %", False), ("99.9 %", True)])
def test_a_run_tells_of_its_outlook_where_that_was_of_concern(
    low: str, told: bool, homeostat: Call, tmp_path: Path
) -> None:
    text = MINI.read_text("utf-8").replace("low: 70 %", f"low: {low}")
    process = tmp_path / "watched.yaml"
    process.write_text(text.replace("  donor:", f"{OBSERVER}  donor:"), "utf-8")
    place = tmp_path / "site"
    found = homeostat("run", process, "--site", place, "--batch", "M1", "--seed", "7", "--until", "right")
    assert found.returncode == 0, found.stderr
    assert ("to action" in found.stdout) is told
    (row,) = json.loads(homeostat("watch", "panel", "--site", place, "--json").stdout)
    assert row["verdict"] == ("action" if told else "ok")
    details = homeostat("watch", "panel", "--site", place, "--batch", "M1").stdout
    assert ("expected outside its specification" in details) is told
