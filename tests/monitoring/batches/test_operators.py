"""The small matrices: inverses and products as linear algebra has them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.batches.operators import gram, inner, inverse, onto, product


@given(st.integers(1, 6), st.integers(0, 100))
def test_inverses_are_those_of_linear_algebra(size: int, seed: int) -> None:
    root = np.random.default_rng(seed).standard_normal((3, size, size + 3))
    covariance = root @ root.transpose(0, 2, 1)
    assert np.allclose(inverse(covariance) @ covariance, np.eye(size), atol=1e-7)


def test_an_entry_that_follows_from_others_is_left_out() -> None:
    root = np.array([[1.0, 2.0], [3.0, 1.0], [4.0, 3.0]])  # the third row is the sum of the others
    covariance = root @ root.T
    found = inverse(covariance)
    assert np.allclose(covariance @ found @ covariance, covariance)
    assert np.allclose(found[2], 0.0)


def test_products_and_grams_are_those_of_linear_algebra() -> None:
    random = np.random.default_rng(0)
    left, right = random.standard_normal((4, 3, 5)), random.standard_normal((4, 5, 2))
    assert np.allclose(product(left, right), left @ right)
    assert np.allclose(onto(left[0], right[0, :, 0]), left[0] @ right[0, :, 0])
    assert np.isclose(inner(left[0, 0], left[0, 1]), left[0, 0] @ left[0, 1])
    start = random.standard_normal((2, 5))
    whole = np.concatenate([start, *left[:3]])
    assert np.allclose(gram(left, start)[2], whole.T @ whole)
