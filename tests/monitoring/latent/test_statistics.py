"""Statistics of rows against their closed forms."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from homeostat.monitoring.latent.statistics import hotelling_t2, squared_error, t2_contributions


def test_t2_is_the_sum_of_squares_in_standard_deviations() -> None:
    np.testing.assert_allclose(
        hotelling_t2(np.array([[2.0, 3.0], [0.0, 0.0]]), np.array([4.0, 1.0])), [10.0, 0.0]
    )


def test_spe_is_the_sum_of_squares_of_what_is_there() -> None:
    np.testing.assert_allclose(squared_error(np.array([[3.0, np.nan, 4.0]])), [25.0])


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_contributions_are_those_of_the_symmetric_square_root(seed: int) -> None:
    """The complete decomposition as Alcala & Qin (2011) define it, by the matrix square root itself."""
    random = np.random.default_rng(seed)
    rotations, variance = random.standard_normal((6, 3)), random.uniform(0.1, 3.0, 3)
    z = random.standard_normal((4, 6))
    matrix = rotations @ np.diag(1.0 / variance) @ rotations.T
    values, vectors = np.linalg.eigh(matrix)
    root = vectors @ np.diag(np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    np.testing.assert_allclose(t2_contributions(z, rotations, variance), (z @ root) ** 2, atol=1e-6)


def test_the_square_root_is_scipys_too() -> None:
    rotations = np.random.default_rng(1).standard_normal((3, 3))
    root = np.real(sqrtm(rotations @ rotations.T))
    z = np.eye(3)
    np.testing.assert_allclose(t2_contributions(z, rotations, np.ones(3)), root**2, atol=1e-8)
