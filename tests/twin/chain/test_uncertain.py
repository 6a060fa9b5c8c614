"""Uncertain parameters: quantiles against scipy's distributions, cut tails, and what cannot be declared."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from homeostat.errors import TwinError
from homeostat.twin.chain import Uncertain, fixed, fraction, lognormal

PROBABILITIES = np.linspace(0.001, 0.999, 999)


def test_a_lognormal_parameter_has_the_quantiles_of_scipys() -> None:
    ours = lognormal(3.0, 0.4, "mL", "test").at(PROBABILITIES)
    np.testing.assert_allclose(ours, stats.lognorm(0.4, scale=3.0).ppf(PROBABILITIES), rtol=1e-12)


def test_a_fraction_is_normal_on_the_logit_scale_and_spreads_as_declared() -> None:
    ours = fraction(0.55, 0.06, "test").at(PROBABILITIES)
    expected = stats.norm(math.log(0.55 / 0.45), 0.06 / (0.55 * 0.45)).ppf(PROBABILITIES)
    np.testing.assert_allclose(np.log(ours / (1.0 - ours)), expected, rtol=1e-9, atol=1e-12)
    assert np.std(ours) == pytest.approx(0.06, rel=0.05)


def test_bounds_cut_the_tails_off_and_what_is_left_is_the_conditional_distribution() -> None:
    cut = lognormal(1.0, 1.0, "1", "test", low=0.5, high=3.0)
    whole = stats.lognorm(1.0)
    low, high = whole.cdf(0.5), whole.cdf(3.0)
    np.testing.assert_allclose(
        cut.at(PROBABILITIES), whole.ppf(low + PROBABILITIES * (high - low)), rtol=1e-12
    )


def test_a_parameter_without_spread_is_its_value_for_everyone() -> None:
    for p in (fixed(7.5, "% v/v", "test"), lognormal(7.5, 0.0, "1", "test"), fixed(0.0, "1", "test")):
        assert set(p.at(PROBABILITIES)) == {p.value}
    assert set(fraction(1.0, 0.0, "test").at(PROBABILITIES)) == {1.0}


@given(
    value=st.floats(0.01, 0.99),
    spread=st.floats(0.0, 0.3),
    probability=st.floats(2.0**-54, 1.0 - 2.0**-53),
)
def test_a_fraction_never_leaves_its_bounds(value: float, spread: float, probability: float) -> None:
    low, high = value / 2.0, (1.0 + value) / 2.0
    drawn = fraction(value, spread, "test", low=low, high=high).at(np.array([probability]))[0]
    assert low <= drawn <= high


@given(spread=st.floats(0.0, 2.0), p=st.floats(0.01, 0.98), step=st.floats(1e-3, 0.01))
def test_quantiles_rise_with_probability(spread: float, p: float, step: float) -> None:
    lower, upper = lognormal(2.0, spread, "1", "test").at(np.array([p, p + step]))
    assert lower <= upper


@pytest.mark.parametrize(
    "declare",
    [
        lambda: lognormal(math.nan, 0.1, "1", "test"),
        lambda: lognormal(math.inf, 0.1, "1", "test"),
        lambda: lognormal(-1.0, 0.1, "1", "test"),
        lambda: lognormal(0.0, 0.1, "1", "test"),
        lambda: lognormal(1.0, -0.1, "1", "test"),
        lambda: lognormal(1.0, math.nan, "1", "test"),
        lambda: lognormal(1.0, 0.1, " ", "test"),
        lambda: lognormal(1.0, 0.1, "1", ""),
        lambda: lognormal(5.0, 0.1, "1", "test", high=4.0),
        lambda: fraction(1.2, 0.1, "test"),
        lambda: fraction(1.0, 0.1, "test"),
        lambda: fraction(0.5, 0.1, "test", high=1.5),
        lambda: fixed(-1.0, "mL", "test"),
    ],
)
def test_absurd_declarations_are_refused(declare: type[Uncertain]) -> None:
    with pytest.raises(TwinError):
        declare()
