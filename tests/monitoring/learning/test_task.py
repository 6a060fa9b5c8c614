"""Which columns become inputs, what a rule asks, which days are known: every decision is told."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.monitoring.learning.tables import Columns, classes, linear, spectra, table

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning import read_table
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.early import unknown_by
from homeostat.monitoring.learning.groups import members
from homeostat.monitoring.learning.task import Task, state
from homeostat.monitoring.learning.training import Settings, pose
from homeostat.monitoring.package import Acceptance


def _state(path: Path, columns: Columns, target: str = "y", **asked: object) -> Task:
    wanted = asked.pop("wanted", Wanted())
    assert isinstance(wanted, Wanted)
    group, rule = asked.get("group"), asked.get("rule")
    assert group is None or isinstance(group, str)
    assert rule is None or isinstance(rule, str)
    return state(table(path, columns), target, wanted, group, rule)


def test_numbers_become_inputs_and_the_group_does_not(tmp_path: Path) -> None:
    task = _state(tmp_path, linear(), group="donor")
    assert task.names == ("a", "b", "c", "d", "e")
    assert task.x.shape == (40, 5)
    assert set(task.groups or ()) == {"donor 1", "donor 2", "donor 3", "donor 4"}


@pytest.mark.parametrize("factor", [1e140, 1e-140])
def test_numbers_that_nothing_measures_are_told(tmp_path: Path, factor: float) -> None:
    columns = linear()
    columns["a"] = [float(str(value)) * factor for value in columns["a"]]
    task = _state(tmp_path, columns, group="donor")
    assert "a" in task.names
    (told,) = [one for one in task.decisions if one.startswith("WARNING")]
    assert told.startswith("WARNING: 'a' up to ")
    assert told.endswith("nothing measured is of such a size; check unit and cells")


def test_a_target_whose_errors_cannot_be_computed_with_is_refused(tmp_path: Path) -> None:
    columns = linear()
    columns["y"][3] = -1e126
    with pytest.raises(MonitoringError, match="-1e\\+126 is too large a target"):
        _state(tmp_path, columns, group="donor")


def test_numbers_of_usual_size_are_not_warned_of(tmp_path: Path) -> None:
    columns = linear()
    columns["a"] = [float(str(value)) * 1e17 for value in columns["a"]]  # virus genomes, say
    assert not any("WARNING" in one for one in _state(tmp_path, columns, group="donor").decisions)


def test_columns_that_teach_nothing_are_left_out_and_told(tmp_path: Path) -> None:
    columns = linear()
    rows = len(columns["y"])
    columns |= {
        "constant": [7.0] * rows,
        "copy": columns["a"],
        "leak": [10.0 - 2.0 * float(str(value)) for value in columns["y"]],
        "No.": list(range(1, rows + 1)),
        "remark": [f"cell {row}" for row in range(rows)],
        "sparse": [1.0, 2.0, *[None] * (rows - 2)],
    }
    task = _state(tmp_path, columns, group="donor")
    assert task.names == ("a", "b", "c", "d", "e")
    told = " ".join(task.decisions)
    for name in ("constant", "copy", "leak", "No.", "remark", "sparse"):
        assert f"'{name}'" in told
    assert "THE TARGET ITSELF" in told


def test_a_text_column_with_few_labels_becomes_indicators(tmp_path: Path) -> None:
    columns = linear()
    columns["source"] = ["glucose", "glycerol", "methanol", "glucose"] * 10
    task = _state(tmp_path, columns, group="donor")
    assert {"source=glucose", "source=glycerol", "source=methanol"} <= set(task.names)


def test_rows_without_a_target_are_left_out_and_told(tmp_path: Path) -> None:
    columns = linear()
    columns["y"][3] = None
    task = _state(tmp_path, columns, group="donor")
    assert len(task.y) == 39
    assert 3 not in task.rows
    assert "1 rows have no value" in task.decisions[0]


def test_numeric_headings_in_order_are_a_spectrum_and_stand_alone(tmp_path: Path) -> None:
    columns = spectra() | {"day": [float(row % 7) for row in range(36)]}
    task = _state(tmp_path, columns, "glucose", group="reactor")
    assert task.axis is not None
    assert task.axis[[0, -1]].tolist() == [400.0, 1000.0]
    assert "day" not in task.names
    assert any("beside a spectrum" in each for each in task.decisions)


def test_columns_asked_for_are_taken_and_others_left(tmp_path: Path) -> None:
    task = _state(tmp_path, linear(), wanted=Wanted(columns=("^[a-c]$",), without=("b",)))
    assert task.names == ("a", "c")


@pytest.mark.parametrize(
    "wanted", [Wanted(columns=("zzz",)), Wanted(without=("zzz",)), Wanted(columns=("(",))]
)
def test_a_pattern_that_fits_nothing_is_refused(tmp_path: Path, wanted: Wanted) -> None:
    with pytest.raises(MonitoringError, match=r"no column fits|no pattern"):
        _state(tmp_path, linear(), wanted=wanted)


def test_two_classes_are_one_and_zero_and_the_rule_says_which(tmp_path: Path) -> None:
    columns = classes()
    task = _state(tmp_path, columns, "state", rule="== activated")
    assert task.question.positive == "activated"
    assert task.y.tolist() == [float(label == "activated") for label in columns["state"]]
    other = _state(tmp_path, columns, "state", rule="!= activated")
    assert other.y.tolist() == (1.0 - task.y).tolist()


def test_numbers_0_and_1_are_classes(tmp_path: Path) -> None:
    columns = classes()
    columns["state"] = [int(label == "activated") for label in columns["state"]]
    for rule in (None, "== 1", ">= 0.5"):
        task = _state(tmp_path, columns, "state", rule=rule)
        assert task.question.positive == "1"
        assert task.y.sum() == sum(int(str(label)) for label in columns["state"])


def test_more_classes_are_asked_for_one_against_the_others(tmp_path: Path) -> None:
    columns = classes()
    columns["state"] = ["naive", "memory", "effector"] * 16
    with pytest.raises(MonitoringError, match="3 classes") as caught:
        _state(tmp_path, columns, "state")
    assert "--rule" in caught.value.mend
    assert _state(tmp_path, columns, "state", rule="== memory").y.sum() == 16


def test_a_rule_on_values_keeps_the_values(tmp_path: Path) -> None:
    task = _state(tmp_path, linear(), rule=">= 1.5")
    assert not task.question.classes
    assert task.question.meets(np.array([1.5, 1.4])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("rule", ["== activated", ">= high", "ninety"])
def test_a_rule_that_does_not_fit_a_target_of_numbers_is_refused(tmp_path: Path, rule: str) -> None:
    with pytest.raises(MonitoringError, match="rule"):
        _state(tmp_path, linear(), rule=rule)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"y": [1.0] * 40}, "one value in all rows"),
        ({"y": [1.0, 2.0, *[None] * 38]}, "only 2 rows"),
        ({"donor": ["a", "b"] * 20}, "only 2 groups"),
        ({"donor": ["a", "b", "c", ""] * 10}, "belongs to no group"),
        ({name: [1.0] * 40 for name in "abcde"}, "no column is left"),
    ],
)
def test_a_table_that_poses_no_task_is_refused(tmp_path: Path, change: Columns, what: str) -> None:
    with pytest.raises(MonitoringError, match=what):
        _state(tmp_path, linear() | dict(change), group="donor")


def test_what_is_not_known_by_a_day_is_told_from_the_headings() -> None:
    names = (
        "dd0 pH",
        "dd3-dd5 gradient",
        "dd5-dd7 gradient",
        "DD7 pH",
        "d1 pH",
        "Overall pH",
        "IWP2 [h]",
        "add9",
    )
    assert unknown_by(names, "dd5") == {"dd5-dd7 gradient", "DD7 pH", "Overall pH"}


@pytest.mark.parametrize("until", ["five", "dd", "week5"])
def test_a_day_that_no_heading_names_is_refused(until: str) -> None:
    with pytest.raises(MonitoringError, match="day"):
        unknown_by(("dd0 pH", "dd5 pH"), until)


def test_rows_that_repeat_another_are_told_and_bound_to_it(tmp_path: Path) -> None:
    columns = {name: [*values, values[3], values[3]] for name, values in linear(20).items()}
    task = _state(tmp_path, columns)
    assert task.same is not None
    assert task.same.tolist() == [*range(20), 3, 3]
    assert len(set(members(task).tolist())) == 20
    assert any("2 rows repeat another" in each for each in task.decisions)
    assert _state(tmp_path, linear(20)).same is None


def test_rows_that_repeat_one_of_another_group_are_warned_of(tmp_path: Path) -> None:
    columns = {name: [*values, values[3]] for name, values in linear(20).items()}
    columns["donor"][-1] = "donor 1"
    assert any(
        "1 OF THEM IN ANOTHER GROUP" in each for each in _state(tmp_path, columns, group="donor").decisions
    )


def test_a_table_of_one_row_told_often_is_refused(tmp_path: Path) -> None:
    columns = {name: values[:4] * 10 for name, values in linear(20).items()}
    with pytest.raises(MonitoringError, match="only 4 rows differ"):
        _state(tmp_path, columns)


@pytest.mark.parametrize(
    ("spoil", "mend"),
    [
        (lambda value, row: "oops" if row == 3 else value, "write a number"),
        (lambda value, row: "<0.1" if row % 5 == 3 else value, "limit of detection is no gap"),
        (lambda value, row: f"{value} mM" if row >= 3 else value, "unit in the heading"),
        (lambda value, row: f'"5,{row + 100}.7"' if row >= 3 else value, "separators of thousands"),
        (lambda value, row: "7_2" if row == 3 else value, "write a number"),
        (lambda value, row: "٧.٢" if row >= 3 else value, "digits 0 to 9"),
    ],
)
def test_a_column_meant_for_numbers_is_refused_at_its_first_bad_cell(
    tmp_path: Path, spoil: Callable[[object, int], object], mend: str
) -> None:
    columns = linear()
    columns["a"] = [spoil(value, row) for row, value in enumerate(columns["a"])]
    with pytest.raises(
        MonitoringError, match="is no number, but the column seems meant for numbers"
    ) as caught:
        _state(tmp_path, columns)
    assert caught.value.where == "table.csv, line 5, column 'a'"
    assert mend in caught.value.mend
    assert "a" not in _state(tmp_path, columns, wanted=Wanted(without=("^a$",))).names


@pytest.mark.parametrize(
    "kind", ["2024-01-{:02d}", "12:{:02d}", "B{:03d}", "{}A", "01.{:02d}.2024", "cell {}", "{}_1", "1_{}"]
)
def test_identifiers_and_dates_are_text(tmp_path: Path, kind: str) -> None:
    columns = linear() | {"told": [kind.format(row + 1) for row in range(40)]}
    assert "told" not in _state(tmp_path, columns).names


@pytest.mark.parametrize(("target", "group"), [("y", None), ("a", "y")])
def test_a_target_or_a_group_whose_heading_stands_twice_is_refused(
    tmp_path: Path, target: str, group: str | None
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,y,y\n" + "".join(f"{row * row},{row % 3},{row}\n" for row in range(20)), "utf-8")
    with pytest.raises(MonitoringError, match="the heading 'y' stands more than once"):
        state(read_table(path), target, Wanted(), group)


@pytest.mark.parametrize(
    ("limit", "asked", "what"),
    [
        (Acceptance(metric="rmspe", maximum=1.0), {}, "no such figure"),
        (Acceptance(metric="accuracy", minimum=0.9), {}, "only where there is a rule"),
        (Acceptance(metric="rmsep", subgroup="*", maximum=1.0), {}, "there are no groups"),
        (Acceptance(metric="rmsep", subgroup="*", maximum=1.0), {"group": "donor"}, ""),
        (Acceptance(metric="accuracy", minimum=0.9), {"rule": ">= 0"}, ""),
    ],
)
def test_a_limit_on_what_will_not_be_measured_is_refused_before_training(
    tmp_path: Path, limit: Acceptance, asked: dict[str, str], what: str
) -> None:
    read, settings = table(tmp_path, linear()), Settings("y", acceptance=(limit,), **asked)  # type: ignore[arg-type]
    if not what:
        assert pose(read, settings).target == "y"
        return
    with pytest.raises(MonitoringError, match=what):
        pose(read, settings)
