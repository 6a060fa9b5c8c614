"""The written-out LU against numpy, and when it says that digits were lost."""

import casadi as ca
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.twin.engine.linear import PIVOT_QUALITY, factorise

SIZE = 6


def _solve(matrix: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Solution, quality and slack of a matrix, its zeros left out of the pattern."""
    given_matrix = ca.SX.sym("a", ca.DM(matrix).sparsity())
    magnitude = ca.fabs(ca.diag(ca.densify(given_matrix)))
    lu = factorise(given_matrix, magnitude)
    function = ca.Function("solve", [given_matrix], [lu.solve(ca.DM(b)), lu.quality, lu.slack()])
    y, quality, slack = function(ca.DM(ca.DM(matrix).sparsity(), ca.DM(matrix).nonzeros()))
    return np.array(y).ravel(), float(quality), float(slack)


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.0))
def test_a_sparse_matrix_with_a_strong_diagonal_is_solved_like_numpy_does(seed: int, density: float) -> None:
    numbers = np.random.default_rng(seed)
    matrix = np.where(numbers.random((SIZE, SIZE)) < density, numbers.standard_normal((SIZE, SIZE)), 0.0)
    matrix += np.diag(5.0 + 10.0 * numbers.random(SIZE))
    b = numbers.standard_normal(SIZE)
    y, quality, slack = _solve(matrix, b)
    np.testing.assert_allclose(y, np.linalg.solve(matrix, b), rtol=1e-9, atol=1e-12)
    assert quality <= 1.0
    assert slack > 0.0


@pytest.mark.parametrize("lost", [1e-12, 1e-7, 1e-5, 1e-2])
def test_a_pivot_that_cancels_shows_in_the_quality_and_in_the_sign_of_the_slack(lost: float) -> None:
    _, quality, slack = _solve(np.array([[1.0, 1.0], [1.0, 1.0 + lost]]), np.ones(2))
    assert quality == pytest.approx(lost / 2.0, rel=0.01)
    assert (slack >= 0.0) == (quality >= PIVOT_QUALITY)


def test_no_pivot_at_all_is_no_number() -> None:
    y, _, _ = _solve(np.array([[1.0, 1.0], [1.0, 1.0]]), np.ones(2))
    assert not np.isfinite(y).all()
