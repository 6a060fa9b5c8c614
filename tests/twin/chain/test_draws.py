"""Draws: uniform, independent between streams, and a patient's own whatever is drawn beside them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from homeostat.errors import TwinError
from homeostat.twin.chain import Draws


@given(cuts=st.lists(st.integers(1, 499), max_size=6, unique=True), seed=st.integers(0, 2**64 - 1))
def test_any_cut_of_the_patients_gives_the_same_numbers(cuts: list[int], seed: int) -> None:
    whole = Draws(seed, 0, 500).uniform("wash", "recovery")
    edges = [0, *sorted(cuts), 500]
    pieces = [Draws(seed, a, b - a).uniform("wash", "recovery") for a, b in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_numbers_are_uniform_and_never_0_or_1() -> None:
    numbers = Draws(1, 0, 100_000).uniform("a", "b")
    assert 0.0 < numbers.min() < numbers.max() < 1.0
    assert stats.kstest(numbers, "uniform").pvalue > 1e-3


def test_streams_differ_by_step_parameter_seed_and_series_and_are_uncorrelated() -> None:
    streams = np.array(
        [
            Draws(1, 0, 20_000).uniform("a", "b"),
            Draws(1, 0, 20_000).uniform("a", "c"),
            Draws(1, 0, 20_000).uniform("c", "b"),
            Draws(2, 0, 20_000).uniform("a", "b"),
            Draws(1, 0, 20_000, series=1).uniform("a", "b"),
        ]
    )
    correlations = np.corrcoef(streams)[np.triu_indices(5, 1)]
    assert np.abs(correlations).max() < 5.0 / np.sqrt(20_000)


@pytest.mark.parametrize(("seed", "first", "count"), [(-1, 0, 1), (2**64, 0, 1), (0, -1, 1), (0, 0, 0)])
def test_impossible_seeds_and_ranges_are_refused(seed: int, first: int, count: int) -> None:
    with pytest.raises(TwinError):
        Draws(seed, first, count)
