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


def test_a_watcher_has_no_row_to_explain(homeostat: Call, model: Path) -> None:
    done = homeostat("watch", "explain", model)
    assert done.returncode != 0
    assert "it predicts nothing" in done.stderr


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
