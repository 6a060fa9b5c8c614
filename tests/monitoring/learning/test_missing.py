"""Emptied columns of the documented example: where the input matters nothing is decided, elsewhere nothing changes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.monitoring.learning import tables

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning import Scored, read_table, score
from homeostat.monitoring.learning.training import Settings, Trained, pose, train
from homeostat.monitoring.learning.unknown import judged
from homeostat.monitoring.package import Package

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
NEW = EXAMPLES / "nk_new_batches.csv"
Scoring = Callable[[str], Scored]


def _emptied(column: str, folder: Path) -> Path:
    """The example's new batches, the column emptied but for its first row; as they are for ""."""
    lines = [line.split(",") for line in NEW.read_text("utf-8").splitlines()]
    for row in lines[2:] if column else []:
        row[lines[0].index(column)] = ""
    path = folder / "new.csv"
    path.write_text("\n".join(",".join(row) for row in lines) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module", params=[">= 12", "<= 12"])
def scoring(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scoring:
    """The example's model, asked about the new batches with a column emptied."""
    table = read_table(EXAMPLES / "nk_batches.csv")
    settings = Settings("day8 cells", "donor", rule=request.param, quick=True)
    package = train(table, pose(table, settings), settings).package
    folder = tmp_path_factory.mktemp("emptied")
    return lambda column: score(package, read_table(_emptied(column, folder)))


def _in_half_widths(scored: Scored) -> float:
    verdict = scored.verdicts[5]
    whole = scored.verdicts[0]  # the row that has everything
    assert verdict.reach is not None
    assert whole.low is not None
    assert whole.high is not None
    return verdict.reach / (0.5 * (whole.high - whole.low))


@pytest.mark.drill
def test_the_documented_figures_of_emptied_columns_hold(scoring: Scoring) -> None:
    """As in docs/monitoring.md: share decided, right if decided, coverage, and how far the value may be off."""
    main, second, minor = (scoring(column) for column in ("day4 cells", "day3 cells", "day1 glucose"))
    for scored, reach, covered in ((main, 3.4, 0.875), (second, 1.3, 0.917)):
        values = scored.metrics[0].values
        assert values["decided"] == pytest.approx(1 / 24)
        assert (values["decided_accuracy"], values["wrongly_passed"]) == (1.0, 0.0)
        assert values["coverage"] == pytest.approx(covered, abs=0.005)
        assert _in_half_widths(scored) == pytest.approx(reach, abs=0.05)
    whole, values = scoring("").metrics[0].values, minor.metrics[0].values
    assert _in_half_widths(minor) == pytest.approx(0.11, abs=0.005)
    assert (values["decided"], values["decided_accuracy"]) == (pytest.approx(whole["decided"]), 1.0)
    assert whole["decided"] == pytest.approx(0.875)


@pytest.fixture(scope="module")
def curved(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Learnt by whatever serves: `y` follows `a` only where `b` is above 0."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(120, 5))
    y = 4.0 * x[:, 0] * (x[:, 1] > 0.0) + 0.1 * rng.normal(size=120)
    columns: dict[str, list[object]] = {
        name: column.tolist() for name, column in zip("abcde", x.T, strict=True)
    } | {"y": y.tolist()}
    columns["donor"] = [row % 3 for row in range(len(y))]
    table = tables.table(tmp_path_factory.mktemp("curved"), columns)
    settings = Settings("y", "donor", quick=True)
    return train(table, pose(table, settings), settings)


def _reach(package: Package, rows: Array) -> list[float]:
    return [one.reach or 0.0 for one in package.scorer.rows(rows)]


def test_what_a_gap_could_do_depends_on_the_row_where_the_model_is_no_line(curved: Trained) -> None:
    low, high = _reach(curved.package, np.array([[np.nan, -1.5, 0, 0, 0], [np.nan, 1.5, 0, 0, 0]]))
    assert high > 1.3 * low


def test_a_label_not_given_is_a_gap_of_all_its_indicators(tmp_path: Path) -> None:
    columns = tables.linear(60)
    columns["medium"] = [("A", "B", "C")[row % 3] for row in range(60)]
    columns["y"] = [float(str(y)) + 6.0 * (row % 3) for row, y in enumerate(columns["y"])]
    table = tables.table(tmp_path, columns)
    settings = Settings("y", "donor", quick=True)
    package = train(table, pose(table, settings), settings).package
    new = tables.linear(6, seed=3) | {"medium": ["A", "", "B", "", "C", "D"]}
    found = score(package, tables.table(tmp_path, new)).verdicts
    indicators = tuple(name for name in package.names if name.startswith("medium="))
    allowed = package.missing_allowed >= len(indicators)
    for row in (1, 3):
        assert found[row].missing == indicators
        assert found[row].decision == "undecided"
        assert (found[row].reach is not None) == allowed
    assert not found[0].missing
    assert found[5].reason.startswith("'D' is no medium the model knows")


def test_a_gap_is_told_beside_a_label_that_nobody_knows(tmp_path: Path) -> None:
    columns = tables.linear(60) | {"medium": [("A", "B")[row % 2] for row in range(60)]}
    table = tables.table(tmp_path, columns)
    settings = Settings("y", "donor", quick=True)
    package = train(table, pose(table, settings), settings).package
    new = tables.linear(2, seed=3) | {"medium": ["D", "A"]}
    new["a"][0] = None
    one = tables.table(tmp_path, new)
    columns_of = {name: one.knowing(package.labels).number(name) for name in package.names}
    reason = judged(package, one, columns_of)[0].reason
    assert reason.startswith("'D' is no medium")
    assert "missing, and filled: a" in reason
