"""Samples of a log that came late or twice: told when they came, while values are read in the order of their stamps."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from homeostat.equipment import RecordedLog
from homeostat.equipment.overtaken import Overtaken, passed_rows

from .logs import GAS, MAIN, log
from .small import MINUTE

HEAD, ROWS = MAIN.splitlines(keepends=True)[:2], MAIN.splitlines(keepends=True)[2:]


def found(driver: RecordedLog, time: int) -> list[tuple[str, int, int]]:
    return [(one.tag, one.taken // MINUTE, one.arrived // MINUTE) for one in driver.overtaken(time)]


def test_a_row_in_order_is_never_overtaken(tmp_path: Path) -> None:
    assert log(tmp_path).overtaken(10**15) == []


def test_a_row_that_stands_after_a_younger_one_came_no_sooner_than_that(tmp_path: Path) -> None:
    swapped = "".join([*HEAD, ROWS[0], ROWS[2], ROWS[1], *ROWS[3:]])
    driver, straight = log(tmp_path, run_5=swapped), log(tmp_path)
    assert found(driver, 9 * MINUTE) == []
    assert found(driver, 10 * MINUTE) == [("temp", 5, 10), ("level", 5, 10), ("base_flow", 5, 10)]
    assert found(driver, 60 * MINUTE) == []  # each is told once
    assert [repr(driver.read(k * MINUTE)) for k in range(45)] == [
        repr(straight.read(k * MINUTE)) for k in range(45)
    ]


def test_a_row_that_was_written_twice_is_told_with_both_values(tmp_path: Path) -> None:
    driver = log(tmp_path, run_5="".join([*HEAD, ROWS[0], ROWS[1], ROWS[1], *ROWS[2:]]))
    temp, *_ = driver.overtaken(5 * MINUTE)
    assert temp == Overtaken("temp", 5 * MINUTE, 36.6, 5 * MINUTE, 36.6)


def test_a_log_beside_has_an_order_of_its_own(tmp_path: Path) -> None:
    lines = GAS.splitlines(keepends=True)
    driver = log(tmp_path, gas_5="".join([*lines, lines[2]]))
    assert found(driver, 60 * MINUTE) == [("co2", 1, 3)]


def test_a_file_that_is_sorted_otherwise_says_nothing_about_arrival(tmp_path: Path) -> None:
    assert log(tmp_path, run_5="".join([*HEAD, *ROWS[::-1]])).overtaken(10**15) == []


@given(st.lists(st.integers(0, 20), max_size=30))
def test_every_row_is_younger_than_all_before_it_or_passed(times: list[int]) -> None:
    stamped = [(time, row) for row, time in enumerate(times)]
    passed = passed_rows(stamped)
    fresh = [time for row, time in enumerate(times) if row not in {one.row for one in passed}]
    if passed:
        assert fresh == sorted(set(fresh))
        assert 2 * len(passed) <= len(times)
    for one in passed:
        assert times[one.row] == one.time <= one.arrived == times[one.newest] == max(times[: one.row])
        assert one.newest < one.row
