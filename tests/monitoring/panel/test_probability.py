"""How probable it is to lie within a specification: against the error function of the C library, and of each alone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.panel import within

VARIABLES = st.lists(st.tuples(st.floats(-50.0, 50.0), st.floats(0.0, 20.0)), min_size=1, max_size=12)
ENDS = st.one_of(st.none(), st.floats(-60.0, 60.0))


def exact(mean: float, deviation: float, low: float | None, high: float | None) -> float:
    root = deviation * math.sqrt(2.0)
    above = 1.0 if low is None else 0.5 * math.erfc((low - mean) / root)
    beyond = 0.0 if high is None else 0.5 * math.erfc((high - mean) / root)
    return above - beyond


@given(mean=st.floats(-50.0, 50.0), deviation=st.floats(0.1, 20.0), low=ENDS, high=st.floats(60.0, 90.0))
def test_the_probability_is_that_of_the_normal_distribution(
    mean: float, deviation: float, low: float | None, high: float
) -> None:
    (found,) = within([mean], [deviation], low, high)
    assert found == pytest.approx(exact(mean, deviation, low, high), rel=1e-9, abs=1e-12)


@given(variables=VARIABLES, low=ENDS, high=ENDS)
def test_many_at_once_have_the_bits_of_each_alone(
    variables: list[tuple[float, float]], low: float | None, high: float | None
) -> None:
    means, deviations = zip(*variables, strict=True)
    together = within(means, deviations, low, high)
    assert together == [within([mean], [sd], low, high)[0] for mean, sd in variables]


@pytest.mark.parametrize(("mean", "found"), [(1.0, 1.0), (2.0, 1.0), (0.5, 0.0), (math.nan, 0.0)])
def test_without_a_deviation_it_is_certain(mean: float, found: float) -> None:
    assert within([mean], [0.0], 1.0, 2.0) == [found]
