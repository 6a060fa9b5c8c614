"""A long table as runs: each batch on one grid of times, as a running batch would have seen it."""

from pathlib import Path

import numpy as np
import pytest
from tests.monitoring.learning import tables

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning import Table, read_table
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.runs import Grid, Laid, Runs, lay_out, on_grid

LAID = Laid("run", "time [h]")


def table(place: Path, **columns: list[object]) -> Table:
    named = {
        name.replace("time_h", "time [h]").replace("time_min", "time [min]"): v for name, v in columns.items()
    }
    return read_table(tables.written(place / "long.csv", named))  # type: ignore[arg-type]


def laid(found: Table, laid: Laid = LAID, interval: float | None = None) -> Runs:
    return lay_out(found, laid, Wanted(), interval)


def test_batches_keep_their_order_and_their_rows_are_sorted_by_time(tmp_path: Path) -> None:
    found = laid(table(tmp_path, run=["b", "b", "a", "a"], time_h=[1, 0, 0, 1], x=[2.0, 1.0, 3.0, 4.0]))
    assert [run.name for run in found.runs] == ["b", "a"]
    assert found.runs[0].rows.tolist() == [[1.0], [2.0]]
    assert found.grid == Grid(1.0, 0.0)
    assert found.tags == ("x",)


def test_numbers_that_nothing_measures_are_told(tmp_path: Path) -> None:
    found = laid(table(tmp_path, run=["a", "a", "b", "b"], time_h=[0, 1, 0, 1], x=[1e149, 2.0, 3.0, 4.0]))
    assert [one for one in found.decisions if one.startswith("WARNING: 'x' up to 1.0e+149")]


def test_a_sample_is_the_last_value_by_then_and_missing_when_that_is_too_old(tmp_path: Path) -> None:
    times = [0.0, 0.9, 2.1, 5.0]
    found = laid(table(tmp_path, run=["a"] * 4, time_h=times, x=[1.0, 2.0, 3.0, 4.0]), interval=1.0)
    np.testing.assert_array_equal(found.runs[0].rows[:, 0], [1.0, 2.0, np.nan, 3.0, np.nan, 4.0])


def test_tags_at_different_times_are_each_taken_as_last_known(tmp_path: Path) -> None:
    rows = {
        "run": ["a"] * 4,
        "time_h": [0.0, 0.5, 1.0, 1.5],
        "x": [1.0, "", 3.0, ""],
        "y": ["", 5.0, "", 6.0],
    }
    found = laid(table(tmp_path, **rows), interval=1.0)  # type: ignore[arg-type]
    np.testing.assert_array_equal(found.runs[0].rows, [[1.0, np.nan], [3.0, 5.0]])


def test_the_unit_of_time_stands_in_the_heading(tmp_path: Path) -> None:
    found = laid(
        table(tmp_path, run=["a"] * 3, time_min=[0, 30, 60], x=[1.0, 2.0, 3.0]), Laid("run", "time [min]")
    )
    assert found.grid.interval == 0.5
    wrong = table(tmp_path, run=["a"] * 2, x=[0.0, 1.0], **{"time [kg]": [0, 1]})
    with pytest.raises(MonitoringError, match="time in kg"):
        laid(wrong, Laid("run", "time [kg]"))


def test_phases_are_those_that_ran_then(tmp_path: Path) -> None:
    rows = {
        "run": ["a"] * 4,
        "time_h": [0, 1, 2, 3],
        "phase": ["", "seed", "seed", "grow"],
        "x": [1.0, 2.0, 3.0, 4.0],
    }
    found = laid(table(tmp_path, **rows), Laid("run", "time [h]", "phase"), 1.0)  # type: ignore[arg-type]
    assert found.runs[0].phases == ("", "seed", "seed", "grow")


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    rows = {
        "run": ["a"] * 3,
        "time": [0, 1, 2],
        "x": [1.0, 2.0, 3.0],
        "still": [5.0] * 3,
        "remark": ["u", "v", "w"],
    }
    found = laid(table(tmp_path, **rows), Laid("run", "time"))  # type: ignore[arg-type]
    assert found.tags == ("x",)
    told = " | ".join(found.decisions)
    assert "remark" in told
    assert "'time' names no unit: taken as hours" in told
    assert "a sample every 1 h" in told


def test_a_table_to_judge_is_laid_on_the_grid_that_was_learnt(tmp_path: Path) -> None:
    found = table(tmp_path, run=["a"] * 5, time_h=[0, 1, 2, 3, 4], x=[0.0, 1.0, 2.0, 3.0, 4.0], z=[9.0] * 5)
    judged = on_grid(found, LAID, ("x",), Grid(2.0, 1.0))
    assert judged.runs[0].rows[:, 0].tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"run": ["a", ""], "time_h": [0, 1], "x": [1.0, 2.0]}, "a row has no batch"),
        ({"run": ["a", "a"], "time_h": [0, ""], "x": [1.0, 2.0]}, "a row has no time"),
        ({"run": ["a", "b"], "time_h": [0, 0], "x": [1.0, 2.0]}, "no batch has two samples"),
        ({"run": ["a", "a"], "time_h": [0, 1], "x": ["u", "v"]}, "no column of numbers"),
        ({"go": ["a", "a"], "time_h": [0, 1], "x": [1.0, 2.0]}, "there is no column 'run'"),
        ({"run": ["a", "a"], "time_h": ["soon", "late"], "x": [1.0, 2.0]}, "'soon' is no number"),
    ],
)
def test_what_is_no_set_of_runs_is_refused(
    rows: dict[str, list[object]], message: str, tmp_path: Path
) -> None:
    with pytest.raises(MonitoringError, match=message):
        laid(table(tmp_path, **rows))


@pytest.mark.parametrize("step", [1.0, 0.5])
def test_of_two_values_at_one_time_the_first_counts_and_it_is_told(tmp_path: Path, step: float) -> None:
    named = {"run": ["a"] * 4 + ["b"] * 2, "time_h": [0, 1, 1, 2, 0, 1], "x": [1.0, 2.0, 6.0, 3.0, 1.0, 2.0]}
    found = laid(table(tmp_path, **named), interval=step)  # type: ignore[arg-type]
    assert found.runs[0].rows[:: int(1 / step), 0].tolist() == [1.0, 2.0, 3.0]
    assert [one for one in found.decisions if "at the time of" in one] == [
        "WARNING: 1 row at the time of another row of the same batch, 1 with other values, "
        "such as 'x' in line 4: the first counts"
    ]


def test_rows_that_come_twice_and_say_the_same_are_told_without_a_warning(tmp_path: Path) -> None:
    named = {"run": ["a"] * 4, "time_h": [0, 1, 1, 2], "x": [1.0, 2.0, 2.0, 3.0], "y": [1.0, 2.0, "", 4.0]}
    found = laid(table(tmp_path, **named), interval=1.0)  # type: ignore[arg-type]
    assert "1 row at the time of another row of the same batch" in found.decisions


def test_tags_in_rows_of_their_own_at_one_time_lose_nothing(tmp_path: Path) -> None:
    named = {
        "run": ["a"] * 4,
        "time_h": [0, 0, 1, 1],
        "x": [1.0, "", "", 3.0],
        "y": ["", 5.0, 6.0, ""],
    }
    found = laid(table(tmp_path, **named), interval=1.0)  # type: ignore[arg-type]
    np.testing.assert_array_equal(found.runs[0].rows, [[1.0, 5.0], [3.0, 6.0]])
