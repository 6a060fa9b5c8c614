"""Rows with a wrong year: left out and named, and the run keeps its length."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.equipment import RecordedLog
from homeostat.equipment.findings import Findings
from homeostat.equipment.stretch import NAMED, Stretch, near
from homeostat.equipment.tables import Shape, Sheet

from .logs import GAS, LAB, MAIN, log, recorded, write
from .small import HOUR, MINUTE

DAY = 24 * HOUR
ROWS = MAIN.splitlines(keepends=True)[2:]


def told(driver: RecordedLog) -> list[str]:
    findings = driver.facts()["findings"]
    assert isinstance(findings, list)
    return [str(finding) for finding in findings]


@pytest.mark.parametrize("year", ["2120", "1900", "0024", "2023"])
def test_one_wrong_year_costs_its_row_and_nothing_else(tmp_path: Path, year: str) -> None:
    (tmp_path / "straight").mkdir()
    straight = log(tmp_path / "straight")
    rows = [*ROWS[:2], f"01.01.{year} 10:07:00;37;0,5;3\n", *ROWS[2:]]
    driver = log(tmp_path, run_5="".join([*MAIN.splitlines(keepends=True)[:2], *rows]))
    assert driver.end() == straight.end() == 40 * MINUTE
    assert driver.facts()["begins"] == "2024-01-01T10:00:00"
    assert [repr(driver.read(k * MINUTE)) for k in range(45)] == [
        repr(straight.read(k * MINUTE)) for k in range(45)
    ]
    assert told(driver)[0] == (
        f"run_5.csv, line 5: rows left out: stamp {year}-01-01T10:07:00, farther from the run than longest_gap"
    )
    assert not any("out of order" in text for text in told(driver))


def test_several_rows_at_1900_do_not_push_the_run_out(tmp_path: Path) -> None:
    wrong = [f"01.01.1900 00:0{k}:00;37;0,5;3\n" for k in range(3)]
    head = MAIN.splitlines(keepends=True)[:2]
    driver = log(tmp_path, run_5="".join([*head, *wrong[:2], *ROWS, wrong[2]]))
    assert driver.end() == 40 * MINUTE
    assert [result.taken for result in driver.results(0)] == [-10 * MINUTE]
    assert told(driver)[0] == (
        "run_5.csv, line 3: rows left out: lines 3-4, 10, stamps 1900-01-01T00:00:00 to 1900-01-01T00:02:00, "
        "farther from the run than longest_gap (3 times)"
    )


def test_disorder_is_judged_by_the_rows_that_are_kept(tmp_path: Path) -> None:
    driver = log(tmp_path, run_5=MAIN + "01.01.2120 10:00:00;37;0,6;4\n" + "01.01.2024 10:38:00;37;0,6;4\n")
    assert "run_5.csv, line 9: rows out of order, sorted by time" in told(driver)


def test_a_clock_that_stood_still_does_not_win(tmp_path: Path) -> None:
    driver = log(tmp_path, run_5=MAIN + "01.01.1970 00:00:00;37;0,6;4\n" * 9)
    assert driver.end() == 40 * MINUTE
    assert any("lines 8-16, stamps 1970-01-01T00:00:00, farther" in text for text in told(driver))


def test_a_longer_gap_may_be_declared(tmp_path: Path) -> None:
    path = write(tmp_path, run_5=MAIN + "03.01.2024 10:40:00;37;0,6;4\n")
    assert RecordedLog(recorded(), path).end() == 40 * MINUTE
    assert RecordedLog(recorded(longest_gap="2 d"), path).end() == 40 * MINUTE + 2 * DAY
    assert RecordedLog(recorded(longest_gap="47 h"), path).end() == 40 * MINUTE


def test_rows_of_a_log_beside_that_are_far_from_the_run_are_left_out(tmp_path: Path) -> None:
    gas = GAS.replace("09:58\t0.1", "09:58\t0.1\n2120-01-01 10:00\t9\n1900-01-01 10:00\t8")
    driver = log(tmp_path, gas_5=gas)
    straight = told(log(tmp_path, gas_5=GAS))
    new = [text for text in told(driver) if text not in straight and "NA" not in text]
    assert new[:2] == [
        "gas_5.txt, line 4: rows left out: stamp 1900-01-01T10:00:00, farther from the run than longest_gap",
        "gas_5.txt, line 3: rows left out: stamp 2120-01-01T10:00:00, farther from the run than longest_gap",
    ]
    assert not any("after the end" in text or "out of order" in text for text in new)


def test_a_log_beside_may_pause_and_may_hold_other_runs(tmp_path: Path) -> None:
    """Belonging is judged by the main log: the larger part of a file beside it may be of another run."""
    other = "".join(f"2024-03-01 10:0{k}\t1\n" for k in range(9))
    driver = log(tmp_path, gas_5=GAS + other)
    files = driver.facts()["files"]
    assert isinstance(files, list)
    assert isinstance(files[1], dict)
    assert (files[1]["rows"], files[1]["used"]) == (12, 3)


def test_laboratory_results_far_from_the_run_are_left_out(tmp_path: Path) -> None:
    driver = log(tmp_path, lab_5=LAB + "01.01.2042 10:30;4;4\n01.01.1924 10:30;5;5\n")
    results = driver.results(10**18)
    assert [result.taken for result in results] == [-10 * MINUTE, 20 * MINUTE, 60 * MINUTE]
    assert [text for text in told(driver) if "farther" in text] == [
        "lab_5.csv, line 7: rows left out: stamp 1924-01-01T10:30:00, farther from the run than longest_gap",
        "lab_5.csv, line 6: rows left out: stamp 2042-01-01T10:30:00, farther from the run than longest_gap",
    ]


@pytest.mark.parametrize(("after", "kept"), [("02.01.2024 10:40", 4), ("02.01.2024 10:41", 3)])
def test_a_result_may_lie_one_longest_gap_after_the_end(tmp_path: Path, after: str, kept: int) -> None:
    assert len(log(tmp_path, lab_5=LAB + f"{after};4;4\n").results(10**18)) == kept


times = st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=40)


@given(times, st.integers(0, 500))
def test_the_busiest_stretch_is_the_largest_group_without_a_gap(found: list[int], gap: int) -> None:
    stretch = Stretch.busiest(found, gap)
    inside = sorted({time for time in found if stretch.first <= time <= stretch.last})
    assert (inside[0], inside[-1]) == (stretch.first, stretch.last)
    assert all(b - a <= gap for a, b in pairwise(inside))
    assert {time for time in found if stretch.reaches(time)} == {*inside}
    for (
        start
    ) in found:  # grow a group from every time, as by hand: none is larger, and no equal one is earlier
        group = {start}
        while grown := {t for t in found if any(abs(t - member) <= gap for member in group)} - group:
            group |= grown
        assert len(group) <= len(inside)
        assert len(group) < len(inside) or min(group) >= stretch.first


@given(times, st.integers(0, 500))
def test_every_row_is_kept_in_its_place_or_counted(found: list[int], gap: int) -> None:
    sheet = Sheet(
        "log.csv", "", "utf-8", Shape(), ("t",), [(str(t),) for t in found], range(2, len(found) + 2)
    )
    stamped = [(time, row) for row, time in enumerate(found)]
    stretch, findings = Stretch.busiest(found, gap), Findings()
    kept = near(sheet, stamped, stretch, findings)
    assert kept == [row for row in stamped if stretch.first <= row[0] <= stretch.last]
    assert findings.count("rows left out") == len(found) - len(kept)
    assert len(findings.texts()) <= NAMED + 1


def test_scattered_stamps_do_not_crowd_out_the_other_findings(tmp_path: Path) -> None:
    wrong = "".join(f"01.01.{1900 + 2 * k} 10:00:00;37;0,6;4\n" for k in range(50))
    found = [text for text in told(log(tmp_path, run_5=MAIN + wrong)) if "farther" in text]
    assert len(found) == NAMED + 1
    assert found[-1] == (
        "run_5.csv, line 18: rows left out: further stamps, farther from the run than longest_gap (40 times)"
    )


def test_many_scattered_lines_are_named_in_part(tmp_path: Path) -> None:
    rows = "".join(
        f"01.01.1900 10:{k:02d}:00;37;0,6;4\n01.01.2024 10:{41 + k}:00;37;0,6;4\n" for k in range(12)
    )
    (found,) = [text for text in told(log(tmp_path, run_5=MAIN + rows)) if "farther" in text]
    assert "lines 8, 10, 12, 14, 16, 18, 20, 22, 24, 26 and further, stamps 1900" in found
    assert found.endswith("(12 times)")
