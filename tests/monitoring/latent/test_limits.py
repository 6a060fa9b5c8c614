"""Limits and rates against closed forms, tables and simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from homeostat.errors import MonitoringError
from homeostat.monitoring.latent.limits import held_out, quantile, rate, spe_limit, t2_limit, wilson


def test_the_limit_of_t2_tends_to_chi_square_with_many_rows() -> None:
    assert t2_limit(10**7, 3, 0.99) == pytest.approx(stats.chi2.ppf(0.99, 3), rel=1e-5)


def test_the_limit_of_t2_holds_for_new_rows_of_a_small_table() -> None:
    """Simulated: a new row's T² from mean and variance of 12 rows passes the 95 % limit in 5 % of cases."""
    random = np.random.default_rng(1)
    rows = random.standard_normal((20_000, 12))
    new = random.standard_normal(20_000)
    t2 = (new - rows.mean(axis=1)) ** 2 / rows.var(axis=1, ddof=1)
    assert np.mean(t2 > t2_limit(12, 1, 0.95)) == pytest.approx(0.05, abs=0.006)


def test_as_many_components_as_rows_have_no_limit() -> None:
    with pytest.raises(MonitoringError, match="3 rows give no limit for 3 components"):
        t2_limit(3, 3, 0.99)


def test_equal_variances_give_wilson_and_hilfertys_chi_square() -> None:
    """With m equal variances Jackson & Mudholkar's limit is Wilson & Hilferty's approximation of chi-square."""
    m, variance = 8, 0.3
    thetas = np.array([m * variance, m * variance**2, m * variance**3])
    normal = stats.norm.ppf(0.99)
    expected = variance * m * (1.0 - 2.0 / (9.0 * m) + normal * np.sqrt(2.0 / (9.0 * m))) ** 3
    assert spe_limit(thetas, 0.99) == pytest.approx(expected)
    assert spe_limit(thetas, 0.99) == pytest.approx(variance * stats.chi2.ppf(0.99, m), rel=5e-3)


def test_nothing_left_out_has_the_limit_zero() -> None:
    assert spe_limit(np.zeros(3), 0.99) == 0.0


def test_where_the_exponent_is_not_positive_a_weighted_chi_square_stands_in() -> None:
    variances = np.array([1.0, *[0.02] * 60])
    thetas = np.array([np.sum(variances**power) for power in (1, 2, 3)])
    random = np.random.default_rng(2)
    spe = (random.standard_normal((50_000, 61)) ** 2) @ variances
    assert spe_limit(thetas, 0.99) == pytest.approx(np.quantile(spe, 0.99), rel=0.15)


@given(values=st.lists(st.floats(0.0, 1e6), min_size=9, max_size=40))
def test_a_held_out_limit_is_passed_by_at_most_its_share(values: list[float]) -> None:
    found = quantile(np.array(values), 0.9)
    assert np.sum(np.array(values) > found) <= 0.1 * (len(values) + 1)


def test_too_few_rows_set_no_limit() -> None:
    with pytest.raises(MonitoringError, match="98 held-out rows cannot set a limit") as caught:
        quantile(np.arange(98.0), 0.99)
    assert "hold out 99 rows" in caught.value.mend
    assert quantile(np.arange(99.0), 0.99) == 98.0


def test_the_rate_is_measured_on_rows_that_did_not_set_the_limit() -> None:
    """One group of five is shifted: it passes the limit of the others, though not the limit of all."""
    values = np.random.default_rng(3).standard_normal(500)
    groups = np.repeat(np.arange(5), 100)
    values[groups == 2] += 4.0
    found = held_out(values, 0.95, groups.tolist())
    assert found.rate.count >= 90
    assert found.rate.total == 500
    assert np.mean(values > found.limit) <= 0.05


def test_rows_in_time_are_left_out_in_runs() -> None:
    values = np.concatenate([np.zeros(400), np.ones(100)])
    assert held_out(values, 0.95).rate.count == 100


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (50, 100, 0.4038, 0.5962)],
)
def test_wilsons_interval(count: int, total: int, low: float, high: float) -> None:
    """Beside statsmodels' documented and other published values, and scipy's own."""
    peer = stats.binomtest(count, total).proportion_ci(method="wilson")
    assert wilson(count / total, total) == pytest.approx((peer.low, peer.high), abs=1e-12)
    assert wilson(count / total, total) == pytest.approx((low, high), abs=1e-4)


def test_alarms_that_come_in_groups_are_worth_fewer_rows() -> None:
    groups = np.repeat(np.arange(20), 50)
    together = rate(groups == 7, groups)
    apart = rate(np.arange(1000) % 20 == 7, groups)
    assert together.rate == apart.rate == 0.05
    assert together.high > apart.high
    plain = rate(np.arange(1000) % 20 == 7)
    assert apart.high == pytest.approx(plain.high, rel=1e-9)
