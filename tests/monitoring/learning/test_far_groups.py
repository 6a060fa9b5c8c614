"""Of a group far from those learnt from no row is decided, and values at the edge of what was learnt say so."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.monitoring.learning import tables

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning import score
from homeostat.monitoring.learning.explaining import described, explain
from homeostat.monitoring.learning.promising import promise
from homeostat.monitoring.learning.training import Settings, Trained, pose, train
from homeostat.monitoring.learning.validation import validate
from homeostat.monitoring.package import read, write

SETTINGS = Settings("y", "donor", quick=True)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Learnt of four donors."""
    table = tables.table(tmp_path_factory.mktemp("t"), tables.linear(40))
    return train(table, pose(table, SETTINGS), SETTINGS)


def _moved(by: float, rows: int = 8) -> dict[str, list[object]]:
    found = tables.linear(rows, seed=3)
    for name in "cde":
        found[name] = [float(str(value)) + by for value in found[name]]
    return found | {"donor": ["far" if row % 2 else "near" for row in range(rows)]}


def test_a_far_group_is_undecided_without_an_interval(trained: Trained, tmp_path: Path) -> None:
    columns = _moved(0.0)
    for name in "cde":
        columns[name] = [
            float(str(v)) + 2.5 * (who == "far")
            for v, who in zip(columns[name], columns["donor"], strict=True)
        ]
    table = tables.table(tmp_path, columns)
    scored = score(trained.package, table)
    for donor, verdict in zip(columns["donor"], scored.verdicts, strict=True):
        assert ("lie together" in verdict.reason) == (donor == "far")
        if donor == "far":
            assert verdict.decision == "undecided"
            assert verdict.value is not None
            assert (verdict.low, verdict.high, verdict.probability) == (None, None, None)
    assert explain(trained.package, table, 1).verdict == scored.verdicts[1]


def test_without_the_column_of_groups_nothing_is_said_of_them(trained: Trained, tmp_path: Path) -> None:
    columns = _moved(2.5)
    del columns["donor"]
    found = score(trained.package, tables.table(tmp_path, columns))
    assert not any("lie together" in verdict.reason for verdict in found.verdicts)
    assert found.unchecked == "no column 'donor': whether these rows are of another kind was not checked"
    assert score(trained.package, tables.table(tmp_path, _moved(0.0))).unchecked is None


def test_rows_that_name_no_group_are_told_to_be_unchecked(trained: Trained, tmp_path: Path) -> None:
    columns = _moved(2.5)
    rows = len(columns["donor"])
    columns["donor"] = [None if row < 3 else who for row, who in enumerate(columns["donor"])]
    found = score(trained.package, tables.table(tmp_path, columns))
    assert (
        found.unchecked == f"3 of {rows} rows name no donor: whether they are of another kind was not checked"
    )
    columns["donor"] = [None] * rows
    found = score(trained.package, tables.table(tmp_path, columns))
    assert (found.unchecked or "").startswith(f"{rows} of {rows} rows name no donor")


def test_values_beyond_the_targets_learnt_from_say_so(trained: Trained, tmp_path: Path) -> None:
    low, high = trained.package.reached or (0.0, 0.0)
    assert (low, high) == (trained.task.y.min(), trained.task.y.max())
    columns = {name: [0.0, 0.0] for name in "abcde"} | {"a": [0.0, 3.5]}
    scored = score(trained.package, tables.table(tmp_path, columns))
    near, beyond = scored.verdicts
    assert "targets learnt from" not in near.reason
    assert f"reaches beyond the targets learnt from, {low:.6g} to {high:.6g}" in beyond.reason
    assert scored.edge is not None
    assert "1 values" in scored.edge


def test_what_four_groups_promise_stands_in_package_report_and_facts(
    trained: Trained, tmp_path: Path
) -> None:
    told = promise(trained.package)
    assert told is not None
    assert told.startswith(
        "4 groups cannot promise 90 % of the rows of a new group: 80 % is the most they can"
    )
    assert described(trained.package)["promised"] == told
    path = tmp_path / "model.json"
    write(trained.package, path)
    assert read(path) == trained.package
    finding = next(each for each in validate(trained.package, path).findings if each.id == "MON-12")
    assert finding.status == "partly"
    assert "4 groups cannot promise" in finding.evidence


@pytest.mark.drill
def test_enough_groups_need_no_such_words(tmp_path: Path) -> None:
    columns = tables.linear(40) | {"donor": [f"d{row % 10}" for row in range(40)]}
    table = tables.table(tmp_path, columns)
    package = train(table, pose(table, SETTINGS), replace(SETTINGS)).package
    assert promise(package) is None
    assert package.interval.promised is None


def test_groups_of_a_single_row_are_learnt_from(tmp_path: Path) -> None:
    columns = tables.linear(21)
    columns["donor"] = ["alone", *[f"d{row % 4}" for row in range(20)]]
    table = tables.table(tmp_path, columns)
    found = train(table, pose(table, SETTINGS), SETTINGS)
    assert found.package.group_space is not None
    assert found.package.group_space.groups == 5
    assert np.isfinite(found.judged.held_out).all()


def test_a_column_that_names_one_group_only_is_refused(tmp_path: Path) -> None:
    columns = tables.linear(20) | {"donor": ["D1"] * 20}
    with pytest.raises(MonitoringError, match="all rows belong to one group, 'D1'") as told:
        pose(tables.table(tmp_path, columns), SETTINGS)
    assert "column 'donor'" in told.value.where
