"""The public yeast logs through the shipped process: every row and result arrives, as an independent reading says."""

import csv
import math
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from homeostat.equipment import Result, Scan, connect
from homeostat.process import load
from homeostat.process.reading import Quality

from .small import HOUR, MINUTE

GOOD, MISSING = Quality.GOOD, Quality.MISSING
PROCESS = load("yeast-fed-batch")
NAMES = list(PROCESS.tags)
DCU = {"temperature": "TEMP", "dissolved_oxygen": "pO2", "stirrer": "STIRR", "ph": "pH"}


def folder(shared: Path) -> Path:
    return shared / "data" / "yeast_fedbatch_senck"


def independent(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Rows of a DCU log by the csv module: µs since its first row, and cells by column."""
    with path.open(encoding="latin-1", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))[2:]
    times = [datetime.strptime(row["PDatTime"], "%d.%m.%Y %H:%M:%S").replace(tzinfo=UTC) for row in rows]
    return [
        (round((time - times[0]).total_seconds()) * 1_000_000, row)
        for time, row in zip(times, rows, strict=True)
    ]


def play(path: Path) -> tuple[dict[int, Scan], list[Result]]:
    driver = connect(PROCESS, f"recorded:{path}", 0)
    end = driver.end()
    assert end is not None
    scans: dict[int, Scan] = {}
    results: list[Result] = []
    for time in range(0, end + 1, MINUTE):
        scans[time] = driver.read(time)
        results += driver.results(time)
    return scans, results


@pytest.mark.parametrize("run", range(1, 8))
def test_every_row_of_the_control_unit_arrives_unchanged(shared: Path, run: int) -> None:
    path = folder(shared) / "online" / f"online_{run}.CSV"
    scans, _ = play(path)
    for time, row in independent(path):
        scan = scans[time]
        for name, column in DCU.items():
            value, quality = scan.values[NAMES.index(name)], scan.qualities[NAMES.index(name)]
            if row[column]:
                assert value == float(row[column].replace(",", "."))
                assert quality in (GOOD, Quality.UNCERTAIN)
            else:
                assert math.isnan(value)
                assert quality == MISSING


@pytest.mark.parametrize(
    ("run", "hours", "rows"), [(4, 26.0, 313), (5, 26.0, 313), (6, 25 + 1 / 3, 305), (7, 25.75, 310)]
)
def test_length_and_files(shared: Path, run: int, hours: float, rows: int) -> None:
    driver = connect(PROCESS, f"recorded:{folder(shared)}/online/online_{run}.CSV", 0)
    files = driver.facts()["files"]
    assert isinstance(files, list)
    told = [file for file in files if isinstance(file, dict)]
    assert [file["name"] for file in told] == [
        *(f"online_{run}.CSV", f"CO2_{run}.dat", f"offline_{run}.csv", "metadata.xlsx")
    ]
    assert (told[0]["rows"], told[0]["used"]) == (rows, rows)
    assert driver.end() == pytest.approx(hours * HOUR)


@pytest.mark.parametrize("run", range(1, 8))
def test_facts_tell_the_run_its_first_stamp_and_whether_it_was_fitted(shared: Path, run: int) -> None:
    path = folder(shared) / "online" / f"online_{run}.CSV"
    facts = connect(PROCESS, f"recorded:{path}", 0).facts()
    assert (facts["run"], facts["fitted"]) == (str(run), run in (4, 5, 6))
    with path.open(encoding="latin-1", newline="") as lines:
        first = list(csv.DictReader(lines, delimiter=";"))[2]["PDatTime"]
    assert facts["begins"] == f"{first[6:10]}-{first[3:5]}-{first[:2]}T{first[11:]}"
    assert not [text for text in facts["findings"] if "farther" in text or "negative" in text]


@pytest.mark.parametrize("run", [4, 5, 6, 7])
def test_every_laboratory_value_arrives(shared: Path, run: int) -> None:
    _, results = play(folder(shared) / "online" / f"online_{run}.CSV")
    with (folder(shared) / "offline" / f"offline_{run}.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    columns = {"biomass": "cX", "glucose": "cS", "ethanol": "cE"}
    expected = [{name: float(row[c]) for name, c in columns.items() if row[c] != "NA"} for row in rows]
    assert [dict(result.values) for result in results] == [values for values in expected if values]
    assert all(a.taken <= b.taken for a, b in pairwise(results))


def test_a_spreadsheet_of_results_is_read_too(shared: Path) -> None:
    _, results = play(folder(shared) / "online" / "online_3.CSV")
    assert len(results) == 21
    assert results[0].values == {"biomass": 1.55, "glucose": 6.3375476, "ethanol": 0.0}


@pytest.mark.parametrize(
    ("run", "biomass", "glucose"), [(4, 1.34437, 10.0), (5, 1.34437, 3.0), (7, 1.8283432, 2.0)]
)
def test_the_run_sheet_gives_the_start(shared: Path, run: int, biomass: float, glucose: float) -> None:
    driver = connect(PROCESS, f"recorded:{folder(shared)}/online/online_{run}.CSV", 0)
    assert driver.initial() == {"biomass": biomass, "glucose": glucose, "volume": 0.5}


def test_flows_add_up_to_the_totaliser(shared: Path) -> None:
    path = folder(shared) / "online" / "online_5.CSV"
    scans, _ = play(path)
    place, unit = NAMES.index("base_pump"), PROCESS.tags["base_pump"].unit
    assert unit == "mL/h"
    rows = [(time, float(row["BASET"].replace(",", "."))) for time, row in independent(path) if row["BASET"]]
    pumped = sum(scans[time].values[place] * 5 / 60 for time, _ in rows[1:])
    assert pumped == pytest.approx(rows[-1][1] - rows[0][1])
