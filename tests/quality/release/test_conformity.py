"""Conformity: the probability against closed forms and an example worked by hand, and the decision rules."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from homeostat.process.release import Release
from homeostat.process.units import Quantity
from homeostat.quality.release.conformity import judge, probability

SIMPLE = Release()
GUARDED = Release(decision="guarded")


def test_an_example_worked_by_hand() -> None:
    """A voltage of at most -5.40 V, measured -5.47 V with u = 0.05 V: 1.4 uncertainties away, Phi(1.4) = 0.91924."""
    assert probability(-5.47, 0.05, None, -5.40) == pytest.approx(0.91924, abs=1e-5)


def test_the_probability_is_half_at_a_limit_and_whole_far_within() -> None:
    assert probability(70.0, 2.0, 70.0, None) == pytest.approx(0.5, abs=1e-12)
    assert probability(90.0, 1.0, 70.0, None) == pytest.approx(1.0, abs=1e-12)


@given(
    value=st.floats(-50, 50),
    uncertainty=st.floats(0.01, 20),
    low=st.floats(-50, 50),
    width=st.floats(0.0, 50),
)
def test_the_probability_is_that_of_a_normal_distribution(
    value: float, uncertainty: float, low: float, width: float
) -> None:
    found = probability(value, uncertainty, low, low + width)
    wanted = norm.cdf(low + width, value, uncertainty) - norm.cdf(low, value, uncertainty)
    assert found == pytest.approx(wanted, abs=1e-9)
    assert 0.0 <= found <= 1.0


@given(value=st.floats(-10, 10), low=st.floats(-10, 10), high=st.floats(-10, 10))
def test_without_uncertainty_it_is_either_or(value: float, low: float, high: float) -> None:
    assert probability(value, 0.0, low, high) == float(low <= value <= high)


@given(value=st.floats(0, 200), variation=st.floats(0, 0.5))
def test_the_simple_rule_is_the_measured_value(value: float, variation: float) -> None:
    within = judge(value, variation, (70.0, None), SIMPLE).conformity == "conforms"
    assert within == (value >= 70.0)


def test_the_guarded_rule_has_a_band_on_either_side_of_a_limit() -> None:
    guard = norm.ppf(0.95)
    inner = 70.0 / (1.0 - guard * 0.02)  # value - guard * u = limit, u = 2 % of the value
    outer = 70.0 / (1.0 + guard * 0.02)
    decided = [
        judge(value, 0.02, (70.0, None), GUARDED).conformity
        for value in (inner * 1.0001, inner * 0.9999, outer * 1.0001, outer * 0.9999)
    ]
    assert decided == ["conforms", "undecided", "undecided", "does not conform"]


def test_the_declared_confidence_counts() -> None:
    strict = Release(decision="guarded", confidence=Quantity(99.9, "%"))
    assert judge(74.0, 0.02, (70.0, None), GUARDED).conformity == "conforms"
    assert judge(74.0, 0.02, (70.0, None), strict).conformity == "undecided"


def test_the_uncertainty_is_told_in_the_unit_of_the_value() -> None:
    judged = judge(-50.0, 0.1, (None, 0.0), GUARDED)
    assert math.isclose(judged.uncertainty, 5.0)
    assert judged.words == "probability of conformity 1, wanted 0.95"
