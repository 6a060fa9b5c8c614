"""Verdicts: what they say, one set of bits for one row and for many, and tables that are refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import (
    Array,
    Autoscale,
    Impute,
    Linear,
    Logistic,
    Mean,
    Project,
    Select,
    Staged,
)
from homeostat.monitoring.package import Package, freeze
from homeostat.monitoring.prediction import LabelInterval


def table(rows: Array, package: Package) -> dict[str, Array]:
    """Rows as columns by name."""
    return dict(zip(package.names, rows.T, strict=True))


def test_a_verdict_tells_value_interval_distances_and_drivers(package: Package, rows: Array) -> None:
    verdict = package.score(table(rows, package))[7]
    x = rows[7]
    line = package.form
    assert isinstance(line, Linear)
    z = (x - rows.mean(axis=0)) / rows.std(axis=0)
    assert verdict.value == pytest.approx(line.intercept + float(z @ line.coefficients))
    assert verdict.low is not None
    assert verdict.high is not None
    assert verdict.high - verdict.low == pytest.approx(2 * package.interval.model_dump()["quantile"])
    parts = dict(zip(package.names, z * line.coefficients, strict=True))
    assert [name for name, _ in verdict.drivers] == sorted(parts, key=lambda name: -abs(parts[name]))[:3]
    assert sum(part for _, part in verdict.drivers) == pytest.approx(verdict.value - line.reference)
    assert package.space is not None
    assert (verdict.t2_limit, verdict.spe_limit) == package.space.limit[:2]
    assert verdict.model == package.content_hash


@settings(max_examples=60)
@given(st.lists(st.floats(-1e3, 1e3) | st.floats() | st.just(float("nan")), min_size=4, max_size=4))
def test_one_row_alone_and_among_others_get_the_same_verdict(package: Package, row: list[float]) -> None:
    x = np.array([row, [10.0] * 4, row])
    alone, (first, _, last) = package.scorer.row(row), package.scorer.rows(x)
    assert alone == first == last


def test_few_and_many_inputs_get_the_same_verdict(
    package: Package, rows: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = [package.scorer.row(row) for row in rows.tolist()]
    monkeypatch.setattr("homeostat.monitoring.package.scoring.NARROW", 0)
    assert [package.scorer.row(row) for row in rows.tolist()] == plain


def test_the_order_of_rows_and_columns_does_not_matter(package: Package, rows: Array) -> None:
    whole = package.score(table(rows, package))
    turned = dict(reversed(table(rows[::-1], package).items()))
    assert package.score({"other": np.full(len(rows), np.nan), **turned}) == whole[::-1]


def test_a_missing_input_leaves_the_row_undecided(package: Package, rows: Array) -> None:
    holed = rows[:3].copy()
    holed[1, 2] = np.nan
    fine, gap, _ = package.score(table(holed, package))
    assert fine.value is not None
    assert (gap.value, gap.low, gap.t2, gap.decision) == (None, None, None, "undecided")
    assert gap.reason == "1 of 4 inputs missing (viability)"


def test_gaps_that_the_model_allows_are_filled(rows: Array, parts: dict[str, Any]) -> None:
    steps = (Impute(values=rows.mean(axis=0)), *parts["steps"])
    package = freeze(rows, **(parts | {"steps": steps, "missing_allowed": 1}))
    row = rows[0].tolist()
    filled = package.scorer.row([row[0], float("nan"), row[2], row[3]])
    expected = package.scorer.row([row[0], float(rows[:, 1].mean()), row[2], row[3]])
    assert filled.value == expected.value
    two = package.scorer.row([float("nan"), float("nan"), row[2], row[3]])
    assert two.reason == "2 of 4 inputs missing (glucose, lactate); 1 may be"


def test_a_gap_that_the_pieces_cannot_take_leaves_the_row_undecided(
    rows: Array, parts: dict[str, Any]
) -> None:
    package = freeze(rows, **(parts | {"missing_allowed": 4}))
    verdict = package.scorer.row([float("nan")] * 4)
    assert (verdict.decision, verdict.value) == ("undecided", None)
    assert "no finite value" in verdict.reason


def test_a_row_outside_the_input_space_is_undecided_and_says_why(package: Package, rows: Array) -> None:
    far = rows[0].copy()
    far[3] += 10.0  # density, which the line does not even use
    verdict = package.scorer.row(far.tolist())
    assert verdict.decision == "undecided"
    assert "outside those the model knows" in verdict.reason
    assert verdict.strangers[0][0] == "density"
    assert verdict.value is not None


def test_numbers_beyond_all_bounds_are_undecided_without_a_warning(package: Package) -> None:
    for row in ([1e308] * 4, [-1e308, 1e308, 0.0, 0.0], [float("inf")] * 4):
        assert package.scorer.row(row).decision == "undecided"
        assert package.scorer.rows(np.array([row]))[0] == package.scorer.row(row)


def test_contributions_go_back_through_projections_and_choices(rows: Array, parts: dict[str, Any]) -> None:
    rng = np.random.default_rng(4)
    steps = (
        *parts["steps"],
        Select(columns=[3, 0, 1]),
        Project(loadings=rng.normal(size=(3, 2))),
    )
    line = Linear(coefficients=[1.0, -2.0], center=[0.0, 0.0], intercept=95.0)
    package = freeze(rows, **(parts | {"steps": steps, "form": line}))
    for row, verdict in zip(rows.tolist(), package.scorer.rows(rows), strict=True):
        assert package.scorer.row(row) == verdict
        assert verdict.value is not None
        assert sum(part for _, part in verdict.drivers) == pytest.approx(verdict.value - 95.0)
        assert "viability" not in dict(verdict.drivers)


def test_the_space_may_stand_after_steps_that_change_the_columns(rows: Array, parts: dict[str, Any]) -> None:
    from homeostat.monitoring.prediction import learn_space

    step = Select(columns=[0, 1])
    space = learn_space(step.apply(rows), np.arange(len(rows)), after=1)
    form = Staged(
        steps=(Autoscale(mean=[10.0, 10.0], deviation=[1.0, 1.0]),),
        form=Linear(coefficients=[1.0, 1.0], center=[0.0, 0.0], intercept=95.0),
    )
    package = freeze(rows, **(parts | {"steps": (step,), "form": form, "space": space}))
    verdict = package.scorer.row([10.0, 99.0, 10.0, 10.0])
    assert verdict.decision == "undecided"
    assert {name for name, _ in verdict.strangers} <= {"glucose", "lactate"}
    assert verdict.strangers


def test_without_a_space_there_are_no_distances(rows: Array, parts: dict[str, Any]) -> None:
    package = freeze(rows, **(parts | {"space": None, "rule": None, "form": Mean(level=3.0)}))
    verdict = package.scorer.row(rows[0].tolist())
    assert (verdict.t2, verdict.spe, verdict.t2_limit, verdict.spe_limit) == (None,) * 4
    assert (verdict.decision, verdict.value, verdict.drivers) == ("ok", 3.0, ())


def test_a_model_of_two_classes_is_undecided_where_it_cannot_tell_them(
    rows: Array, parts: dict[str, Any]
) -> None:
    labels = LabelInterval(coverage=0.9, method="test", rows=9, groups=9, first=0.3, second=0.3)
    line = Linear(coefficients=[3.0, 0.0, 0.0, 0.0], center=[0.0] * 4, intercept=0.0)
    change = {
        "interval": labels,
        "form": Logistic(form=line),
        "classes": ("fail", "pass"),
        "rule": ">= 0.5",
        "space": None,
    }
    package = freeze(rows, **(parts | change))
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    found = [package.scorer.row((mean + shift * deviation).tolist()).decision for shift in (-1, 0, 1)]
    assert found == ["action", "undecided", "ok"]


class Frame(dict[str, list[float]]):
    """A table that, like a data frame, has columns but iterates in its own way."""

    def __iter__(self) -> Any:
        """Nothing to see."""
        return iter(())


def test_anything_with_columns_can_be_scored(package: Package, rows: Array) -> None:
    frame = Frame(table(rows, package))
    assert package.score(frame) == package.scorer.rows(rows)


@pytest.mark.parametrize(
    ("change", "told", "where"),
    [
        ({"lactate": None}, "1 of the model's 4 inputs are not in the table: 'lactate'", "columns"),
        ({"lactate": ["1", "high", "2"]}, "does not hold numbers", "column 'lactate'"),
        ({"lactate": [1.0, 2.0]}, "different lengths", "columns"),
        ({"lactate": [1.0, float("inf"), 2.0]}, "a value is infinite", "column 'lactate', row 2"),
        ({"lactate": [float("nan")] * 3}, "an input of the model has no values", "column 'lactate'"),
        ({"lactate": [[1.0]] * 3}, "one value a row", "column 'lactate'"),
    ],
)
def test_tables_that_cannot_be_scored_are_refused(
    package: Package, rows: Array, change: dict[str, Any], told: str, where: str
) -> None:
    columns: dict[str, Any] = table(rows[:3], package) | change
    given = {name: column for name, column in columns.items() if column is not None}
    with pytest.raises(MonitoringError, match=told) as refusal:
        package.score(given)
    assert refusal.value.where == where


def test_a_table_without_rows_is_refused(package: Package) -> None:
    with pytest.raises(MonitoringError, match="no rows"):
        package.score({name: [] for name in package.names})


@pytest.mark.parametrize("row", [[], [1.0] * 3, [1.0] * 5])
def test_a_row_of_another_length_is_refused(package: Package, row: list[float]) -> None:
    with pytest.raises(MonitoringError, match="a row of 4 values is wanted"):
        package.scorer.row(row)
    with pytest.raises(MonitoringError, match="a row of 4 values is wanted"):
        package.scorer.rows(np.array([row]))
