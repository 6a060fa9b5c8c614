"""The commands over a site with one batch that was paused early: what they print, write and answer."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

Completed = subprocess.CompletedProcess[str]
Call = Callable[..., Completed]

PHASE = "condition-medium"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, homeostat: Call) -> tuple[Path, Completed]:
    """A site with the paused batch B1, and what `run` answered."""
    site = tmp_path_factory.mktemp("made") / "site"
    ended = homeostat("run", "car-t", "--site", site, "--batch", "B1", "--patient", "P-17", "--until", PHASE)
    assert ended.returncode == 0, ended
    return site, ended


@pytest.fixture
def site(made: tuple[Path, Completed], tmp_path: Path) -> Path:
    """A copy of the site that a test may harm."""
    return Path(shutil.copytree(made[0], tmp_path / "site"))


def rewrite(site: Path, before: str, after: str) -> None:
    """Change what the events of a site say, and leave no trace of it in the ledger's triggers."""
    with closing(sqlite3.connect(site / "ledger.db", isolation_level=None)) as database:
        (trigger,) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'event_update'").fetchone()
        database.execute("DROP TRIGGER event_update")
        changed = database.execute(
            "UPDATE event SET body = replace(body, :before, :after) WHERE instr(body, :before)",
            {"before": before, "after": after},
        )
        assert changed.rowcount > 0
        database.execute(trigger)


def test_run_prints_a_plain_summary(made: tuple[Path, Completed]) -> None:
    site, ended = made
    assert ended.stdout.startswith("Batch B1, car-t ")
    assert "paused" in ended.stdout.splitlines()[0]
    assert "\nPhases\n" in ended.stdout
    assert "\nCritical quality attributes\n" in ended.stdout
    assert f"Record (html): {site}/records/B1.html" in ended.stdout
    assert f"continue with: homeostat resume B1 --site {site}" in ended.stdout
    assert "\x1b" not in ended.stdout + ended.stderr


def test_run_writes_the_record(made: tuple[Path, Completed]) -> None:
    records = made[0] / "records"
    assert sorted(path.name for path in records.iterdir()) == ["B1.html", "B1.json"]
    header = json.loads((records / "B1.json").read_text("utf-8"))["header"]
    assert (header["batch"], header["patient"], header["process"]) == ("B1", "P-17", "car-t")
    assert (records / "B1.html").read_text("utf-8").startswith("<!doctype html>")


def test_run_tells_progress_on_standard_error(made: tuple[Path, Completed]) -> None:
    lines = made[1].stderr.splitlines()
    assert lines
    assert all(line.startswith("B1  day 0 ") for line in lines)


def test_batches_lists_it(homeostat: Call, made: tuple[Path, Completed]) -> None:
    ended = homeostat("batches", "--site", made[0])
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[1].startswith("B1  car-t")
    (row,) = json.loads(homeostat("batches", "--site", made[0], "--json").stdout)
    assert {"id": "B1", "process": "car-t", "state": "paused", "patient": "P-17"}.items() <= row.items()
    assert row["version"]


def test_verify_finds_nothing_in_a_sound_site(homeostat: Call, made: tuple[Path, Completed]) -> None:
    ended = homeostat("verify", "--site", made[0])
    assert ended.returncode == 0, ended
    assert ended.stdout.endswith("Everything is as it was recorded.\n")
    found = json.loads(homeostat("verify", "--site", made[0], "--json").stdout)
    assert found["ok"] is True
    assert found["findings"] == []
    assert found["events"] > 10


def test_verify_takes_heads_that_were_kept_elsewhere(homeostat: Call, site: Path, tmp_path: Path) -> None:
    """A copy of the whole site is in order in itself; only heads that were kept since know that it is old."""
    kept, old = tmp_path / "kept.jsonl", Path(shutil.copytree(site, tmp_path / "old"))
    early = shutil.copy(site / "heads" / "heads.jsonl", tmp_path / "early.jsonl")
    ran = homeostat("run", "yeast-fed-batch", "--site", site, "--until", "batch")
    assert ran.returncode == 0, ran
    shutil.copy(site / "heads" / "heads.jsonl", kept)
    for heads in (early, kept):
        assert homeostat("verify", "--site", site, "--heads", heads).returncode == 0
    assert homeostat("verify", "--site", old).returncode == 0
    found = homeostat("verify", "--site", old, "--heads", kept)
    assert found.returncode == 1
    assert "kept.jsonl" in found.stdout
    assert "events were removed" in found.stdout
    assert json.loads(homeostat("verify", "--site", old, "--heads", kept, "--json").stdout)["ok"] is False


def test_verify_names_a_changed_event(homeostat: Call, site: Path) -> None:
    rewrite(site, "P-17", "P-18")
    ended = homeostat("verify", "--site", site)
    assert ended.returncode == 1
    assert "Findings" in ended.stdout
    assert ended.stdout.endswith("Not everything is as it was recorded.\n")
    assert "(B1/start)" in ended.stdout
    found = homeostat("verify", "--site", site, "--json")
    assert found.returncode == 1
    assert json.loads(found.stdout)["ok"] is False


def test_replay_says_that_all_decisions_are_identical(homeostat: Call, made: tuple[Path, Completed]) -> None:
    ended = homeostat("replay", "B1", "--site", made[0])
    assert ended.returncode == 0, ended
    assert ended.stdout.rstrip().endswith("decisions are identical.")
    found = json.loads(homeostat("replay", "B1", "--site", made[0], "--json").stdout)
    assert found["identical"] is True
    assert found["difference"] == ""
    assert found["decisions"] > 0


def test_replay_names_the_first_difference(homeostat: Call, site: Path) -> None:
    rewrite(site, '"cause":"condition met"', '"cause":"a whim"')
    ended = homeostat("replay", "B1", "--site", site)
    assert ended.returncode == 1, ended
    assert "The first difference: scan " in ended.stdout


@pytest.mark.parametrize(("kind", "begin"), [("json", "{\n"), ("html", "<!doctype html>")])
def test_record_writes_where_it_is_told(
    homeostat: Call, site: Path, tmp_path: Path, kind: str, begin: str
) -> None:
    by_default = homeostat("record", "B1", "--site", site, "--format", kind)
    assert by_default.stdout == f"Record of batch B1: {site}/records/B1.{kind}\n"
    named = homeostat("record", "B1", "--site", site, "--format", kind, "--out", tmp_path / "mine")
    assert named.returncode == 0
    printed = homeostat("record", "B1", "--site", site, "--format", kind, "--out", "-")
    assert printed.stdout.startswith(begin)
    assert printed.stdout == (tmp_path / "mine").read_text("utf-8")


def test_record_as_json_is_printed(homeostat: Call, made: tuple[Path, Completed]) -> None:
    printed = homeostat("record", "B1", "--site", made[0], "--json")
    assert json.loads(printed.stdout)["header"]["batch"] == "B1"


def test_record_that_cannot_be_written(homeostat: Call, made: tuple[Path, Completed], tmp_path: Path) -> None:
    ended = homeostat("record", "B1", "--site", made[0], "--out", tmp_path / "none" / "a.html")
    assert ended.returncode == 2
    assert "cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", ["resume", "replay", "record"])
def test_an_unknown_batch(homeostat: Call, made: tuple[Path, Completed], command: str) -> None:
    ended = homeostat(command, "B2", "--site", made[0])
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "no batch" in ended.stderr
    assert "B2" in ended.stderr
    assert "homeostat batches" in ended.stderr


def test_a_batch_id_is_used_once(homeostat: Call, made: tuple[Path, Completed]) -> None:
    ended = homeostat("run", "car-t", "--site", made[0], "--batch", "B1")
    assert ended.returncode == 2
    assert "B1 exists" in ended.stderr


@pytest.mark.parametrize(
    ("phase", "words"), [("condition-mediun", "did you mean"), ("zzz", "its phases are")]
)
def test_an_unknown_phase(homeostat: Call, tmp_path: Path, phase: str, words: str) -> None:
    ended = homeostat("run", "car-t", "--site", tmp_path / "site", "--until", phase)
    assert ended.returncode == 2
    assert words in " ".join(ended.stderr.split())
    assert not (tmp_path / "site").exists()


def test_a_log_that_is_none(homeostat: Call, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_bytes(b"\xff\xfe\x00no log")
    ended = homeostat("run", "car-t", "--site", tmp_path / "site", "--equipment", f"recorded:{log}")
    assert ended.returncode == 2, ended
    assert "Traceback" not in ended.stderr


def test_a_site_in_use_is_left_alone(homeostat: Call, site: Path) -> None:
    with closing(sqlite3.connect(site / "writer.lock", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for command in (["run", "car-t"], ["resume", "B1"]):
            ended = homeostat(*command, "--site", site)
            assert ended.returncode == 2
            assert "another process" in ended.stderr


def test_run_as_json(homeostat: Call, tmp_path: Path) -> None:
    ended = homeostat("run", "--site", tmp_path / "site", "--until", PHASE, "--json")
    assert ended.returncode == 0
    found = json.loads(ended.stdout)
    assert found["id"] == "B0001"
    assert found["state"] == "paused"
    assert [phase["state"] for phase in found["phases"]][:2] == ["complete", "complete"]
    assert all(Path(path).is_file() for path in found["record"].values())


@pytest.mark.drill
def test_a_paused_batch_is_resumed_to_its_end_once(homeostat: Call, tmp_path: Path) -> None:
    site = tmp_path / "site"
    paused = homeostat("run", "yeast-fed-batch", "--site", site, "--until", "batch")
    assert "paused" in paused.stdout.splitlines()[0]
    resumed = homeostat("resume", "B0001", "--site", site, "--json")
    assert resumed.returncode == 0, resumed
    found = json.loads(resumed.stdout)
    assert found["state"] == "complete"
    assert {phase["state"] for phase in found["phases"]} == {"complete"}
    assert json.loads((site / "records" / "B0001.json").read_text("utf-8"))["header"]["state"] == "complete"
    assert homeostat("verify", "--site", site).returncode == 0
    assert homeostat("replay", "B0001", "--site", site).returncode == 0
    again = homeostat("resume", "B0001", "--site", site)
    assert again.returncode == 2
    assert "has ended" in again.stderr


def test_a_recorded_run_shows_predicted_against_measured(
    homeostat: Call, tmp_path: Path, shared: Path
) -> None:
    log = shared / "data" / "yeast_fedbatch_senck" / "online" / "online_5.CSV"
    ended = homeostat(
        "run", "yeast-fed-batch", "--site", tmp_path / "site", "--equipment", f"recorded:{log}", "--json"
    )
    assert ended.returncode == 0, ended
    found = json.loads(ended.stdout)
    assert {line["quantity"] for line in found["comparisons"]} == {"biomass", "glucose", "ethanol"}
    assert all(line["count"] > 5 and line["rmse"] > 0 for line in found["comparisons"])


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Programs started from here can be interrupted, also where this one runs in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no POSIX signals")
@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "homeostat", "run", "--site", str(tmp_path / "site"), "--speed", "3600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        first = running.stderr.readline()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert first.startswith("B0001  day 0 ")
    assert running.returncode == 130
    assert out == ""
    assert err == (
        f"batch B0001 is interrupted; continue with: homeostat resume B0001 --site {tmp_path / 'site'}\n"
    )


def test_processes_are_listed_and_shown(homeostat: Call) -> None:
    listed = json.loads(homeostat("process", "list", "--json").stdout)
    assert "car-t" in [row["process"] for row in listed]
    assert "car-t" in homeostat("process", "list").stdout
    for row in listed:
        shown = homeostat("process", "show", row["process"])
        assert shown.stdout.startswith(f"{row['process']} {row['version']} (")
        assert "\nRecipe\n" in shown.stdout
        described = json.loads(homeostat("process", "show", row["process"], "--json").stdout)
        assert described["process"] == row["process"]
        assert described["content_hash"] in shown.stdout


def test_shipped_processes_have_no_faults(homeostat: Call) -> None:
    for row in json.loads(homeostat("process", "list", "--json").stdout):
        checked = homeostat("process", "check", row["process"])
        assert checked.returncode == 0, checked.stdout
        *warnings, last = checked.stdout.splitlines()
        assert last == f"{row['process']}: nothing is wrong"
        assert all(": warning: controllers." in line for line in warnings)
        told = json.loads(homeostat("process", "check", row["process"], "--json").stdout)
        assert [issue["warning"] for issue in told] == [True] * len(warnings)


def test_limits_that_may_be_missed_to_one_side_are_named_as_warnings(homeostat: Call) -> None:
    """Yeast: gas, cells, glucose and ethanol are measured beside oxygen, and three parameters learnt of them."""
    told = json.loads(homeostat("process", "check", "yeast-fed-batch", "--json").stdout)
    assert [issue["field"] for issue in told] == ["controllers.feeding.limits[1].of"]
    assert "plans may miss 'ethanol' to one side" in told[0]["what"]
    assert told[0]["mend"].startswith("name a parameter of its balance in twin.observer.learn")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("scan: 1 min\n", "scan: 7 min\n", "the twin reads every 105 min, not every 15 min"),
        ("    volumes: 1 %\n", "    volumes: 1 %\n    drop: 30 h\n", "memory reaches back 24 h"),
        ("    volumes: 1 %\n", "    volumes: 1 %\n    drop: 1 min\n", "the twin reads every 15 min"),
    ],
)
def test_times_of_the_twin_that_do_not_fit_are_named_as_warnings(
    homeostat: Call, tmp_path: Path, old: str, new: str, words: str
) -> None:
    source, path = shipped().read_text("utf-8"), tmp_path / "mine.yaml"
    assert source.count(old) == 1
    path.write_text(source.replace(old, new), "utf-8")
    checked = homeostat("process", "check", path)
    warning, last = checked.stdout.splitlines()
    assert (checked.returncode, last) == (0, f"{path}: nothing is wrong")
    assert "warning: " in warning
    assert words in warning


def test_check_reports_every_fault_with_its_line(homeostat: Call, tmp_path: Path) -> None:
    source = shipped().read_text("utf-8")
    lines = source.splitlines()
    line = next(number for number, text in enumerate(lines) if "volume: 20 mL" in text)
    lines[line] = lines[line].replace("20 mL", "20 degC")
    lines[0] = lines[0] + "\nnonsense: 1"
    path = tmp_path / "mine.yaml"
    path.write_text("\n".join(lines), "utf-8")
    checked = homeostat("process", "check", path)
    assert checked.returncode == 1
    assert f"{path}:{line + 2}: " in checked.stdout
    assert "nonsense" in checked.stdout
    issues = json.loads(homeostat("process", "check", path, "--json").stdout)
    assert len(issues) == len(checked.stdout.splitlines()) >= 2
    assert set(issues[0]) == {"file", "line", "field", "what", "mend"}
    ran = homeostat("run", path, "--site", tmp_path / "site")
    assert ran.returncode == 2
    assert f"{path}:{line + 2}: " in ran.stderr
    assert not (tmp_path / "site").exists()


def shipped() -> Path:
    """Where the shipped car-t process lies."""
    from homeostat.process import library

    return next(entry.path for entry in library() if entry.name == "car-t")
