"""One descent: it reaches minima, keeps to bounds, and survives points without a value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from homeostat.twin.fit import Rejected, Residuals
from homeostat.twin.hybrid.descent import Descent

Array = NDArray[np.float64]
WIDE = np.array([10.0, 10.0])


def rosenbrock(at: Array) -> Residuals:
    """Rosenbrock's valley as a sum of squares; minimum 0 at (1, 1)."""
    x, y = at
    return Residuals(
        np.array([10.0 * (y - x**2), 1.0 - x]), np.array([[-20.0 * x, 10.0], [-1.0, 0.0]], dtype=float)
    )


def descend(begin: Array, upper: Array = WIDE, most: int = 200) -> tuple[Descent, list[float]]:
    descent = Descent(begin, -WIDE, upper, rosenbrock(begin))
    costs = [descent.found.cost]
    for _ in range(most):
        if descent.arrived or descent.found.cost < 1e-20:
            break
        at = descent.proposal()
        descent = descent.told(at, rosenbrock(at))
        costs.append(descent.found.cost)
    return descent, costs


@given(st.tuples(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0)))
def test_it_reaches_the_minimum_and_the_cost_never_rises(begin: tuple[float, float]) -> None:
    descent, costs = descend(np.array(begin))
    np.testing.assert_allclose(descent.theta, 1.0, atol=1e-4)
    assert costs == sorted(costs, reverse=True)


def test_at_a_bound_it_slides_along() -> None:
    """With x <= 0.5 the minimum lies at (0.5, 0.25)."""
    descent, _ = descend(np.array([-1.0, 1.0]), np.array([0.5, 10.0]))
    np.testing.assert_allclose(descent.theta, [0.5, 0.25], atol=1e-6)


def test_a_refused_point_makes_it_careful_and_leaves_it_where_it_is() -> None:
    descent = Descent(np.array([-1.0, 1.0]), -WIDE, WIDE, rosenbrock(np.array([-1.0, 1.0])))
    after = descent.told(descent.proposal(), Rejected("no value here"))
    assert (after.theta == descent.theta).all()
    assert np.linalg.norm(after.proposal() - after.theta) < np.linalg.norm(descent.proposal() - descent.theta)


def test_values_that_are_not_finite_count_as_refused() -> None:
    begin = np.array([-1.0, 1.0])
    descent = Descent(begin, -WIDE, WIDE, rosenbrock(begin))
    lost = Residuals(np.array([np.nan, 0.0]), np.zeros((2, 2)))
    assert descent.told(descent.proposal(), lost).moves == 0


def test_it_gives_up_where_no_step_helps() -> None:
    begin = np.array([-1.0, 1.0])
    descent = Descent(begin, -WIDE, WIDE, rosenbrock(begin))
    asked = 0
    while not descent.arrived:
        descent, asked = descent.told(descent.proposal(), Rejected("no value here")), asked + 1
    assert asked < 20
    assert descent.found.cost == pytest.approx(rosenbrock(begin).cost)
