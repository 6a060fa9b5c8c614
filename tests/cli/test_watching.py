"""`watch train --batches`, `watch score` of a watcher, `watch table --every` of a site: what is printed and refused."""

import csv
import json
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.monitoring.learning import long_tables

from homeostat.cli.twin.values import OptionError
from homeostat.cli.watch.table import table
from homeostat.cli.watch.watching import hours

MINI = Path(__file__).parent.parent / "execution" / "mini.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("watcher")
    long_tables.written(place / "good.csv", 24)
    long_tables.written(place / "new.csv", 4, seed=9, fault=14)
    return place


@pytest.fixture(scope="module")
def model(homeostat: Call, folder: Path) -> Path:
    made = folder / "w.json"
    done = homeostat(
        "watch", "train", folder / "good.csv", "--batches", "run", "--components", "2", "--out", made
    )
    assert done.returncode == 0, done.stderr
    for told in ("24 good batches of 3 tags", "False alarms", "batches with an alert", "of 24", "SHA-256"):
        assert told in done.stdout
    return made


def test_batches_are_told_with_verdict_time_and_tags(homeostat: Call, folder: Path, model: Path) -> None:
    done = homeostat("watch", "score", model, folder / "new.csv")
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith("R4"))
    assert "action" in line
    assert "acid +" in line


def test_the_same_as_json_sample_by_sample(homeostat: Call, folder: Path, model: Path) -> None:
    done = homeostat("watch", "score", model, folder / "new.csv", "--json")
    found = json.loads(done.stdout)
    last = found["batches"][-1]
    assert (last["batch"], last["verdict"]) == ("R4", "action")
    assert 14.0 <= last["since_h"] <= 18.0
    assert len(last["samples"]) == 24
    first = next(each for each in last["samples"] if each["time_h"] == last["since_h"])
    assert first["drivers"][0]["input"] == "acid"
    assert set(first["ratios"]) == {"t2", "spe", "newest"}


def test_a_dynamic_watcher_and_its_figures_as_json(homeostat: Call, folder: Path, tmp_path: Path) -> None:
    good = ("--batches", "run", "--lags", "2", "--every", "1 h", "--columns", "acid", "--columns", "cells")
    done = homeostat("watch", "train", folder / "good.csv", *good, "--out", tmp_path / "w.json", "--json")
    found = json.loads(done.stdout)
    assert found["tags"] == ["acid", "cells"]
    assert (found["every_h"], found["from_h"], found["batches"]) == (1.0, 0.0, 24)
    assert found["false_alarms"]["batches that ask for action"]["of"] == 24


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "there is nothing to learn"),
        (("--batches", "run", "--target", "acid"), "either predicts or watches"),
        (("--batches", "lot"), "there is no column 'lot'"),
        (("--batches", "run", "--time", "clock"), "there is no column 'clock'"),
        (("--batches", "run", "--every", "2 kg"), "--every"),
        (("--batches", "run", "--every", "-1 h"), "samples are taken at no interval"),
        (("--batches", "run", "--align", "pH"), "there is no tag 'pH'"),
    ],
)
def test_what_is_wrong_is_told(
    homeostat: Call, folder: Path, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    done = homeostat("watch", "train", folder / "good.csv", *options, "--out", tmp_path / "w.json")
    assert done.returncode != 0
    assert message in done.stderr
    assert not (tmp_path / "w.json").exists()


def test_a_watcher_is_explained_in_facts(homeostat: Call, model: Path) -> None:
    done = homeostat("watch", "explain", model)
    assert done.returncode == 0, done.stderr
    for told in (
        "good batches at the same time since the start",
        "times a limit",
        "every 1 h from 0 h on",
        "batches with an alert, left out",
        "95 % interval",
        "Inputs as learnt",
        "acid",
    ):
        assert told in done.stdout
    facts = json.loads(homeostat("watch", "explain", model, "--json").stdout)
    assert facts["kind"] == "good batches"
    assert facts["learnt from"] == "576 rows of 24 good batches"


def test_a_sample_of_a_batch_is_explained_by_its_tags(homeostat: Call, folder: Path, model: Path) -> None:
    at = 3 * 24 + 18  # R4, 17 h after it began, three after the acid left its course
    done = homeostat("watch", "explain", model, folder / "new.csv", "--row", str(at))
    assert done.returncode == 0, done.stderr
    assert f"Line {at + 1}, batch R4, sample 18 at 17 h: action" in done.stdout
    rows = [line.split()[0] for line in done.stdout.splitlines() if line.strip()]
    assert rows.index("acid") < min(rows.index("sugar"), rows.index("cells"))
    assert "Verdicts on R4" in done.stdout
    found = json.loads(
        homeostat("watch", "explain", model, folder / "new.csv", "--row", str(at), "--json").stdout
    )
    assert set(found["contributions"]) == set(found["ratios"]) == {"t2", "spe", "newest"}
    assert sum(each["contribution"] for each in found["contributions"]["spe"]) == pytest.approx(
        found["ratios"]["spe"]
    )
    assert found["turns"][0] == {"time_h": 0.0, "verdict": "ok"}
    assert found["turns"][-1]["verdict"] == "action"


def test_a_row_that_is_not_there_is_told(homeostat: Call, folder: Path, model: Path) -> None:
    done = homeostat("watch", "explain", model, folder / "new.csv", "--row", "97")
    assert done.returncode == 2
    assert "the table has 96 rows" in done.stderr


def test_the_report_of_a_watcher_holds_every_requirement(homeostat: Call, model: Path) -> None:
    found = json.loads(homeostat("watch", "report", model, "--json").stdout)
    told = {each["id"]: each for each in found["findings"]}
    assert len(told) == 34
    assert all(each["status"] in {"met", "partly", "gap"} and each["evidence"] for each in told.values())
    assert all("gap" in each["evidence"] for each in told.values() if each["status"] != "met")
    words = homeostat("watch", "report", model)
    for text in ("False alarms", "batches that ask for action", "OUR-1", "MON-16", "met"):
        assert text in words.stdout


def test_a_use_of_a_watcher_goes_on_record_and_into_its_report(
    homeostat: Call, folder: Path, model: Path, tmp_path: Path
) -> None:
    used = tmp_path / "w.json"
    used.write_bytes(model.read_bytes())
    first = homeostat("watch", "score", used, folder / "new.csv")
    assert "Recorded as use 1 in w.uses.jsonl." in first.stdout
    again = json.loads(homeostat("watch", "score", used, folder / "good.csv", "--json").stdout)
    assert again["record"]["use"] == 2
    assert "which proves nothing" in again["record"]["told"]
    found = json.loads(homeostat("watch", "report", used, "--json").stdout)["findings"]
    (followed,) = (each["evidence"] for each in found if each["id"] == "MON-14")
    assert "2 uses on record, 1 on other batches than those learnt from" in followed
    assert "4 batches (1 action" in followed


def test_the_report_of_a_watcher_becomes_a_page(homeostat: Call, model: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert homeostat("watch", "report", model, "--html", page).returncode == 0
    text = page.read_text("utf-8")
    for told in ("Validation report", "False alarms", "batches with an alert", "OUR-1"):
        assert told in text


def test_a_site_gives_its_finished_batches_sample_by_sample(homeostat: Call, tmp_path: Path) -> None:
    site, out = tmp_path / "site", tmp_path / "long.csv"
    assert homeostat("run", MINI, "--site", site, "--seed", "7", "--patient", "P1").returncode == 0
    table(site=site, at="24 h", target=None, every="10 min", out=out)
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert {row["batch"] for row in rows} == {"B0001"}
    assert {row["donor"] for row in rows} == {"P1"}
    assert [float(row["time [h]"]) for row in rows[:3]] == pytest.approx([0.0, 1.0 / 6.0, 1.0 / 3.0])
    assert rows[0]["phase"] == ""
    assert {row["phase"] for row in rows[1:6]} == {"right"}  # the last one of those that run
    assert {row["phase"] for row in rows[8:12]} == {"left"}
    assert float(rows[3]["glucose [mmol/L]"]) == pytest.approx(20.0, abs=2.0)


def test_an_interval_that_is_none_is_told() -> None:
    assert hours("30 min") == 0.5
    assert hours(None) is None
    with pytest.raises(OptionError, match="no interval"):
        hours("0 h")
