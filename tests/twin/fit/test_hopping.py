"""Hops from the best ends: where they begin, what they reach, and how valleys are told apart."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from homeostat.twin.fit import (
    Multistart,
    Outcome,
    Progress,
    Rejected,
    Residuals,
    Scalar,
    Search,
    hopping,
    multistart,
    valleys,
)
from homeostat.twin.fit.hopping import APART, DRAWS, VALLEYS

Array = NDArray[np.float64]


class Box:
    """Bounds of the toy problems below; `calls` counts evaluations."""

    def __init__(self, size: int = 3, low: float = -3.0, high: float = 3.0) -> None:
        self.names = tuple(f"x{i}" for i in range(size))
        self.lower, self.upper = np.full(size, low), np.full(size, high)
        self.calls = 0


class Ripples(Box):
    """A bowl with many dents (Rastrigin's function): the deepest of them, at 0, has the value 0."""

    def objective(self, theta: Array) -> Scalar:
        value = float(np.sum(theta**2 + 10.0 * (1.0 - np.cos(2.0 * np.pi * theta))))
        return Scalar(value, 2.0 * theta + 20.0 * np.pi * np.sin(2.0 * np.pi * theta))


class Island(Box):
    """A sum of squares that has a value only within `radius` of its minimum at 0."""

    def __init__(self, radius: float) -> None:
        super().__init__(2)
        self.radius = radius

    def residuals(self, theta: Array) -> Residuals:
        self.calls += 1
        if float(np.abs(theta).max()) > self.radius:
            raise Rejected("the sea")
        return Residuals(theta, np.eye(2))


def ended(number: int, cost: float) -> Search:
    theta = np.zeros(2)
    outcome = Outcome.REJECTED if cost == np.inf else Outcome.CONVERGED
    return Search(number, theta, theta, cost, outcome, 1)


def test_hops_reach_the_deepest_of_many_valleys() -> None:
    problem = Ripples(2)
    start = multistart(problem, 0, first=[np.array([1.98991, -1.98991])])
    assert start.best.cost == pytest.approx(7.9597, rel=1e-3)
    found = hopping(problem, start, 60, 1)
    assert found.best.cost == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(found.best.theta, 0.0, atol=1e-4)


def test_searches_are_numbered_on_sorted_and_told() -> None:
    told: list[Progress] = []
    start = multistart(Ripples(), 4, seed=2)
    found = hopping(Ripples(), start, 6, 2, progress=told.append)
    costs = [each.cost for each in found.searches]
    assert costs == sorted(costs)
    assert sorted(each.number for each in found.searches) == list(range(10))
    assert {each.number: each.cost for each in start.searches}.items() <= {
        each.number: each.cost for each in found.searches
    }.items()
    assert [(each.done, each.total) for each in told] == [(k, 10) for k in range(5, 11)]
    assert told[-1].cost == found.best.cost


def test_one_seed_gives_the_same_bits_and_another_other_points() -> None:
    start = multistart(Ripples(), 3, seed=0)
    one, two, other = (hopping(Ripples(), start, 4, seed) for seed in (5, 5, 6))
    assert [each.theta.tobytes() for each in one.searches] == [each.theta.tobytes() for each in two.searches]
    begins = [{each.number: each.begin.tobytes() for each in f.searches}[3] for f in (one, other)]
    assert begins[0] != begins[1]


@given(st.integers(0, 10_000), st.integers(1, 4))
@settings(max_examples=30)
def test_a_hop_begins_elsewhere_and_within_the_bounds(seed: int, size: int) -> None:
    problem = Ripples(size)
    start = multistart(problem, 0, first=[np.full(size, 0.9)])
    (begin,) = (each.begin for each in hopping(problem, start, 1, seed).searches if each.number == 1)
    assert (begin >= problem.lower).all()
    assert (begin <= problem.upper).all()
    assert (begin != start.best.theta).any()


def test_a_refused_point_is_drawn_again() -> None:
    problem = Island(1e-9)
    start = multistart(problem, 0, first=[np.zeros(2)])
    problem.calls = 0
    found = hopping(problem, start, 2, 0)
    assert problem.calls == 2 * DRAWS
    assert [each.outcome for each in found.searches] == [
        Outcome.CONVERGED,
        Outcome.REJECTED,
        Outcome.REJECTED,
    ]
    shores = hopping(Island(0.5), start, 10, 0).searches
    assert sum(each.outcome is Outcome.REJECTED for each in shores) < 5


def test_without_any_value_there_is_nothing_to_hop_from() -> None:
    problem = Island(1e-9)
    start = multistart(problem, 0, first=[np.ones(2)])
    with pytest.raises(Rejected, match="none of 1 start points could be evaluated: the sea"):
        hopping(problem, start, 1)


def test_no_hops_change_nothing() -> None:
    start = multistart(Ripples(), 2, seed=0)
    assert hopping(Ripples(), start, 0).searches == start.searches


@given(st.lists(st.floats(-100.0, 100.0) | st.just(np.inf), max_size=12), st.floats(-1e4, 1e4))
def test_valleys_are_apart_deepest_first_whatever_the_offset_of_the_cost(
    costs: list[float], offset: float
) -> None:
    ordered = sorted(cost + offset for cost in costs)
    found = valleys(Multistart(("x", "y"), tuple(ended(k, cost) for k, cost in enumerate(ordered))))
    kept = [each.cost for each in found]
    assert len(kept) <= VALLEYS
    assert all(high > low + APART for low, high in pairwise(kept))
    finite = [cost for cost in ordered if cost < np.inf]
    assert kept[:1] == finite[:1]
    if len(kept) < VALLEYS:
        assert all(any(low <= cost <= low + APART for low in kept) for cost in finite)
