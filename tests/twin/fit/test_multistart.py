"""Multi-start over any problem: where it begins, what it finds, and what becomes of points that have no value."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.fit import (
    Outcome,
    Progress,
    Rejected,
    Residuals,
    Scalar,
    Settings,
    multistart,
    search,
    start_points,
)

Array = NDArray[np.float64]


class Box:
    """Bounds shared by the toy problems below."""

    def __init__(self, low: float, high: float, size: int = 2) -> None:
        self.names = tuple(f"x{i}" for i in range(size))
        self.lower, self.upper = np.full(size, low), np.full(size, high)


class Rosenbrock(Box):
    """The banana valley as residuals, optionally without a value beyond `wall` in its first coordinate."""

    def __init__(self, low: float = -2.0, high: float = 2.0, wall: float = np.inf) -> None:
        super().__init__(low, high)
        self.wall = wall

    def residuals(self, theta: Array) -> Residuals:
        x, y = theta
        if x > self.wall:
            raise Rejected("beyond the wall")
        return Residuals(np.array([10.0 * (y - x * x), 1.0 - x]), np.array([[-20.0 * x, 10.0], [-1.0, 0.0]]))


class Wells(Box):
    """A scalar with a shallow minimum near +1 and the deeper one near -1 in each coordinate."""

    def objective(self, theta: Array) -> Scalar:
        value = float(np.sum((theta**2 - 1.0) ** 2 + 0.3 * theta))
        return Scalar(value, 4.0 * theta * (theta**2 - 1.0) + 0.3)


def test_least_squares_finds_the_valley_from_every_start() -> None:
    found = multistart(Rosenbrock(), starts=6, seed=1)
    assert [each.outcome for each in found.searches] == [Outcome.CONVERGED] * 6
    np.testing.assert_allclose(found.best.theta, [1.0, 1.0], atol=1e-6)
    assert found.reached() == 6


@pytest.mark.parametrize("method", ["L-BFGS-B", "trust-constr"])
def test_the_deepest_of_several_minima_comes_first(method: str) -> None:
    settings = Settings(method="L-BFGS-B" if method == "L-BFGS-B" else "trust-constr", evaluations=400)
    found = multistart(Wells(-2.0, 2.0), starts=12, seed=0, settings=settings)
    costs = [each.cost for each in found.searches]
    assert costs == sorted(costs)
    deepest = min(np.roots([4.0, 0.0, -4.0, 0.3]).real)
    np.testing.assert_allclose(found.best.theta, [deepest, deepest], atol=1e-4)
    assert 1 <= found.reached() < 12


def test_a_minimum_outside_the_bounds_is_met_at_the_bound() -> None:
    found = multistart(Rosenbrock(-2.0, 0.5), starts=4, seed=0)
    np.testing.assert_allclose(found.best.theta, [0.5, 0.25], atol=1e-5)


def test_the_same_seed_gives_the_same_bits_and_another_seed_other_starts() -> None:
    one, two, other = (multistart(Wells(-2.0, 2.0), starts=5, seed=seed) for seed in (3, 3, 4))
    for a, b in zip(one.searches, two.searches, strict=True):
        assert a.theta.tobytes() == b.theta.tobytes()
        assert (a.number, a.cost, a.evaluations) == (b.number, b.cost, b.evaluations)
    assert not np.array_equal(one.searches[0].begin, other.searches[0].begin)


def test_a_refused_step_is_shortened_and_the_wall_is_never_crossed() -> None:
    found = multistart(Rosenbrock(wall=0.5), starts=0, first=[np.array([-1.2, 1.0])])
    assert found.best.outcome is not Outcome.REJECTED
    assert found.best.theta[0] <= 0.5
    assert found.best.cost < 0.5 * (1.0 - 0.3) ** 2


def test_a_refused_start_is_reported_and_the_others_go_on() -> None:
    begins = [np.array([1.9, 0.0]), np.array([-1.0, 0.0])]
    found = multistart(Rosenbrock(wall=1.5), starts=0, first=begins)
    assert [each.outcome for each in found.searches] == [Outcome.CONVERGED, Outcome.REJECTED]
    assert [each.number for each in found.searches] == [1, 0]
    assert "beyond the wall" in found.searches[1].message
    assert found.searches[1].cost == np.inf


def test_when_every_start_is_refused_the_best_is_an_error_not_a_number() -> None:
    found = multistart(Rosenbrock(wall=-3.0), starts=3, seed=0)
    with pytest.raises(TwinError, match="none of 3 start points"):
        _ = found.best


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("where", ["value", "derivative"])
def test_a_number_that_is_not_finite_counts_as_refused(bad: float, where: str) -> None:
    class Broken(Box):
        def residuals(self, theta: Array) -> Residuals:
            r, jacobian = theta.copy(), np.eye(2)
            (r if where == "value" else jacobian[0])[0] = bad
            return Residuals(r, jacobian)

    class BrokenScalar(Box):
        def objective(self, theta: Array) -> Scalar:
            value, gradient = 0.0, theta.copy()
            if where == "value":
                return Scalar(bad, gradient)
            gradient[0] = bad
            return Scalar(value, gradient)

    for problem in (Broken(-1.0, 1.0), BrokenScalar(-1.0, 1.0)):
        assert search(problem, np.zeros(2)).outcome is Outcome.REJECTED


def test_evaluations_are_limited_and_say_so() -> None:
    found = search(Rosenbrock(), np.array([-1.9, 2.0]), Settings(evaluations=3))
    assert found.outcome is Outcome.EXHAUSTED
    assert found.evaluations == 3


def test_progress_tells_each_finished_search_and_the_lowest_cost_so_far() -> None:
    told: list[Progress] = []
    found = multistart(Wells(-2.0, 2.0), starts=4, seed=0, progress=told.append)
    assert [(each.done, each.total) for each in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    costs = [each.cost for each in told]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == found.best.cost


@given(st.integers(1, 20), st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_starts_fill_the_box_evenly(count: int, seed: int, size: int) -> None:
    box = Box(-3.0, 5.0, size)
    points = start_points(box, count, seed)
    assert points.shape == (count, size)
    slices = np.floor((points + 3.0) / 8.0 * count).astype(int)
    for column in slices.T:
        assert sorted(column.tolist()) == list(range(count))


@pytest.mark.parametrize(
    "spoil", [lambda b: b.lower.fill(9.0), lambda b: b.upper.fill(np.inf), lambda b: b.lower.fill(np.nan)]
)
def test_bounds_without_room_are_named(spoil: Callable[[Box], None]) -> None:
    box = Rosenbrock()
    spoil(box)
    with pytest.raises(TwinError, match=r"bounds .* of x0 leave no room"):
        multistart(box, starts=1)


def test_nothing_to_begin_from_is_an_error() -> None:
    with pytest.raises(TwinError, match="no start point"):
        multistart(Rosenbrock(), starts=0)
