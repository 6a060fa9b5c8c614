"""Values that the others contradict, in rows without a model: plain means and lines."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from homeostat.twin.fit.deletion import Rows
from homeostat.twin.fit.suspects import OUTLIER, Judge, limit

from .conftest import Array

WIDE = np.array([[-1e9], [1e9]])


def judge(values: Array, *, estimated: bool) -> Judge:
    """Values of error 1 about their mean, which is learnt from them."""
    r = values.mean() - values
    rows = Rows.of(r, np.ones((len(r), 1)), np.zeros((1, 1)), WIDE, False)
    return Judge(rows, np.array(["x"] * len(r)), estimated)


def normal(count: int, seed: int) -> Array:
    return np.random.default_rng(seed).standard_normal(count)


def test_a_value_is_judged_by_the_externally_studentised_residual() -> None:
    values = normal(12, 0)
    found = judge(values, estimated=True).judged(np.zeros(12, np.bool_))
    for place in range(12):
        others = np.delete(values, place)
        t = abs(values[place] - others.mean()) / (others.std(ddof=1) * np.sqrt(1.0 + 1.0 / 11.0))
        assert found.ratio[place] == pytest.approx(t / limit(10.0), rel=1e-6)
        assert found.deviations[place] == pytest.approx(t * np.sqrt(12.0 / 11.0), rel=1e-6)


def test_the_limit_is_as_improbable_as_five_standard_deviations() -> None:
    assert limit(1e9) == pytest.approx(OUTLIER, rel=1e-6)
    assert stats.t.sf(limit(7.5), 7.5) == pytest.approx(stats.norm.sf(OUTLIER), rel=1e-6)


@pytest.mark.parametrize("estimated", [False, True])
@pytest.mark.parametrize("count", range(1, 7))
def test_up_to_a_third_of_the_values_do_not_mask_each_other(estimated: bool, count: int) -> None:
    values = normal(20, count)
    values[:count] += 30.0
    found = judge(values, estimated=estimated).suspects()
    np.testing.assert_array_equal(found.ratio > 1.0, np.arange(20) < count)


def test_a_good_value_that_bad_ones_made_suspect_is_put_back() -> None:
    """Two late values bend a line, so that the first, good and of high leverage, seems as far off as they are."""
    hours = np.append(-6.0, np.linspace(0.0, 2.0, 15))
    slopes = np.stack([np.ones(16), hours], axis=1)
    values = 0.1 * normal(16, 2)
    values[[14, 15]] += 40.0
    r = slopes @ np.linalg.lstsq(slopes, values, rcond=None)[0] - values
    rows = Rows.of(r, slopes, np.zeros((2, 2)), np.array([[-1e9] * 2, [1e9] * 2]), False)
    found = Judge(rows, np.array(["x"] * 16), True).suspects()
    assert np.flatnonzero(found.ratio > 1.0).tolist() == [14, 15]


def test_few_values_are_not_judged_by_each_other() -> None:
    assert (judge(np.array([0.0, 0.1, 0.0, 90.0]), estimated=True).suspects().ratio == 0.0).all()


@given(st.integers(6, 40), st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=60, deadline=None)
def test_normal_values_have_no_suspects(count: int, seed: int, estimated: bool) -> None:
    """By chance one value of 1.7 million."""
    assert (judge(normal(count, seed), estimated=estimated).suspects().ratio <= 1.0).all()
