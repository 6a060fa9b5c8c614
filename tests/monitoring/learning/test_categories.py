"""Which columns of text become indicators: the rows that bear a label decide, not how many labels there are."""

from pathlib import Path

import numpy as np
import pytest
from tests.monitoring.learning.tables import linear, table

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning.categories import MOMENTS, NO_CLASS, ONE, RARE, Category, category
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.task import Task, state


def _category(path: Path, cells: list[object]) -> Category:
    return category(table(path, {"medium": cells, "a": range(len(cells))}), "medium", np.arange(len(cells)))


def _task(path: Path, cells: list[object]) -> Task:
    return state(table(path, linear() | {"pot": cells}), "y", Wanted(), "donor")


def test_twelve_media_over_45_rows_are_a_category(tmp_path: Path) -> None:
    found = _category(tmp_path, [f"medium {row % 12}" for row in range(45)])
    assert len(found.labels) == len(found.indicators) == 12


def test_of_two_labels_one_says_what_the_other_is(tmp_path: Path) -> None:
    assert _category(tmp_path, ["none", "laminin"] * 10).indicators == ("medium=none",)


def test_labels_of_too_few_rows_are_none_of_the_others_and_told(tmp_path: Path) -> None:
    found = _category(tmp_path, ["A", "B"] * 10 + ["C", "C"])
    assert found.indicators == ("medium=A", "medium=B")
    assert found.labels == ("A", "B")
    assert "2 rows of rarer ones" in found.told


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([f"remark {row}" for row in range(20)], NO_CLASS),
        (["ok"] * 10 + [f"remark {row}" for row in range(8)], NO_CLASS),
        ([f"sample {row // 3}" for row in range(45)], RARE),
        (["A"] * 38 + ["B"] * 2, RARE),
        (["A"] * 20, ONE),
        ([f"2024-01-{row % 5 + 1:02d}" for row in range(40)], MOMENTS),
        ([f"{row % 4 + 10}:30" for row in range(40)], MOMENTS),
    ],
)
def test_what_is_no_category_is_told_why(tmp_path: Path, cells: list[object], why: str) -> None:
    found = _category(tmp_path, cells)
    assert (found.labels, found.told) == ((), why)


def test_the_labels_of_inputs_are_part_of_the_task_with_gaps_as_gaps(tmp_path: Path) -> None:
    task = _task(tmp_path, ["glass", "Steel ", "steel", None, *["STEEL", "glass"] * 18])
    assert task.labels == {"pot": ("Steel", "glass")}
    column = task.x[:, task.names.index("pot=glass")]
    assert column[:5].tolist()[:3] == [1.0, 0.0, 0.0]
    assert np.isnan(column[3])


def test_columns_that_are_left_out_have_no_labels(tmp_path: Path) -> None:
    task = _task(tmp_path, ["2024-01-01", "2024-01-02"] * 20)
    assert task.labels == {}
    assert any("'pot'" in told and MOMENTS in told for told in task.decisions)


@pytest.mark.parametrize(
    ("cells", "mend"),
    [
        (["69%", "70%"], "unit in the heading"),
        (["5 mM", "10 mM"], "unit in the heading"),
        (["<0.1", "<0.2"], "limit of detection is no gap"),
        (["<LOD", "7.1"], "limit of detection is no gap"),
        (["1", "2", "3", "ctrl"], "a letter before each"),
        (["#VALUE!", "7.1", "7.2", "7.3"], "write a number"),
    ],
)
def test_spoilt_numbers_are_refused_though_there_are_few(tmp_path: Path, cells: list[str], mend: str) -> None:
    with pytest.raises(MonitoringError, match="seems meant for numbers") as caught:
        _task(tmp_path, [*cells * (40 // len(cells))])
    assert mend in caught.value.mend
