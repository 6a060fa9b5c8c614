"""A recorded run as a driver: every sample at its time with its quality, and nothing lost in silence."""

import hashlib
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.equipment import Command, Driver, RecordedLog, Result
from homeostat.equipment.offline import never_negative
from homeostat.equipment.playback import Playback, unread
from homeostat.equipment.series import Series
from homeostat.errors import EquipmentError, HomeostatError, TwinError
from homeostat.process import Process
from homeostat.process.reading import Quality

from .logs import FILES, LAB, MAIN, RECORDING, RUNS, TAGS, log, recorded, write
from .small import MINUTE

GOOD, HELD, UNCERTAIN, STALE, BAD, MISSING = (int(quality) for quality in Quality)
NAMES = list(TAGS)


def play(driver: Driver, name: str, minutes: range) -> list[tuple[float, int]]:
    place = NAMES.index(name)
    scans = [driver.read(minute * MINUTE) for minute in minutes]
    return [(scan.values[place], scan.qualities[place]) for scan in scans]


def qualities(driver: Driver, name: str, minutes: range) -> list[int]:
    return [quality for _, quality in play(driver, name, minutes)]


def texts(driver: Driver) -> list[str]:
    findings = driver.facts()["findings"]
    assert isinstance(findings, list)
    return [str(finding) for finding in findings]


def test_it_is_a_driver_that_steers_nothing_and_repeats(tmp_path: Path) -> None:
    driver: Driver = log(tmp_path)
    assert not driver.steers
    assert driver.repeatable
    driver.regulate([("pump", 5.0)])
    outcome = driver.execute(Command("c", "set", "pump", 5.0, "mL/h"))
    assert (outcome.status, outcome.detail) == ("refused", "recorded equipment is not steered")
    assert driver.confirm("c") is None
    driver.sample("S1", "hplc", 0)
    driver.close()


def test_a_sample_is_fresh_once_then_held_then_stale(tmp_path: Path) -> None:
    assert play(log(tmp_path), "temp", range(8)) == [
        (36.5, GOOD), *[(36.5, HELD)] * 4, (36.6, GOOD), *[(36.6, HELD)] * 2
    ]  # fmt: skip


def test_what_is_wrong_in_the_log_is_wrong_in_the_readings(tmp_path: Path) -> None:
    temperature = qualities(log(tmp_path), "temp", range(9, 18))
    assert temperature == [GOOD, UNCERTAIN, *[UNCERTAIN] * 4, BAD, BAD, BAD]
    level = qualities(log(tmp_path), "level", range(9, 18))
    assert level == [GOOD, *[BAD] * 5, MISSING, MISSING, MISSING]


def test_a_gap_in_the_log_becomes_stale(tmp_path: Path) -> None:
    text = MAIN.replace("01.01.2024 10:15:00;oops;;4\n", "").replace("50;-0,5;4", "36,7;0,5;4")
    shown = qualities(log(tmp_path, run_5=text), "temp", range(10, 42))
    assert shown == [GOOD, *[HELD] * 12, *[STALE] * 17, GOOD, HELD]


def test_a_totaliser_reads_as_a_flow(tmp_path: Path) -> None:
    shown = play(log(tmp_path), "base_flow", range(0, 20, 5))
    assert shown[0][1] == MISSING
    assert [quality for _, quality in shown[1:]] == [GOOD] * 3
    assert [value for value, _ in shown[1:]] == pytest.approx([12.0, 24.0, 0.0])


def test_a_log_beside_keeps_its_own_clock(tmp_path: Path) -> None:
    shown = play(log(tmp_path), "co2", range(5))
    assert shown[:3] == [(0.1, GOOD), (0.2, GOOD), (0.2, HELD)]
    assert [quality for _, quality in shown[3:]] == [MISSING, MISSING]


def test_tags_that_the_log_does_not_hold_are_missing(tmp_path: Path) -> None:
    for name in ("spare", "pump"):
        ((value, quality),) = play(log(tmp_path), name, range(1))
        assert math.isnan(value)
        assert quality == MISSING


def test_time_zero_is_the_first_row_and_the_end_the_last(tmp_path: Path) -> None:
    driver = log(tmp_path)
    assert driver.end() == 40 * MINUTE
    assert driver.facts()["begins"] == "2024-01-01T10:00:00"


def test_the_clock_at_time_zero_is_told_as_it_was_written(tmp_path: Path) -> None:
    zoned = {"column": "when", "format": "%d.%m.%Y %H:%M:%S%z"}
    main = MAIN.replace("2024 10:00:00", "2024 10:00:00+0200").replace("2024 10:05:00", "2024 10:05:00+0200")
    driver = RecordedLog(recorded(time=zoned), write(tmp_path, run_5=main))
    assert driver.facts()["begins"] == "2024-01-01T10:00:00"
    assert driver.end() == 5 * MINUTE


def test_facts_tell_the_run_and_whether_the_twin_was_fitted_to_it(tmp_path: Path) -> None:
    path = write(tmp_path)

    def told(**changes: Any) -> dict[str, Any]:
        facts = RecordedLog(recorded(**changes), path).facts()
        return {name: facts[name] for name in ("run", "fitted") if name in facts}

    assert told() == {"run": "5"}
    assert told(fitted=["4", "5"]) == {"run": "5", "fitted": True}
    assert told(fitted=["4", "55"]) == {"run": "5", "fitted": False}
    assert told(file=r"run_\d+\.csv") == {}


@pytest.mark.parametrize("cells", ["oops", "", "99"])
def test_a_critical_parameter_without_any_usable_value_is_told(tmp_path: Path, cells: str) -> None:
    lines = MAIN.splitlines(keepends=True)
    rows = [f"{line.split(';')[0]};{cells};{';'.join(line.split(';')[2:])}" for line in lines[2:]]
    path = write(tmp_path, run_5="".join([*lines[:2], *rows]))
    parameter: dict[str, Any] = {"title": "Temperature", "tag": "temp"}
    parameter |= {"normal": ["35 degC", "38 degC"], "proven": ["30 degC", "40 degC"]}
    critical = Process.model_validate({**recorded().model_dump(), "parameters": {"temp": parameter}})
    expected = "run_5.csv: no usable value at all in column temperature, which is to give temp"
    assert expected in texts(RecordedLog(critical, path))
    assert not any("no usable value" in text for text in texts(RecordedLog(recorded(), path)))
    assert not any("no usable value" in text for text in texts(RecordedLog(critical, write(tmp_path))))


def test_a_negative_concentration_is_left_out_and_told(tmp_path: Path) -> None:
    driver = log(
        tmp_path, lab_5=LAB.replace("10:20;2;NA", "10:20;-2,15;7").replace("11:00;3;1", "11:00;0;-1")
    )
    assert [dict(result.values) for result in driver.results(10**12)] == [
        *({"biomass": 1.5, "glucose": 0.9}, {"glucose": 0.007}, {"biomass": 0.0})
    ]
    told = texts(driver)
    assert "lab_5.csv, line 4: biomass: negative, which no value in g/L can be, left out" in told
    assert "lab_5.csv, line 5: glucose: negative, which no value in g/L can be, left out" in told


@pytest.mark.parametrize(
    ("unit", "never"),
    [
        *(
            (unit, True)
            for unit in ("g/L", "mmol/L", "1e6 cell/mL", "cell/mL", "IU/mL", "vg/mL", "TU/mL", "M")
        ),
        *((unit, True) for unit in ("%", "1/mL", "particle/mL", "kg/m^3")),
        *((unit, False) for unit in ("degC", "K", "mV", "pH", "1", "AU", "mL", "g", "g/h")),
    ],
)
def test_what_can_never_be_negative_follows_from_the_unit(unit: str, never: bool) -> None:
    assert never_negative(unit) is never


def test_results_come_when_they_were_taken_and_once(tmp_path: Path) -> None:
    driver = log(tmp_path)
    first = Result(
        "offline-1",
        "hplc",
        -10 * MINUTE,
        {"biomass": 1.5, "glucose": 0.9},
        {"biomass": "g/L", "glucose": "g/L"},
    )
    assert driver.results(0) == [first]
    assert driver.results(20 * MINUTE - 1) == []
    assert [(r.sample, r.values) for r in driver.results(20 * MINUTE)] == [("offline-3", {"biomass": 2.0})]
    assert [r.taken for r in driver.results(10**12)] == [60 * MINUTE]
    assert driver.results(10**12) == []


def test_the_run_sheet_gives_the_start_in_the_models_units(tmp_path: Path) -> None:
    assert log(tmp_path).initial() == {"volume": 0.5, "biomass": 1.5}


def test_facts_name_every_file_with_its_hash_and_rows(tmp_path: Path) -> None:
    files = log(tmp_path).facts()["files"]
    digests = {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in FILES}
    assert files == [
        {"name": "run_5.csv", "sha256": digests["run_5.csv"], "encoding": "latin-1", "rows": 5, "used": 5},
        {"name": "gas_5.txt", "sha256": digests["gas/gas_5.txt"], "encoding": "utf-8", "rows": 3, "used": 3},
        {"name": "lab_5.csv", "sha256": digests["lab_5.csv"], "encoding": "utf-8", "rows": 4, "used": 3},
        {"name": "runs.csv", "sha256": digests["runs.csv"], "encoding": "latin-1", "rows": 2, "used": 1},
    ]


def test_findings_tell_all_that_was_doubted_or_left_out(tmp_path: Path) -> None:
    assert texts(log(tmp_path)) == [
        "run_5.csv, line 6: temp: not a finite number",
        "run_5.csv, line 5: temp: outside the range of the tag",
        "run_5.csv, line 6: level: empty or marked as missing",
        "run_5.csv, line 5: level: an impossible value",
        "run_5.csv, line 3: base_flow: the first total, which gives no flow yet",
        "gas_5.txt, line 4: co2: empty or marked as missing",
        "lab_5.csv, line 3: biomass: empty or marked as missing, left out",
        "lab_5.csv, line 3: glucose: empty or marked as missing, left out (2 times)",
        "lab_5.csv, line 3: samples without any value, left out",
        "lab_5.csv: samples after the end of the log",
    ]


def test_samples_between_two_scans_and_after_the_end_are_told(tmp_path: Path) -> None:
    gas = "time\tCO2\n2024-01-01 09:58\t1\n2024-01-01 09:59\t1\n2024-01-01 10:00\t1\n2024-01-01 11:00\t1\n"
    told = texts(log(tmp_path, gas_5=gas))
    assert "run_5.csv: co2: samples after the end of the main log" in told
    assert "run_5.csv: co2: samples that no scan reads, a newer one being there (2 times)" in told


def test_files_that_are_not_there_are_findings(tmp_path: Path) -> None:
    driver = log(tmp_path, gas_5=None, lab_5=None, runs=None)
    assert qualities(driver, "co2", range(3)) == [MISSING] * 3
    assert driver.results(10**12) == []
    assert driver.initial() == {}
    assert texts(driver)[-3:] == [
        "gas/gas_5.txt: there is no such file: no tags co2",
        "lab_5.csv: there is no such file: no results of hplc",
        "runs.csv: there is no such file: no starting values",
    ]


def test_the_first_alternative_that_exists_is_taken(tmp_path: Path) -> None:
    (tmp_path / "lab_all.csv").write_text("ts;x5\n01.01.2024 10:00;7\n")
    driver = log(tmp_path, lab_5=None)
    assert driver.results(0)[0].values == {"biomass": 7.0}
    assert "lab_all.csv: glucose: there is no column S" in texts(driver)


def test_a_run_that_the_sheet_does_not_know_or_knows_twice(tmp_path: Path) -> None:
    unknown = log(tmp_path, runs=RUNS.replace("R5", "R6"))
    assert unknown.initial() == {}
    assert any("no row for the run R5" in text for text in texts(unknown))
    twice = log(tmp_path, runs=RUNS + "R5;100;1\n")
    assert twice.initial() == {"volume": 0.5, "biomass": 1.5}
    assert any("several rows for the run R5" in text for text in texts(twice))


@pytest.mark.parametrize("cell", ["", "NA", "much", "1.234"])
def test_a_starting_value_that_is_missing_is_left_out(tmp_path: Path, cell: str) -> None:
    driver = log(tmp_path, runs=f"name;V0;X0\nR5;{cell};1,5\n")
    assert driver.initial() == {"biomass": 1.5}
    assert "runs.csv, line 2: volume: no starting value in the run's row" in texts(driver)


def test_an_impossible_start_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(EquipmentError, match="volume cannot start from -500 mL") as caught:
        log(tmp_path, runs="name;V0;X0\nR5;-500;1,5\n")
    assert caught.value.where == "runs.csv, line 2, column V0"


def test_rows_in_disorder_read_as_if_they_were_in_order(tmp_path: Path) -> None:
    head, rows = MAIN.splitlines(keepends=True)[:2], MAIN.splitlines(keepends=True)[2:]
    shuffled = "".join([*head, *rows[::-1], rows[0], "then;1;2;3\n"])
    straight, driver = log(tmp_path), log(tmp_path, run_5=shuffled)
    assert [repr(driver.read(k * MINUTE)) for k in range(45)] == [
        repr(straight.read(k * MINUTE)) for k in range(45)
    ]
    told = texts(driver)
    assert any("rows out of order" in text and "(5 times)" in text for text in told)
    assert any("same time stamp" in text for text in told)
    assert any("no time stamp" in text for text in told)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"run_5": "when;T1;V;base\n"}, "ends before its header"),
        ({"run_5": "when;T1;V;base\n;;;\n"}, "none of its 0 rows"),
        ({"run_5": "when;T1;V;base\n;;;\nnever;1;2;3\n"}, "none of its 1 rows"),
        ({"run_5": MAIN.replace("when", "then")}, "no column when"),
        ({"run_5": MAIN.replace("temperature", "heat")}, "no column T1 or temperature"),
        ({"gas_5": b"time\tCO2\n2024-01-01 10:00\t\xff\n"}, "is not utf-8 text"),
        ({"lab_5": "ts;X\x00\n"}, "NUL"),
        ({"runs": "name;V0\nR5;1\n"}, "no column X0"),
    ],
)
def test_files_that_cannot_be_used_are_refused(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    with pytest.raises(EquipmentError, match=message) as caught:
        log(tmp_path, **changed)
    assert caught.value.where
    assert caught.value.mend


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"file": r"other_\d+\.csv"}, "no recording"),
        ({"file": "("}, "is not a pattern"),
        ({"tags": {"ghost": {"column": "V", "unit": "L"}}}, "no tag ghost"),
        ({"tags": {"co2": {"column": "V", "unit": "%"}}}, "co2 is recorded twice"),
        ({"tags": {"temp": {"column": "V", "unit": "L"}}}, "cannot give degC"),
        ({"time": {"column": "when", "format": "%Q"}}, "is not a format"),
        ({"offline": [{**RECORDING["offline"][0], "assay": "elisa"}]}, "no assay elisa"),
        (
            {"offline": [{**RECORDING["offline"][0], "results": {"volume": {"column": "X", "unit": "L"}}}]},
            "does not report",
        ),
    ],
)
def test_recordings_that_cannot_be_right_are_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(EquipmentError, match=message):
        RecordedLog(recorded(**changes), write(tmp_path))


def test_a_start_of_something_the_model_lacks_is_refused(tmp_path: Path) -> None:
    sheet = {**RECORDING["run_sheet"], "initial": {"ghosts": {"column": "V0", "unit": "mL"}}}
    with pytest.raises(TwinError, match="ghosts"):
        RecordedLog(recorded(run_sheet=sheet), write(tmp_path))


def test_file_names_match_whole_and_in_any_case(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert RecordedLog(recorded(file=r"RUN_(?P<run>\d)\.CSV"), path).initial()
    with pytest.raises(HomeostatError, match="no recording"):
        RecordedLog(recorded(file="run"), path)


samples = st.lists(
    st.tuples(st.integers(-20, 60), st.sampled_from([GOOD, UNCERTAIN, BAD, MISSING])), max_size=15
)


@given(samples, st.integers(1, 7), st.integers(0, 30))
def test_playback_obeys_its_rule_at_every_step(found: list[tuple[int, int]], step: int, stale: int) -> None:
    import numpy as np

    kept = dict(sorted(found))
    times, codes = list(kept), list(kept.values())
    series = Series(np.array(times, np.int64), np.arange(len(times), dtype=float), np.array(codes, np.int64))
    player, before = Playback(series, stale), -(10**9)
    read = set()
    for now in range(0, 80, step):
        value, quality = player.read(now)
        past = [k for k, time in enumerate(times) if time <= now]
        if not past:
            assert quality == MISSING
            continue
        newest = past[-1]
        read.add(newest)
        assert value == newest
        fresh, old = times[newest] > before, now - times[newest] > stale
        if old:
            assert quality == max(STALE, codes[newest])
        else:
            assert quality == (HELD if codes[newest] == GOOD and not fresh else codes[newest])
        before = now
    assert unread(series, step) == len([t for t in times if t <= now]) - len(read) + late_pairs(
        times, step, now
    )


def late_pairs(times: list[int], step: int, now: int) -> int:
    """Samples after the last scan that a further scan would pass over."""
    slots = [-(-time // step) for time in times if time > now]
    return len(slots) - len(set(slots))
