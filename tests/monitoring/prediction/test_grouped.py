"""Weights of grouped scores and how many rows they are worth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.prediction.grouped import effective_number, quantile, weigh


def test_without_groups_the_quantile_is_the_usual_one() -> None:
    """The ceil(0.9 * 20) = 18th smallest of 19 scores (Vovk, Gammerman & Shafer 2005)."""
    scores = np.random.default_rng(1).permutation(19).astype(float)
    weighing = weigh(scores, np.arange(19), guaranteed=True)
    assert quantile(scores, weighing, 0.9, guaranteed=True) == 17.0
    assert quantile(scores, weighing, 0.9, guaranteed=False) == pytest.approx(17.0)


@given(st.lists(st.integers(0, 6), min_size=2, max_size=40))
def test_every_group_weighs_the_same_and_a_mass_is_left_for_the_next(members: list[int]) -> None:
    groups = np.array(members)
    weighing = weigh(np.arange(len(groups), dtype=float), groups, guaranteed=True)
    shares = [weighing.weights[groups == name].sum() for name in np.unique(groups)]
    np.testing.assert_allclose(shares, 1.0 / (weighing.groups + 1))


def test_equal_rows_of_a_donor_count_once_and_independent_ones_each() -> None:
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(50), 10)
    assert effective_number(rng.normal(size=50)[groups], groups) == pytest.approx(50.0)
    assert effective_number(rng.normal(size=500), groups) > 300.0
    assert effective_number(rng.normal(size=50), np.arange(50)) == 50.0
    assert effective_number(np.ones(30), np.arange(30) % 3) >= 3.0
