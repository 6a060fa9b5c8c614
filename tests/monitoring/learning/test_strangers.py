"""A truth that names no class the model knows counts as none of them, and is told."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.monitoring.learning import tables

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning import score
from homeostat.monitoring.learning.locking import keep_apart
from homeostat.monitoring.learning.training import Settings, Trained, pose, train

TWO = Settings("state", "donor", rule="== activated", quick=True)


def _trained(path: Path, settings: Settings, states: list[object] | None = None) -> Trained:
    table = tables.table(path, tables.classes(60) | ({"state": states} if states else {}))
    return train(table, pose(table, settings), settings)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Learnt to tell activated cells from quiescent ones."""
    return _trained(tmp_path_factory.mktemp("two"), TWO)


def _judged(states: list[object]) -> dict[str, list[object]]:
    return tables.classes(len(states), seed=5) | {"state": states}


def test_a_class_never_heard_of_counts_in_no_figure_and_is_told(trained: Trained, tmp_path: Path) -> None:
    states: list[object] = ["activated", "quiescent", "Quiescent ", "exhausted", "", "exhausted"] * 3
    scored = score(trained.package, tables.table(tmp_path, _judged(states)))
    assert scored.truth is not None
    assert [state for state, truth in zip(states, scored.truth, strict=True) if truth != truth] == [
        "exhausted",
        "",
        "exhausted",
    ] * 3
    assert scored.metrics[0].rows == 9
    assert scored.left_out == (
        "Left out of the figures: 6 rows whose truth is 'exhausted'; the model knows quiescent and activated alone."
    )
    assert len(scored.verdicts) == 18


def test_the_figures_are_those_of_the_known_rows_alone(trained: Trained, tmp_path: Path) -> None:
    states: list[object] = ["activated", "quiescent", "exhausted"] * 6
    table = tables.table(tmp_path, _judged(states))
    known = table.select([row for row, state in enumerate(states) if state != "exhausted"])
    assert score(trained.package, table).metrics == score(trained.package, known).metrics
    assert score(trained.package, known).left_out is None


def test_a_table_of_unheard_classes_only_has_no_figures(trained: Trained, tmp_path: Path) -> None:
    scored = score(trained.package, tables.table(tmp_path, _judged(["exhausted"] * 5)))
    assert scored.metrics == ()
    assert "5 rows" in (scored.left_out or "")


def test_one_class_against_all_others_takes_any_other_for_one_of_those(tmp_path: Path) -> None:
    trained = _trained(tmp_path, TWO, ["activated", "quiescent", "naive"] * 20)
    assert trained.package.classes == ("not activated", "activated")
    scored = score(trained.package, tables.table(tmp_path, _judged(["activated", "exhausted", "naive"] * 4)))
    assert scored.left_out is None
    assert scored.truth is not None
    assert scored.truth.tolist() == [1.0, 0.0, 0.0] * 4


def test_a_number_that_is_neither_class_is_none(tmp_path: Path) -> None:
    trained = _trained(tmp_path, Settings("state", "donor", quick=True), [0, 1] * 30)
    scored = score(trained.package, tables.table(tmp_path, _judged(["0", "1.0", "2"] * 4)))
    assert scored.metrics[0].rows == 8
    assert "'2'" in (scored.left_out or "")


def test_a_package_without_labels_knows_its_two_classes_by_name(trained: Trained, tmp_path: Path) -> None:
    older = trained.package.model_copy(update={"labels": {}})
    scored = score(older, tables.table(tmp_path, _judged(["activated", "quiescent", "exhausted"] * 4)))
    assert scored.metrics[0].rows == 8


def test_a_locked_test_with_another_class_is_refused_before_anything_is_learnt(tmp_path: Path) -> None:
    table = tables.table(tmp_path, tables.classes(60))
    (tmp_path / "kept").mkdir()
    test = tables.table(tmp_path / "kept", _judged(["activated", "exhausted"] * 4))
    settings = replace(TWO, group=None)  # the donors of both tables are the same
    with pytest.raises(MonitoringError, match="'exhausted' is no class") as caught:
        keep_apart(table, settings, test, None).check(pose(table, settings))
    assert caught.value.where == "table.csv, line 3, column 'state'"
