"""Means and standard deviations, also where rounding would spoil them."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from homeostat.errors import MonitoringError
from homeostat.monitoring.latent.scaling import learn, neutral

MODEST = st.floats(-1e6, 1e6, allow_subnormal=False)


@given(x=arrays(np.float64, st.tuples(st.integers(2, 12), st.integers(1, 5)), elements=MODEST))
def test_mean_and_deviation_are_numpys(x: np.ndarray) -> None:
    scaling, gaps = learn(x)
    assert not gaps
    np.testing.assert_allclose(scaling.mean, x.mean(axis=0), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(scaling.deviation, x.std(axis=0, ddof=1), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(scaling.undo(scaling.apply(x)), x, rtol=1e-9, atol=1e-6)


@given(value=st.floats(-1e100, 1e100, allow_subnormal=False), rows=st.integers(2, 3_000))
def test_a_constant_column_is_constant_whatever_its_value(value: float, rows: int) -> None:
    scaling, _ = learn(np.full((rows, 1), value))
    assert scaling.constant.tolist() == [True]
    assert (scaling.mean[0], scaling.deviation[0], scaling.scale[0]) == (value, 0.0, 1.0)


def test_a_small_variation_on_a_great_value_is_kept() -> None:
    x = 1e9 + np.arange(5.0)[:, None] / 1024.0
    exact = [Fraction(value) for value in x[:, 0]]
    mean = sum(exact) / 5
    deviation = float(sum((value - mean) ** 2 for value in exact) / 4) ** 0.5
    scaling, _ = learn(x)
    assert scaling.deviation[0] == pytest.approx(deviation, rel=1e-12)


def test_gaps_are_told_and_left_out() -> None:
    scaling, gaps = learn(np.array([[1.0, np.nan, 7.0], [3.0, 5.0, np.nan], [np.nan, 5.0, 8.0]]))
    assert gaps
    assert scaling.mean.tolist() == [2.0, 5.0, 7.5]
    assert scaling.constant.tolist() == [False, True, False]


def test_without_scale_columns_are_only_centred() -> None:
    scaling, _ = learn(np.array([[1.0, 5.0], [3.0, 5.0]]), scale=False)
    assert scaling.scale.tolist() == [1.0, 1.0]
    assert scaling.deviation.tolist() == [pytest.approx(2.0**0.5), 0.0]


def test_the_neutral_scaling_leaves_rows_as_they_are() -> None:
    z = np.array([[1.0, -2.0], [-1.0, 2.0]])
    np.testing.assert_array_equal(neutral(z).apply(z), z)


def test_values_that_cannot_be_squared_are_refused() -> None:
    with pytest.raises(MonitoringError, match="column 2: values are too great"):
        learn(np.array([[1.0, 1e200], [2.0, -1e200]]))


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_infinite_values_are_refused_with_their_place(bad: float) -> None:
    with pytest.raises(MonitoringError, match="row 2, column 1: a value is infinite"):
        learn(np.array([[1.0, 2.0], [bad, np.nan]]))
