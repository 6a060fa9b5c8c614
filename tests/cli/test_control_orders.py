"""`homeostat control explain|approve|refuse|authority`, and where the panel and the record show a controller."""

import json
import re
from pathlib import Path

import pytest
from tests.execution.steered import HOUR, Batch, at_every_scan, execute, process

from homeostat.process import Process
from homeostat.site import Site

from .conftest import Call, Completed

WHO = ("--by", "Dr. A", "--why", "looked at it")


@pytest.fixture(scope="module")
def led(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a batch that was led to its end through a sensor's lie."""
    place = tmp_path_factory.mktemp("led") / "site"
    lie = {"kind": "bias", "of": "lactate", "at": "5 h", "lasts": "6 h", "size": "8 mmol/L"}
    execute(Site.create(place), process(faults=[lie]))
    return place


def test_every_plan_and_change_is_told_in_a_sentence(homeostat: Call, led: Path) -> None:
    told = homeostat("control", "explain", "B0001", "--site", led).stdout
    assert re.search(r"day 0 01:20  1     At 1\.2 h: perfusion \S+ -> \S+ mL/h; expects cells ", told)
    assert "plan -> last plan, autonomous: the twin disagrees with: lactate" in told


@pytest.fixture(scope="module")
def dropping(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a batch whose twin leaves a lying sensor out, and takes it back once it is sound for long."""
    place = tmp_path_factory.mktemp("dropping") / "site"
    lie = {"kind": "bias", "of": "viable", "at": "5 h", "lasts": "3 h", "size": "30 1e6 cell/mL"}
    tree = process(faults=[lie]).model_dump(mode="json", by_alias=True)
    tree["twin"]["observer"] |= {"drop": "1 h", "again": "2 h"}
    execute(Site.create(place), Process.model_validate(tree))
    return place


def test_what_the_twin_left_out_is_told_between_the_plans(homeostat: Call, dropping: Path) -> None:
    at = ("control", "explain", "B0001", "--site", dropping)
    for only in ((), ("--controller", "growth")):
        told = [line.split(maxsplit=3)[-1] for line in homeostat(*at, *only).stdout.splitlines()]
        out = told.index("Viable cell density: the twin leaves it out: the others agree without it")
        back = told.index("Viable cell density: the twin relies on it again")
        assert told[out - 1].endswith("last plan, autonomous: the twin disagrees with: viable")
        assert "last plan -> plan, autonomous" in "\n".join(told[out:back])
        assert told[back + 1].endswith("last plan, autonomous: the twin disagrees with: viable")
    rows = json.loads(homeostat(*at, "--json").stdout)
    signals = [(row["tag"], row["kind"], row["state"]) for row in rows if row["type"] == "signal.changed"]
    assert signals == [("viable", "dropped", "opened"), ("viable", "dropped", "closed")]


def test_one_plan_is_told_in_full(homeostat: Call, led: Path) -> None:
    told = homeostat("control", "explain", "B0001", "--site", led, "--move", "2").stdout
    for words in (
        "Planned outputs",
        "Expected",
        "if nothing were moved",
        "if only this move were left out",
        "Ends that were compared",
        "Objective ",
    ):
        assert words in told
    plan = json.loads(homeostat("control", "explain", "B0001", "--site", led, "--move", "2", "--json").stdout)
    assert (plan["type"], plan["controller"], plan["status"]) == ("move.planned", "growth", "solved")
    assert f"settings {plan['means'][:16]}" in told


def test_a_plan_is_made_again_from_its_event_alone(homeostat: Call, led: Path) -> None:
    at = ("control", "explain", "B0001", "--site", led)
    told = homeostat(*at, "--move", "2", "--again").stdout
    assert "Made again from what this event says was believed: every number comes out the same." in told
    assert json.loads(homeostat(*at, "--move", "2", "--again", "--json").stdout)["differs"] == []


def test_in_json_everything_is_told(homeostat: Call, led: Path) -> None:
    rows = json.loads(homeostat("control", "explain", "B0001", "--site", led, "--json").stdout)
    assert {row["type"] for row in rows} >= {"move.planned", "control.changed", "move.clamped"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("explain", "B0002"), "there is no batch B0002"),
        (("explain", "B0001", "--move", "999"), "there is no plan 999"),
        (("explain", "B0001", "--move", "0"), "--move"),
        (("explain", "B0001", "--again"), "it is not said which plan"),
        (("explain", "B0001", "--controller", "luck"), "no controller 'luck' was at work"),
        (("approve", "growth", "7", "--batch", "B0002", *WHO), "there is no batch 'B0002'"),
        (("approve", "growth", "7", "--batch", "B0001", *WHO), "batch B0001 has ended"),
        (("authority", "growth", "advisory", "--batch", "B0001", *WHO), "batch B0001 has ended"),
        (("authority", "growth", "absolute", "--batch", "B0001", *WHO), "absolute"),
        (("refuse", "growth", "7", "--batch", "B0001", "--by", "A"), "--why"),
        (("refuse", "growth", "7", "--batch", "B0001", "--why", "b"), "--by"),
        (("refuse", " ", "7", "--batch", "B0001", *WHO), "a name has 1 to 64"),
        (("refuse", "growth", "\n", "--batch", "B0001", *WHO), "a name has 1 to 64"),
        (("refuse", "growth", "7", "--batch", "B0001", "--by", "A", "--why", " "), "a reason has 1 to 200"),
    ],
)
def test_what_cannot_be_used_is_told(homeostat: Call, led: Path, words: tuple[str, ...], told: str) -> None:
    found = homeostat("control", *words, "--site", led)
    assert found.returncode == 2
    assert told in found.stderr
    assert "Traceback" not in found.stderr
    assert not (led / "orders").exists()


def test_a_record_shows_what_controllers_did(homeostat: Call, led: Path, tmp_path: Path) -> None:
    record = json.loads(homeostat("record", "B0001", "--site", led, "--json").stdout)
    (line,) = record["controllers"]
    assert (line["controller"], line["authority"], line["rung"], line["waiting"]) == (
        "growth",
        "autonomous",
        "idle",
        None,
    )
    assert line["plans"] > 3
    assert "last plan" in [change["rung"] for change in line["changes"]]
    assert line["driven"][0] | {"title": ""} == {
        "loop": "perfusion",
        "title": "",
        "unit": "mL/h",
        "low": 0.0,
        "high": 20.0,
    }
    assert homeostat("record", "B0001", "--site", led).returncode == 0
    page = (led / "records" / "B0001.html").read_text("utf-8")
    assert "Predictive control" in page
    assert line["last"].split(";")[0].replace("->", "-&gt;") in page


def test_a_waiting_move_is_shown_and_approved_while_the_batch_runs(
    homeostat: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that the panel shows is the one that lets the move through."""
    place, heard = tmp_path / "site", dict[str, Completed]()

    def person(time: int) -> None:
        if time == 4 * HOUR:
            shown = homeostat("watch", "panel", "--batch", "B0001", "--site", place)
            heard["panel"] = shown
            command = re.search(r"homeostat (control approve growth \d+ --batch B0001)", shown.stdout)
            assert command, shown.stdout
            for kind, name, proposal in (("bad", "growth", "17"), ("unknown", "luck", "17")):
                heard[kind] = homeostat(
                    "control", "refuse", name, proposal, "--batch", "B0001", "--site", place, *WHO
                )
            heard["given"] = homeostat(*command.group(1).split(), "--site", place, *WHO)
        elif time == 5 * HOUR:
            words = ("control", "authority", "growth", "advisory", "--batch", "B0001", "--site", place)
            heard["authority"] = homeostat(*words, *WHO)

    at_every_scan(monkeypatch, person)
    batch: Batch = execute(Site.create(place), process(authority="supervised"), speed=1e9)
    assert "supervised" in heard["panel"].stdout
    assert "Perfusion by a plan waits for approval until day 0 04:" in heard["panel"].stdout
    assert (heard["bad"].returncode, heard["unknown"].returncode) == (2, 2)
    assert "no move 17 of growth waits for a decision" in heard["bad"].stderr
    assert "batch B0001 has no controller 'luck'" in heard["unknown"].stderr
    assert "it has: growth" in heard["unknown"].stderr
    assert "given to batch B0001: approve growth " in heard["given"].stdout
    assert heard["authority"].returncode == 0
    rungs = batch.column("control.growth.rung")
    assert rungs[4 * 6] == 2.0, "the plan is followed"
    assert set(rungs[5 * 6 : 15 * 6]) == {1.0}, "then it only advises"
    record = json.loads(homeostat("record", "B0001", "--site", place, "--json").stdout)
    said = [one["text"] for one in record["controllers"][0]["said"]]
    assert said[0].startswith("Dr. A: approve ")
    assert said[1] == "Dr. A: authority advisory (looked at it)"
