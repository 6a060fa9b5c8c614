"""The locked test: only the locked table, every time counted, judged by limits fixed before."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.package import (
    IntendedUse,
    LockedTest,
    Package,
    freeze,
    run_locked_test,
    table_digest,
    uses,
)

NAMES = ("glucose", "lactate", "viability", "density")


@pytest.fixture
def locked(rows: Array) -> dict[str, Array]:
    """A table that was locked away."""
    return dict(zip(NAMES, (rows[:12] + 0.1).T, strict=True))


@pytest.fixture
def tested(rows: Array, parts: dict[str, Any], locked: dict[str, Array]) -> Package:
    """A package that names the locked table."""
    return freeze(
        rows, **(parts | {"locked_test": LockedTest(sha256=table_digest(locked), rows=12, groups=3)})
    )


def test_every_use_is_counted_and_its_results_kept(
    tested: Package, locked: dict[str, Array], tmp_path: Path
) -> None:
    path = tmp_path / "model.json"
    truth = np.array([verdict.value for verdict in tested.score(locked)]) + 0.5
    donors = np.array(["A", "B", "C"] * 4)
    for time in (1, 2):
        found = run_locked_test(tested, path, locked, truth, by="Faye", when="2026", subgroups=donors)
        assert found.times == time
        assert found.passed
        assert found.metrics[0].values["bias"] == pytest.approx(-0.5)
    assert uses(path)[1].results == found.metrics
    assert [each.subgroup for each in found.judged] == ["", "A", "B", "C"]


def test_limits_that_do_not_hold_are_told(tested: Package, locked: dict[str, Array], tmp_path: Path) -> None:
    found = run_locked_test(tested, tmp_path / "m.json", locked, np.zeros(12), by="Faye", when="2026")
    assert not found.passed


def test_another_table_is_refused_and_not_counted(
    tested: Package, package: Package, locked: dict[str, Array], tmp_path: Path
) -> None:
    path = tmp_path / "m.json"
    other = locked | {"density": locked["density"] + 1e-12}
    for model, table in ((tested, other), (package, locked)):
        with pytest.raises(MonitoringError, match="not the locked test set"):
            run_locked_test(model, path, table, np.zeros(12), by="Faye", when="2026")
    assert uses(path) == ()


def test_the_risk_of_a_model_grows_with_influence_and_consequence() -> None:
    grades = ("low", "medium", "high")
    grid = [
        [
            grades.index(IntendedUse.model_validate({"question": "?", "influence": i, "consequence": c}).risk)
            for c in grades
        ]
        for i in grades
    ]
    assert (np.diff(grid, axis=0) >= 0).all()
    assert (np.diff(grid, axis=1) >= 0).all()
    assert (grid[0][0], grid[2][2]) == (0, 2)
