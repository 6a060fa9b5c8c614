"""A filled input is told, and nothing is decided where what it may have been moves the value beside its interval."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Impute, Linear
from homeostat.monitoring.package import Package, freeze, read, write
from homeostat.monitoring.package.filling import FEWEST, KEPT, REACHED, SHARE, Filling, keep_rows, matters
from homeostat.monitoring.prediction import LabelInterval, SymmetricInterval

SLOPES = np.array([1.0, -1.0, 0.5, 0.0])
"""Of glucose, lactate, viability and density, in units of the inputs: density says nothing."""
NAN = math.nan


@pytest.fixture(scope="module")
def lenient(rows: Array, parts: dict[str, Any]) -> Package:
    """The package of this room, of whose four inputs two may be missing; means are filled in."""
    steps = (Impute(values=rows.mean(axis=0)), *parts["steps"])
    return freeze(rows, **(parts | {"steps": steps, "missing_allowed": 2}))


def _half(package: Package) -> float:
    assert isinstance(package.interval, SymmetricInterval)
    return package.interval.quantile


def _reach(package: Package, rows: Array, places: list[int]) -> float:
    """In closed form: how far the kept rows' values at `places` move a line from that of the means."""
    assert package.filling is not None
    kept = np.array(package.filling.rows)
    off = np.sort(np.abs((kept - rows.mean(axis=0))[:, places] @ SLOPES[places]))
    return float(off[math.ceil(REACHED * len(off)) - 1])


def test_rows_are_kept_evenly_spaced_with_their_gaps(rows: Array) -> None:
    x = rows.copy()
    x[0, 1] = NAN
    kept = keep_rows(x)
    assert kept is not None
    assert len(kept.rows) == KEPT
    assert kept.rows[0] == (rows[0, 0], None, *rows[0, 2:])
    assert kept.rows[-1] == tuple(rows[-1])


@pytest.mark.parametrize(
    ("shape", "count"), [((9, 2), 0), ((10, 2), 10), ((500, 1000), 20), ((500, 2000), 10), ((500, 2001), 0)]
)
def test_few_rows_or_too_many_numbers_keep_fewer_or_none(shape: tuple[int, int], count: int) -> None:
    kept = keep_rows(np.zeros(shape))
    assert (0 if kept is None else len(kept.rows)) == count
    assert count == 0 or count >= FEWEST


@pytest.mark.parametrize("places", [[0], [1], [2], [0, 1], [1, 2]])
def test_an_input_that_matters_leaves_the_row_undecided_with_the_interval_so_much_wider(
    lenient: Package, rows: Array, places: list[int]
) -> None:
    row = rows[7].copy()
    row[places] = NAN
    verdict = lenient.scorer.row(row.tolist())
    reach = _reach(lenient, rows, places)
    assert reach > SHARE * _half(lenient)
    assert verdict.reach == pytest.approx(reach)
    assert verdict.missing == tuple(lenient.names[place] for place in places)
    assert verdict.decision == "undecided"
    assert verdict.probability is None
    assert verdict.value is not None
    assert verdict.low == pytest.approx(verdict.value - _half(lenient) - reach)
    assert verdict.high == pytest.approx(verdict.value + _half(lenient) + reach)
    assert verdict.reason.startswith(f"missing, and filled: {', '.join(verdict.missing)} (which may put")


def test_an_input_that_says_nothing_is_told_and_changes_nothing_else(lenient: Package, rows: Array) -> None:
    whole = lenient.scorer.rows(rows)
    gap = rows.copy()
    gap[:, 3] = NAN
    filled = lenient.scorer.rows(gap)
    assert [one.value for one in filled] == [one.value for one in whole]
    assert {one.reach for one in filled} == {0.0}
    assert {one.missing for one in filled} == {("density",)}
    inside = [(one, other) for one, other in zip(filled, whole, strict=True) if "outside" not in other.reason]
    for one, other in inside:
        if one.t2 == other.t2:
            assert (one.decision, one.low, one.high) == (other.decision, other.low, other.high)
        assert one.reason.startswith("missing, and filled: density (which may put the value off by 0)")


def test_inputs_missing_together_stand_for_each_other_as_they_did_in_training(
    rows: Array, parts: dict[str, Any]
) -> None:
    """Of two inputs that always rise together, and whose effects cancel, both may be missing, but not one."""
    twins = rows.copy()
    twins[:, 1] = twins[:, 0]
    steps = (Impute(values=twins.mean(axis=0)), *parts["steps"])
    like = parts | {"steps": steps, "missing_allowed": 2, "space": None}
    deviation = rows.std(axis=0)
    like["form"] = Linear(
        coefficients=np.array([deviation[0], -deviation[1], 0.0, 0.0]), center=np.zeros(4), intercept=95.0
    )
    made = freeze(twins, **like)
    one, both = made.scorer.row([NAN, *twins[3, 1:]]), made.scorer.row([NAN, NAN, *twins[3, 2:]])
    assert one.reach is not None
    assert one.reach > SHARE * _half(made)
    assert one.decision == "undecided"
    assert both.reach == pytest.approx(0.0, abs=1e-12)


@settings(max_examples=40)
@given(st.lists(st.floats(5, 15) | st.just(NAN), min_size=4, max_size=4))
def test_one_row_and_many_have_the_same_bits_with_gaps_as_well(lenient: Package, row: list[float]) -> None:
    x = np.array([[10.0] * 4, row, [10.0, NAN, 9.0, 8.0]])
    alone, among = lenient.scorer.row(row), lenient.scorer.rows(x)[1]
    assert alone == among
    assert bool(alone.missing) == any(value != value for value in row)


def test_what_is_kept_is_hashed_and_read_again_with_every_bit(
    lenient: Package, rows: Array, tmp_path: Path
) -> None:
    write(lenient, tmp_path / "m.json")
    again = read(tmp_path / "m.json")
    assert again.filling == lenient.filling
    gap = rows.copy()
    gap[::2, 0], gap[::3, 2] = NAN, NAN
    assert again.scorer.rows(gap) == lenient.scorer.rows(gap)
    assert lenient.filling is not None
    less = Filling(rows=lenient.filling.rows[1:])
    assert lenient.model_copy(update={"filling": less}).hashed() != lenient.content_hash


def test_a_package_frozen_before_decides_on_no_filled_input_and_is_read_all_the_same(
    rows: Array, parts: dict[str, Any], tmp_path: Path
) -> None:
    """Then its self-test had decisions on filled rows; it is the same file, with the same hash, today."""
    gap = rows.copy()
    gap[:, 3] = NAN
    gap[1::2, 3] = rows[1::2, 3]
    steps = (Impute(values=rows.mean(axis=0)), *parts["steps"])
    made = freeze(gap, **(parts | {"steps": steps, "missing_allowed": 2}))
    assert made.self_test is not None
    draft = made.model_copy(update={"filling": None})
    assert "filling" not in draft.to_json()
    older = draft.model_copy(update={"content_hash": draft.hashed()})
    (tmp_path / "m.json").write_text(json.dumps(older.to_json()), "utf-8")
    again = read(tmp_path / "m.json")
    assert set(made.self_test.decisions) != {"undecided"}
    verdict = again.scorer.row(gap[0].tolist())
    assert (verdict.decision, verdict.reach, verdict.low, verdict.high) == ("undecided", None, None, None)
    assert verdict.value == made.scorer.row(gap[0].tolist()).value
    assert "by nobody knows how much" in verdict.reason
    assert again.scorer.row(gap[1].tolist()).decision == made.scorer.row(gap[1].tolist()).decision


def test_rows_that_do_not_fit_the_inputs_are_refused(rows: Array, parts: dict[str, Any]) -> None:
    with pytest.raises(MonitoringError, match="do not fit the inputs"):
        freeze(rows, **(parts | {"filling": Filling(rows=((1.0, 2.0),))}))
    with pytest.raises(ValueError, match="differ in width"):
        Filling(rows=((1.0,), (1.0, 2.0)))


def test_a_model_of_which_nothing_may_be_missing_keeps_nothing(package: Package) -> None:
    assert package.filling is None
    verdict = package.scorer.row([NAN, 1.0, 1.0, 1.0])
    assert (verdict.decision, verdict.value, verdict.missing) == ("undecided", None, ("glucose",))


def test_beside_an_interval_a_quarter_of_its_half_width_is_let_pass() -> None:
    interval = SymmetricInterval(coverage=0.9, method="", rows=9, groups=9, quantile=2.0)
    assert not matters(interval, 5.0, (3.0, 7.0), 0.5)
    assert matters(interval, 5.0, (3.0, 7.0), 0.51)


@pytest.mark.parametrize(
    ("value", "reach", "so"), [(0.95, 0.1, False), (0.95, 0.2, True), (0.5, 0.1, False), (0.3, 0.2, True)]
)
def test_of_classes_it_matters_whether_others_would_be_excluded(value: float, reach: float, so: bool) -> None:
    interval = LabelInterval(coverage=0.9, method="", rows=9, groups=9, first=0.75, second=0.75)
    low, high = interval.band(np.empty((1, 0)), np.array([value]), np.ones(1))
    assert matters(interval, value, (float(low[0]), float(high[0])), reach) is so
    assert interval.widened(0.0, 0.0, reach) == (0.0, 1.0)


def test_a_wider_interval_stays_within_what_is_possible() -> None:
    interval = SymmetricInterval(
        coverage=0.9, method="", rows=9, groups=9, quantile=2.0, floor=0.0, ceiling=10.0
    )
    assert interval.widened(1.0, 5.0, 3.0) == (0.0, 8.0)
    assert interval.widened(1.0, 9.0, 3.0) == (0.0, 10.0)


def test_stand_ins_without_a_finite_value_tell_nothing() -> None:
    kept = Filling(rows=tuple((float(number), 1.0) for number in range(10)))
    assert kept.reach([NAN, 1.0], 0.0, lambda x: np.where(x[:, 0] > 8.5, np.nan, x[:, 0])) is None
    assert kept.reach([NAN, 1.0], 0.0, lambda x: x[:, 0]) == 8.0
