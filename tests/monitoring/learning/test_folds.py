"""Folds: a group is never divided, every row is held out once, the seed decides."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.learning.folds import alone, grouped, inner_folds, others, outer_folds, stratified


@given(
    st.lists(st.sampled_from("abcdefghijkl"), min_size=2, max_size=60), st.integers(2, 10), st.integers(0, 99)
)
def test_groups_stay_together_and_every_row_is_held_out_once(labels: list[str], most: int, seed: int) -> None:
    folds = grouped(labels, most, seed)
    assert sorted(np.concatenate(folds).tolist()) == list(range(len(labels)))
    assert len(folds) == min(most, len(set(labels)))
    homes = [{labels[row] for row in fold} for fold in folds]
    assert sum(map(len, homes)) == len(set(labels))


@given(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=60), st.integers(2, 5), st.integers(0, 99))
def test_rows_are_divided_evenly_over_the_range_of_the_target(y: list[float], count: int, seed: int) -> None:
    folds = stratified(np.array(y), count, seed)
    assert sorted(np.concatenate(folds).tolist()) == list(range(len(y)))
    assert max(map(len, folds)) - min(map(len, folds)) <= 1
    assert all(np.array_equal(a, b) for a, b in zip(folds, stratified(np.array(y), count, seed), strict=True))


def test_few_groups_and_few_rows_are_held_out_one_by_one() -> None:
    y = np.arange(20.0)
    assert [len(fold) for fold in outer_folds(None, y, 0)] == [1] * 20
    assert len(outer_folds(["a", "b", "c", "d"] * 5, y, 0)) == 4
    assert len(outer_folds(None, np.arange(50.0), 0)) == 10
    assert len(outer_folds(None, np.arange(2000.0), 0)) == 5


def test_rows_are_alone_exactly_where_each_is_an_outer_fold() -> None:
    for rows in (8, 25, 26, 40):
        y, same = np.arange(float(rows)), np.arange(rows)
        assert alone(None, y) == (len(outer_folds(None, y, 0)) == rows)
        assert not alone(["a", "b"] * (rows // 2) + ["c"] * (rows % 2), y)
        same[-4:] = same[0]
        assert alone(None, y, same) == (len(outer_folds(None, y, 0, same)) == rows - 4)


def test_choosing_is_repeated_where_rows_are_few() -> None:
    assert len(inner_folds(None, np.arange(40.0), 0)) == 3
    assert len(inner_folds(None, np.arange(500.0), 0)) == 1
    assert len(inner_folds(["a", "b", "c"] * 10, np.arange(30.0), 0)) == 1


def test_the_others_are_all_that_is_not_in_the_fold() -> None:
    assert others(np.array([1, 3]), 5).tolist() == [0, 2, 4]


@given(st.lists(st.integers(0, 30), min_size=2, max_size=80), st.integers(0, 99))
def test_rows_that_repeat_another_are_held_out_with_it(numbers: list[int], seed: int) -> None:
    same, y = np.array(numbers), np.array(numbers, np.float64)
    for folds in (outer_folds(None, y, seed, same), *inner_folds(None, y, seed, same)):
        assert sorted(np.concatenate(folds).tolist()) == list(range(len(same)))
        homes = [set(same[fold].tolist()) for fold in folds]
        assert sum(map(len, homes)) == len(set(numbers))
