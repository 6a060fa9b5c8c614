"""`watch table`: the finished batches of a site as a file, and what is wrong told by its option."""

import csv
from pathlib import Path

import pytest

from homeostat.cli.files import OutputError
from homeostat.cli.twin.values import OptionError
from homeostat.cli.watch.table import table, times
from homeostat.errors import RecordError
from homeostat.process import Quantity

from .conftest import Call

MINI = Path(__file__).parent.parent / "execution" / "mini.yaml"


@pytest.fixture(scope="module")
def site(homeostat: Call, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with two batches of two patients that have ended, and one that is paused. Not to be written to."""
    place = tmp_path_factory.mktemp("table") / "site"
    for seed, patient in (("7", "P1"), ("8", "P2")):
        assert homeostat("run", MINI, "--site", place, "--seed", seed, "--patient", patient).returncode == 0
    assert homeostat("run", MINI, "--site", place, "--until", "inoculate").returncode == 0
    return place


def test_it_writes_a_row_for_each_batch_that_has_ended(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "table.csv"
    table(site=site, at="30 min, 1 h", target="viability", out=out)
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert [(row["batch"], row["donor"]) for row in rows] == [("B0001", "P1"), ("B0002", "P2")]
    assert float(rows[0]["viability"]) != float(rows[1]["viability"])
    assert float(rows[0]["glucose @ 30 min [mmol/L]"]) == pytest.approx(20.0, abs=1.0)
    assert capsys.readouterr().out == f"{out}: 2 batches, {len(rows[0])} columns\n"


def test_every_cell_of_it_is_a_number_or_empty_but_the_first_four(site: Path, tmp_path: Path) -> None:
    table(site=site, at="1 h", target=None, out=tmp_path / "table.csv")
    for row in csv.DictReader((tmp_path / "table.csv").read_text("utf-8").splitlines()):
        assert all(float(cell or "nan") is not None for cell in list(row.values())[4:])


def test_times_are_ordered_and_each_counts_once() -> None:
    assert times("2 d,24 h, 48 h") == (Quantity(24.0, "h"), Quantity(2.0, "d"))


@pytest.mark.parametrize("text", ["soon", "24 mL", "-1 h", "", "24 h,"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(OptionError) as told:
        times(text)
    assert told.value.where.startswith("--at")


def test_times_without_readings_and_bad_places_are_errors(site: Path, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no batch has a reading at 24 h"):
        table(site=site, at="24 h", target=None, out=tmp_path / "table.csv")
    with pytest.raises((OptionError, OutputError)):
        table(site=site, at="1 h", target=None, out=tmp_path / "none" / "table.csv")
    assert list(tmp_path.iterdir()) == []
