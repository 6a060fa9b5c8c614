"""One local search of a sum of squares, against the exact solution of a linear problem in a box."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from homeostat.twin.fit import Outcome, Rejected, Residuals, Settings, search

Array = NDArray[np.float64]
PATIENT = Settings(ftol=1e-12, xtol=1e-12, gtol=1e-9, evaluations=500)


class Linear:
    """|A theta - b|^2 / 2 in a box."""

    def __init__(self, a: Array, b: Array) -> None:
        self.a, self.b = a, b
        self.names = tuple(f"p{k}" for k in range(a.shape[1]))
        self.lower, self.upper = -np.ones(a.shape[1]), np.ones(a.shape[1])

    def residuals(self, theta: Array) -> Residuals:
        return Residuals(self.a @ theta - self.b, self.a)


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_in_a_box_it_finds_what_an_active_set_method_finds(seed: int, k: int) -> None:
    draw = np.random.default_rng(seed)
    problem = Linear(draw.normal(size=(k + 3, k)), 3.0 * draw.normal(size=k + 3))
    found = search(problem, draw.uniform(-1.0, 1.0, k), PATIENT)
    expected = lsq_linear(problem.a, problem.b, (-1.0, 1.0), method="bvls", tol=1e-12)
    assert found.cost == pytest.approx(expected.cost, rel=1e-6, abs=1e-9)
    assert (np.abs(found.theta) <= 1.0).all()


def test_a_coordinate_without_effect_stays() -> None:
    problem = Linear(np.array([[1.0, 0.0], [2.0, 0.0]]), np.array([0.5, 1.0]))
    found = search(problem, np.array([-0.5, 0.3]), PATIENT)
    assert found.theta == pytest.approx([0.5, 0.3])


def test_a_begin_outside_the_bounds_is_moved_into_them() -> None:
    found = search(Linear(np.eye(2), np.zeros(2)), np.array([9.0, -9.0]), PATIENT, 7)
    assert (found.number, found.begin.tolist()) == (7, [1.0, -1.0])
    assert found.theta == pytest.approx([0.0, 0.0], abs=1e-6)


def test_a_refusal_of_the_start_says_what_and_where_and_leaves_the_mend_to_whoever_searches() -> None:
    class Nowhere(Linear):
        def residuals(self, theta: Array) -> Residuals:
            raise Rejected("it ended", where="run a", mend="narrow the bounds")

    found = search(Nowhere(np.eye(1), np.zeros(1)), np.zeros(1))
    assert (found.outcome, found.cost) == (Outcome.REJECTED, np.inf)
    assert found.message == "run a: it ended"
