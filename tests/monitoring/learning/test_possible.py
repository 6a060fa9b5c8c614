"""What the target can be at all: declared, checked against the table, and kept by everything that is told."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.monitoring.learning import tables

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Clipped
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.explaining import described, explain
from homeostat.monitoring.learning.possible import ANYTHING, Possible, possible
from homeostat.monitoring.learning.scoring import score
from homeostat.monitoring.learning.task import Task, bounded, state
from homeostat.monitoring.learning.training import Settings, Trained, pose, train
from homeostat.monitoring.package import read, write

NUMBER = st.floats(-1e6, 1e6)


def _percentages(rows: int = 40, seed: int = 0) -> dict[str, list[object]]:
    """A share that comes near both of its ends, from a to c; four donors."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3))
    share = 100.0 / (1.0 + np.exp(-2.0 * x[:, 0] + 0.5 * rng.normal(size=rows)))
    donors = [f"D{row % 4}" for row in range(rows)]
    named = {name: column.tolist() for name, column in zip("abc", x.T, strict=True)}
    return {"donor": donors, **named, "y": share.tolist()}


@pytest.mark.parametrize(
    ("declared", "low", "high", "told"),
    [
        ("0..100", 0.0, 100.0, "0 to 100"),
        ("0 to 100 %", 0.0, 100.0, "0 to 100"),
        ("-2.5..1e3", -2.5, 1000.0, "-2.5 to 1000"),
        (">= 0", 0.0, None, "0 or more"),
        ("<= 14", None, 14.0, "14 or less"),
    ],
)
def test_a_range_is_read_as_a_rule_is(declared: str, low: float, high: float, told: str) -> None:
    found = possible(declared)
    assert (found.low, found.high, str(found)) == (low, high, told)


@pytest.mark.parametrize(
    ("declared", "what"),
    [
        ("100..0", "runs backwards"),
        ("5..5", "runs backwards or is empty"),
        ("0..many", "no range"),
        ("0, 100", "no range"),
        ("", "no range"),
        (">= nan", "no range"),
        ("> 0", "possible itself"),
    ],
)
def test_what_is_no_range_is_told_with_its_mend(declared: str, what: str) -> None:
    with pytest.raises(MonitoringError, match=what) as told:
        possible(declared)
    assert "--possible" in str(told.value.where)
    assert "'0..100'" in str(told.value.mend)


@given(NUMBER, NUMBER, st.lists(NUMBER, min_size=1, max_size=5))
def test_what_is_cut_is_possible_and_what_is_possible_is_not_cut(
    a: float, b: float, values: list[float]
) -> None:
    given_range = Possible(min(a, b), max(a, b))
    told = given_range.cut(np.array(values))
    assert (told >= min(a, b)).all()
    assert (told <= max(a, b)).all()
    assert given_range.cut(told).tolist() == told.tolist()
    beyond = set(given_range.beyond(np.array(values)).tolist())
    assert [place in beyond for place in range(len(values))] == (told != np.array(values)).tolist()


def test_gaps_are_not_beyond_and_without_an_end_nothing_is() -> None:
    assert len(Possible(0.0).beyond(np.array([np.nan, 1.0]))) == 0
    assert len(ANYTHING.beyond(np.array([-1e300, 1e300]))) == 0
    assert not ANYTHING.bounded


def _posed(folder: Path, columns: tables.Columns, declared: str, target: str = "y") -> Task:
    table = tables.table(folder, columns)
    return bounded(state(table, target, Wanted()), table, declared)


def test_a_target_beyond_the_range_is_told_with_its_line(tmp_path: Path) -> None:
    columns = _percentages()
    columns["y"][2], columns["y"][7] = 104.0, -3.0
    with pytest.raises(MonitoringError, match=r"104 lies outside .* 0 to 100; so do 1 more rows") as told:
        _posed(tmp_path, columns, "0..100")
    assert "line 4, column 'y'" in str(told.value.where)


def test_a_class_has_no_range(tmp_path: Path) -> None:
    with pytest.raises(MonitoringError, match="class"):
        _posed(tmp_path, tables.classes(), ">= 0", "state")


def _trained(
    folder: Path, columns: tables.Columns, declared: str | None, target: str = "y", group: str = "donor"
) -> Trained:
    folder.mkdir(exist_ok=True)
    table, settings = tables.table(folder, columns), Settings(target, group, possible=declared, quick=True)
    return train(table, pose(table, settings), settings)


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A model of a share that is declared to lie between 0 and 100 %."""
    return _trained(tmp_path_factory.mktemp("share"), _percentages(), "0..100")


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The same without a declaration."""
    return _trained(tmp_path_factory.mktemp("free"), _percentages(), None)


def test_values_and_intervals_are_kept_within_and_the_parts_sum_to_the_value(
    share: Trained, free: Trained, tmp_path: Path
) -> None:
    new = tables.table(tmp_path, _percentages(30, 1) | {"a": np.linspace(-6.0, 6.0, 30).tolist()})
    told = score(share.package, new).verdicts
    for one in told:
        assert one.value is not None and one.low is not None and one.high is not None
        assert 0.0 <= one.low <= one.value <= one.high <= 100.0
    assert {0.0, 100.0} <= {one.value for one in told}
    assert max(one.high or 0.0 for one in score(free.package, new).verdicts) > 100.0
    found = explain(share.package, new, 29)
    assert found.reference + sum(part for _, _, part in found.parts) == pytest.approx(100.0)


def test_the_rows_held_out_are_judged_as_they_will_be_told(share: Trained, free: Trained) -> None:
    assert share.judged.held_out.min() >= 0.0
    assert share.judged.held_out.max() <= 100.0
    assert share.judged.values["rmsep"] <= free.judged.values["rmsep"]
    assert share.judged.values["width"] < free.judged.values["width"]
    assert share.choice.held_out.max() <= 100.0


def test_the_range_is_kept_in_the_package(share: Trained, tmp_path: Path) -> None:
    assert any("cut to what is declared possible, 0 to 100" in note for note in share.task.decisions)
    assert described(share.package)["possible"] == "0 to 100"
    write(share.package, tmp_path / "m.json")
    again = read(tmp_path / "m.json")
    new = tables.table(tmp_path, _percentages(30, 1))
    assert score(again, new).verdicts == score(share.package, new).verdicts


def test_without_a_declaration_nothing_is_cut(free: Trained) -> None:
    package = free.package
    assert (package.interval.floor, package.interval.ceiling) == (None, None)
    assert not isinstance(package.form, Clipped)
    assert "possible" not in described(package)


def test_truths_that_were_declared_impossible_are_told(share: Trained, free: Trained, tmp_path: Path) -> None:
    new = tables.table(tmp_path, _percentages(12, 2) | {"y": [101.0, -1.0, *[50.0] * 10]})
    assert (score(share.package, new).impossible or "").startswith("2 of the truths lie outside")
    assert score(free.package, new).impossible is None


def test_of_spectra_the_nearer_of_both_ends_counts(tmp_path: Path) -> None:
    low, high = (
        _trained(tmp_path / name, tables.spectra(), declared, "glucose", "reactor").package.form
        for name, declared in (("one", ">= 0.9"), ("two", None))
    )
    assert isinstance(low, Clipped)
    assert isinstance(high, Clipped)
    assert low.low == 0.9
    assert high.low is not None and high.low < 0.9
    assert low.high == high.high
