"""Orders about alarms from the command line: to a batch that waits, to one that runs in another process, to none."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from .conftest import Call, Completed

MINI = Path(__file__).parent.parent / "execution" / "mini.yaml"
ALARM = "oxygen.normal.high"  # the one alarm of the short culture, raised after half an hour
PATIENCE = 60.0  # seconds


@pytest.fixture
def site(homeostat: Call, tmp_path: Path) -> Path:
    """A site with a batch that is paused."""
    place = tmp_path / "site"
    words = ("run", MINI, "--site", place, "--batch", "M1", "--seed", "7", "--until", "inoculate")
    assert homeostat(*words).returncode == 0
    return place


def order(homeostat: Call, site: Path, kind: str, *more: str, name: str = ALARM) -> Completed:
    person = ("--by", "Dr. A", "--why", "the probe is being changed")
    return homeostat("alarm", kind, name, "--site", site, "--batch", "M1", *person, *more)


def listed(homeostat: Call, site: Path, *more: str) -> list[dict[str, Any]]:
    found = homeostat("alarm", "list", "--site", site, "--json", *more)
    assert found.returncode == 0, found.stderr
    rows: list[dict[str, Any]] = json.loads(found.stdout)
    return rows


def test_an_order_waits_until_the_batch_goes_on(homeostat: Call, site: Path) -> None:
    given = order(homeostat, site, "shelve", "--hours", "6")
    assert given.returncode == 0, given.stderr
    assert f"handed in to batch M1: shelve {ALARM}" in given.stdout
    assert "will be refused" not in given.stdout
    (row,) = listed(homeostat, site)
    (waiting,) = row["orders"]
    assert (waiting["by"], waiting["reason"], waiting["hours"]) == (
        "Dr. A",
        "the probe is being changed",
        6.0,
    )
    assert homeostat("resume", "M1", "--site", site).returncode == 0
    (row,) = listed(homeostat, site, "--batch", "M1")
    (alarm,) = row["alarms"]
    assert (alarm["phase"], alarm["by"], alarm["owed"]) == ("shelved", "Dr. A", False)
    assert row["orders"] == []
    shown = homeostat("alarm", "list", "--site", site, "--batch", "M1").stdout
    assert "shelved until day 0 06:05" in shown
    assert "the probe is being changed" in shown
    assert homeostat("replay", "M1", "--site", site).returncode == 0


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("acknowledge", "acknowledge"),
        ("reset", "reset"),
        ("unshelve", "unshelve"),
        ("remove", "take out of service"),
        ("return", "return to service"),
    ],
)
def test_every_order_is_named_as_the_standard_does(kind: str, told: str, homeostat: Call, site: Path) -> None:
    assert order(homeostat, site, kind).returncode == 0
    assert [one["order"] for one in _slips(site)] == [told]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("acknowledge", "nonsense"), "there is no alarm nonsense"),
        (("remove", "oxygen.normal.hihg"), f"there is no alarm oxygen.normal.hihg: did you mean {ALARM}?"),
        (("shelve", ALARM, "--hours", "13"), "it may be shelved for 12 h at most"),
    ],
)
def test_an_order_that_no_scan_would_follow_is_not_handed_in(
    words: tuple[str, str], why: str, homeostat: Call, site: Path
) -> None:
    kind, name, *more = words
    found = order(homeostat, site, kind, *more, name=name)
    assert found.returncode == 2
    assert f"the order is not handed in: {why}" in found.stderr
    assert "homeostat alarm list --batch M1" in found.stderr
    assert not (site / "orders").exists()


def test_what_will_be_refused_as_the_alarm_stands_is_told(homeostat: Call, site: Path) -> None:
    said = order(homeostat, site, "acknowledge")
    assert said.returncode == 0
    assert f"As the alarm stands now it will be refused: {ALARM} is normal" in said.stdout
    again = order(homeostat, site, "reset")
    assert "will be refused" not in again.stdout, "an order that waits may change it"


@pytest.fixture
def critical(homeostat: Call, tmp_path: Path) -> Path:
    """A site with a batch that is paused, whose one alarm is critical."""
    process, place = tmp_path / "critical.yaml", tmp_path / "site"
    rule = f"monitoring:\n  alarms:\n    {ALARM}: {{priority: critical}}\n"
    process.write_text(MINI.read_text("utf-8") + rule, "utf-8")
    words = ("run", process, "--site", place, "--batch", "M1", "--seed", "7", "--until", "inoculate")
    found = homeostat(*words)
    assert found.returncode == 0, found.stderr
    return place


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("shelve", "--hours", "1"), "may not be shelved"),
        (("remove",), "a critical alarm that is taken out of service needs a time to come"),
        (("remove", "--hours", "13"), "it may be taken out of service for 12 h at most"),
    ],
)
def test_nobody_silences_a_critical_alarm_for_ever(
    words: tuple[str, ...], why: str, homeostat: Call, critical: Path
) -> None:
    found = order(homeostat, critical, *words)
    assert found.returncode == 2
    assert why in found.stderr
    assert "for how long is said with --hours" in found.stderr


def test_a_critical_alarm_out_of_service_is_in_the_panel_for_good(homeostat: Call, critical: Path) -> None:
    assert order(homeostat, critical, "remove", "--hours", "1").returncode == 0
    assert homeostat("resume", "M1", "--site", critical).returncode == 0
    row = homeostat("watch", "panel", "--site", critical, "--all").stdout
    assert f"critical silenced before: {ALARM}" in row
    shown = homeostat("watch", "panel", "--site", critical, "--batch", "M1").stdout
    assert "Critical alarms that were kept silent" in shown
    assert "the probe is being changed" in shown
    assert homeostat("replay", "M1", "--site", critical).returncode == 0


def _slips(site: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted((site / "orders" / "M1").glob("*.json"))]


@pytest.mark.drill
def test_a_batch_that_runs_in_another_process_takes_orders(homeostat: Call, tmp_path: Path) -> None:
    site = tmp_path / "site"
    words = ["run", str(MINI), "--site", str(site), "--batch", "M1", "--seed", "7", "--speed", "2000"]
    with subprocess.Popen(
        [sys.executable, "-m", "homeostat", *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as running:
        until = time.monotonic() + PATIENCE
        while not _raised(homeostat, site) and time.monotonic() < until:
            time.sleep(0.1)
        given = order(homeostat, site, "acknowledge")
        _, said = running.communicate(timeout=PATIENCE)
    assert given.returncode == 0, given.stderr
    assert running.returncode == 0, said
    record = json.loads(homeostat("record", "M1", "--site", site, "--json").stdout)
    (line,) = record["alarms"]
    assert (line["acknowledged_by"], line["owed"]) == ("Dr. A", False)
    assert line["raised"] < line["acknowledged"]
    assert [one["refused"] for one in record["alarm_orders"]] == [""]
    assert homeostat("replay", "M1", "--site", site).returncode == 0


def _raised(homeostat: Call, site: Path) -> bool:
    if not (site / "ledger.db").exists():
        return False
    found = homeostat("alarm", "list", "--site", site, "--json")
    return found.returncode == 0 and ALARM in found.stdout


def test_a_batch_that_has_ended_takes_none(homeostat: Call, site: Path) -> None:
    assert homeostat("resume", "M1", "--site", site).returncode == 0
    found = order(homeostat, site, "acknowledge")
    assert found.returncode == 2
    assert "batch M1 has ended: it takes no orders any more" in found.stderr


def test_an_unknown_batch_is_an_error(homeostat: Call, site: Path) -> None:
    found = homeostat("alarm", "reset", "x", "--site", site, "--batch", "M2", "--by", "A", "--why", "b")
    assert found.returncode == 2
    assert "there is no batch 'M2'" in found.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("acknowledge", "x", "--by", "A"),
        ("acknowledge", "x", "--why", "b"),
        ("acknowledge", "x", "--by", " ", "--why", "b"),
        ("acknowledge", "x", "--by", "A", "--why", " "),
        ("acknowledge", "\n", "--by", "A", "--why", "b"),
        ("acknowledge", "x", "--by", "A" * 65, "--why", "b"),
        ("acknowledge", "x", "--by", "A", "--why", "b", "--hours", "1"),
        ("shelve", "x", "--by", "A", "--why", "b"),
        ("shelve", "x", "--by", "A", "--why", "b", "--hours", "0"),
        ("shelve", "x", "--by", "A", "--why", "b", "--hours", "nan"),
        ("shelve", "x", "--by", "A", "--why", "b", "--hours", "inf"),
    ],
)
def test_an_order_without_who_why_or_how_long_is_not_taken(
    words: tuple[str, ...], homeostat: Call, site: Path
) -> None:
    found = homeostat("alarm", *words, "--site", site, "--batch", "M1")
    assert found.returncode == 2
    assert "Traceback" not in found.stderr
    assert not (site / "orders").exists()


def test_nothing_to_tell_is_told(homeostat: Call, site: Path) -> None:
    assert "No alarm stands, is owed or silenced." in homeostat("alarm", "list", "--site", site).stdout


def test_a_file_that_is_no_order_is_shown(homeostat: Call, site: Path) -> None:
    folder = site / "orders" / "M1"
    folder.mkdir(parents=True)
    (folder / "1.json").write_text("{}", "utf-8")
    assert "this file is no order" in homeostat("alarm", "list", "--site", site).stdout
