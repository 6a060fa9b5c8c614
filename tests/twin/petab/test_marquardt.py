"""Levenberg-Marquardt within bounds, against known minima and scipy's trust region."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from homeostat.twin.fit import LeastSquares, Outcome, Rejected, Residuals, Settings
from homeostat.twin.petab.marquardt import search

Array = NDArray[np.float64]
PATIENT = Settings(ftol=1e-12, xtol=1e-12, gtol=1e-9, evaluations=500)


class Rosenbrock:
    """Minimum 0 at (1, 1); refuses every point right of `wall`."""

    names = ("x", "y")

    def __init__(self, lower: float = -5.0, upper: float = 5.0, wall: float = np.inf) -> None:
        self.lower, self.upper, self.wall = np.full(2, lower), np.full(2, upper), wall

    def residuals(self, theta: Array) -> Residuals:
        x, y = theta
        if x > self.wall:
            raise Rejected("beyond the wall")
        return Residuals(np.array([10.0 * (y - x * x), 1.0 - x]), np.array([[-20.0 * x, 10.0], [-1.0, 0.0]]))


class Linear:
    """|A theta - b|^2 / 2 in a box."""

    def __init__(self, a: Array, b: Array) -> None:
        self.a, self.b = a, b
        self.names = tuple(f"p{k}" for k in range(a.shape[1]))
        self.lower, self.upper = -np.ones(a.shape[1]), np.ones(a.shape[1])

    def residuals(self, theta: Array) -> Residuals:
        return Residuals(self.a @ theta - self.b, self.a)


def test_a_curved_valley_is_followed_to_its_end() -> None:
    problem = Rosenbrock()
    assert isinstance(problem, LeastSquares)
    found = search(problem, np.array([-1.2, 1.0]), PATIENT, 7)
    assert found.outcome is Outcome.CONVERGED
    assert found.theta == pytest.approx([1.0, 1.0], abs=1e-6)
    assert found.cost == pytest.approx(0.0, abs=1e-12)
    assert (found.number, found.begin.tolist()) == (7, [-1.2, 1.0])


def test_bounds_hold_the_solution() -> None:
    found = search(Rosenbrock(upper=0.5), np.array([9.0, -9.0]), PATIENT)
    assert found.begin.tolist() == [0.5, -5.0]
    assert found.theta == pytest.approx([0.5, 0.25], abs=1e-6)


def test_a_refused_point_is_a_step_too_far() -> None:
    found = search(Rosenbrock(wall=0.9), np.array([-1.2, 1.0]), PATIENT)
    assert 0.8 < found.theta[0] <= 0.9
    assert np.isfinite(found.cost)


def test_a_refused_start_is_told() -> None:
    found = search(Rosenbrock(wall=-4.0), np.array([1.0, 1.0]), PATIENT)
    assert found.outcome is Outcome.REJECTED
    assert found.cost == np.inf
    assert "beyond the wall" in found.message


def test_evaluations_are_limited() -> None:
    found = search(Rosenbrock(), np.array([-1.2, 1.0]), Settings(evaluations=3))
    assert found.outcome is Outcome.EXHAUSTED
    assert found.evaluations == 3


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_in_a_box_it_finds_what_scipy_finds(seed: int, k: int) -> None:
    draw = np.random.default_rng(seed)
    problem = Linear(draw.normal(size=(k + 3, k)), 3.0 * draw.normal(size=k + 3))
    found = search(problem, draw.uniform(-1.0, 1.0, k), PATIENT)
    expected = lsq_linear(problem.a, problem.b, (-1.0, 1.0), tol=1e-12)
    assert found.cost == pytest.approx(expected.cost, rel=1e-6, abs=1e-9)
    assert (np.abs(found.theta) <= 1.0).all()


def test_a_coordinate_without_effect_stays() -> None:
    problem = Linear(np.array([[1.0, 0.0], [2.0, 0.0]]), np.array([0.5, 1.0]))
    found = search(problem, np.array([-0.5, 0.3]), PATIENT)
    assert found.theta == pytest.approx([0.5, 0.3])
