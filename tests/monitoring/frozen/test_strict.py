"""Sums, products and the exponential: exact where they can be, one set of bits for arrays and for plain floats."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.frozen.strict import (
    dot,
    dot_of,
    exp,
    exp_of,
    fold,
    fold_of,
    logistic,
    logistic_of,
    project,
    project_of,
)

NUMBERS = st.floats(-1e6, 1e6)
ROWS = st.lists(NUMBERS, min_size=0, max_size=40)


def units_off(found: Array, expected: Array) -> float:
    """The largest error in units in the last place."""
    return float(np.max(np.abs(found - expected) / np.spacing(np.abs(expected))))


@given(ROWS)
def test_a_sum_has_the_same_bits_for_arrays_and_plain_floats(row: list[float]) -> None:
    assert fold(np.array([row])).tolist() == [fold_of(row)]


@given(ROWS)
def test_a_sum_is_close_to_the_exact_one(row: list[float]) -> None:
    exact = float(sum(map(Fraction, row), Fraction(0)))
    bound = 6 * 2.0**-53 * math.fsum(map(abs, row))  # log2(40) additions on the way of each term
    assert abs(fold_of(row) - exact) <= bound


def test_the_order_of_a_sum_is_the_written_one() -> None:
    a, b, c, d, e = 1e16, 1.0, -1e16, 1.0, 3.0
    assert fold_of([a, b, c, d, e]) == ((a + d) + c) + (b + e)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=30))
def test_products_have_the_same_bits_for_arrays_and_plain_floats(pairs: list[tuple[float, float]]) -> None:
    x, w = zip(*pairs, strict=True)
    assert dot(np.array([x]), np.array(w)).tolist() == [dot_of(x, w)]
    directions = np.array([w, x, w])
    assert project(np.array([x]), directions)[0].tolist() == project_of(x, directions.tolist())


def test_the_layout_of_an_array_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(50, 33)), rng.normal(size=33)
    assert dot(x, w).tobytes() == dot(np.asfortranarray(x), w).tobytes()
    assert dot(x, w).tobytes() == dot(np.repeat(x, 2, axis=1)[:, ::2], w).tobytes()


def test_blocks_of_rows_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    x, directions = rng.normal(size=(20, 7)), rng.normal(size=(3, 7))
    whole = project(x, directions)
    monkeypatch.setattr("homeostat.monitoring.frozen.strict.BLOCK", 50)
    assert project(x, directions).tobytes() == whole.tobytes()
    np.testing.assert_allclose(whole, x @ directions.T, atol=1e-13)


def test_exp_is_within_one_unit_of_the_exact_value() -> None:
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.uniform(-700, 709, 20_000), rng.normal(size=20_000), [0.0, -0.0, 1e-300]])
    assert units_off(exp(x), np.array([math.exp(value) for value in x])) <= 1.0


def test_exp_at_the_ends() -> None:
    x = np.array([np.nan, np.inf, -np.inf, 710.0, -746.0, 0.0, -740.0])
    found = exp(x)
    assert np.isnan(found[0])
    assert found[1:6].tolist() == [np.inf, 0.0, np.inf, 0.0, 1.0]
    assert found[6] == pytest.approx(math.exp(-740.0), rel=1e-2)  # few digits are left so close to zero


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_exp_and_the_logistic_curve_have_the_same_bits_for_plain_floats(x: float) -> None:
    np.testing.assert_array_equal(exp(np.array([x])), [exp_of(x)])
    np.testing.assert_array_equal(logistic(np.array([x])), [logistic_of(x)])


def test_the_logistic_curve() -> None:
    x = np.linspace(-30, 30, 101)
    np.testing.assert_allclose(logistic(x), 0.5 * (1 + np.tanh(x / 2)), rtol=1e-3, atol=1e-15)
    np.testing.assert_allclose(logistic(x) + logistic(-x), 1.0, rtol=1e-15)
