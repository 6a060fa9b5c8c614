"""A label that training never saw leaves its row undecided, named in words, whatever the other rows are."""

from pathlib import Path

import pytest
from tests.monitoring.learning import tables

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning import Scored, score
from homeostat.monitoring.learning.applied import applied_rows
from homeostat.monitoring.learning.explaining import described, explain
from homeostat.monitoring.learning.locking import keep_apart
from homeostat.monitoring.learning.training import Settings, Trained, pose, train
from homeostat.monitoring.learning.unknown import unknown
from homeostat.monitoring.package import Package, freeze, read, write

SETTINGS = Settings("y", "donor", quick=True)


def _columns(rows: int, operators: list[object], seed: int = 0) -> dict[str, list[object]]:
    found = tables.linear(rows, seed=seed)
    repeated = (operators * rows)[:rows]
    found["y"] = [
        float(str(y)) + 2.0 * (str(name).strip().lower() == "anna")
        for y, name in zip(found["y"], repeated, strict=True)
    ]
    return found | {"operator": repeated}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Learnt of Anna, Ben and of rows that nobody handled, spelt in several ways."""
    table = tables.table(tmp_path_factory.mktemp("t"), _columns(60, ["Anna", "Ben", "none", "anna ", "BEN"]))
    return train(table, pose(table, SETTINGS), SETTINGS)


def _scored(trained: Trained, path: Path, operators: list[object], rows: int = 8) -> Scored:
    return score(trained.package, tables.table(path, _columns(rows, operators, seed=7)))


def test_a_new_operator_is_undecided_and_named(trained: Trained, tmp_path: Path) -> None:
    first, second, *_ = _scored(trained, tmp_path, ["Dora", "Anna"]).verdicts
    assert first.decision == "undecided"
    assert first.value is not None, "what the other inputs make of it is told"
    assert first.reason == "'Dora' is no operator the model knows (Anna, Ben, none)"
    assert second.value is not None
    assert "Dora" not in second.reason


@pytest.mark.parametrize("name", ["Dora", "NA"])
def test_a_table_of_new_operators_only_is_no_error(trained: Trained, tmp_path: Path, name: str) -> None:
    found = _scored(trained, tmp_path, [name])
    assert {verdict.decision for verdict in found.verdicts} == {"undecided"}


def test_case_and_blanks_make_no_new_operator(trained: Trained, tmp_path: Path) -> None:
    spelt = _scored(trained, tmp_path, [" ANNA", "ben ", "None"]).verdicts
    assert spelt == _scored(trained, tmp_path, ["Anna", "Ben", "none"]).verdicts
    assert all(verdict.value is not None for verdict in spelt)


def test_the_verdict_on_a_row_does_not_depend_on_the_others(trained: Trained, tmp_path: Path) -> None:
    whole = tables.table(tmp_path, _columns(8, ["none", "Anna", "NA", "Dora"], seed=7))
    together = score(trained.package, whole).verdicts
    assert together == tuple(score(trained.package, whole.select([row])).verdicts[0] for row in range(8))
    assert together[2].reason.startswith("'NA' is no operator")


def test_an_empty_cell_is_a_gap_and_no_label(trained: Trained, tmp_path: Path) -> None:
    verdict = _scored(trained, tmp_path, [None, "Anna"]).verdicts[0]
    assert "is no operator" not in verdict.reason


def test_an_explanation_and_the_facts_tell_it_too(trained: Trained, tmp_path: Path) -> None:
    table = tables.table(tmp_path, _columns(4, ["Dora"]))
    assert explain(trained.package, table, 2).verdict.decision == "undecided"
    assert described(trained.package)["labels of operator"] == "Anna, Ben, none"


def test_labels_are_frozen_hashed_and_read_again(trained: Trained, tmp_path: Path) -> None:
    package = trained.package
    assert package.labels == {"operator": ("Anna", "Ben", "none")}
    write(package, tmp_path / "m.json")
    assert read(tmp_path / "m.json") == package
    forged = package.model_copy(update={"labels": {"operator": ("Anna", "Dora")}})
    assert forged.hashed() != package.content_hash


def test_a_package_without_labels_is_written_as_before_there_were_any(
    trained: Trained, tmp_path: Path
) -> None:
    older = trained.package.model_copy(update={"labels": {}})
    older = older.model_copy(update={"content_hash": older.hashed()})
    assert "labels" not in older.to_json()
    write(older, tmp_path / "m.json")
    assert read(tmp_path / "m.json").labels == {}


def test_labels_of_a_column_that_is_no_input_are_refused(trained: Trained) -> None:
    parts = {name: getattr(trained.package, name) for name in Package.model_fields}
    parts |= {"labels": {"pot": ("glass", "steel")}, "content_hash": "", "self_test": None}
    with pytest.raises(MonitoringError, match="no input is a label of 'pot'"):
        freeze(trained.task.x, **parts)


def test_many_known_labels_are_told_in_part(tmp_path: Path) -> None:
    table = tables.table(tmp_path, {"a": ["x", "b", ""], "b": ["1", "2", "3"]})
    told = unknown({"a": tuple("bcdefgh")}, table)
    assert told == ("'x' is no a the model knows (b, c, d, e, f and 2 more)", "", "")


def test_rows_where_it_will_be_applied_may_have_new_labels(trained: Trained, tmp_path: Path) -> None:
    rows = applied_rows(trained.task, tables.table(tmp_path, _columns(4, ["Dora", "ben"])))
    ben = rows[:, trained.task.names.index("operator=Ben")]
    assert ben.tolist() == [0.0, 1.0, 0.0, 1.0]


def test_a_group_in_another_spelling_is_the_same_group(tmp_path: Path) -> None:
    learnt = tables.table(tmp_path, tables.linear(12))
    test = tables.table(tmp_path, tables.linear(12, seed=1) | {"donor": ["DONOR 1 "] * 12})
    with pytest.raises(MonitoringError, match="is in the table and in the test set"):
        keep_apart(learnt, SETTINGS, test, None)
