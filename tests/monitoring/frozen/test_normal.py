"""The error function against the C library's, and the normal distribution against scipy's."""

import math

import numpy as np
from scipy.special import ndtr

from homeostat.monitoring.frozen.normal import erf, erfc, normal_cdf


def test_erfc_is_within_four_units_of_the_exact_value() -> None:
    x = np.random.default_rng(1).uniform(-6.0, 26.0, 30_000)
    exact = np.array([math.erfc(value) for value in x])
    assert np.max(np.abs(erfc(x) - exact) / np.spacing(exact)) <= 4.0


def test_erf_is_within_two_units_of_the_exact_value() -> None:
    x = np.concatenate([np.random.default_rng(2).uniform(-7.0, 7.0, 30_000), [1e-300, 0.84375, 1.25, -1.25]])
    exact = np.array([math.erf(value) for value in x])
    assert np.max(np.abs(erf(x) - exact) / np.spacing(np.abs(exact))) <= 2.0


def test_the_ends() -> None:
    ends = np.array([np.inf, -np.inf, 0.0, 40.0])
    assert erf(ends).tolist() == [1.0, -1.0, 0.0, 1.0]
    assert erfc(ends).tolist() == [0.0, 2.0, 1.0, 0.0]
    assert math.copysign(1.0, erf(np.array([-0.0]))[0]) == -1.0
    assert np.isnan([erf(np.array([np.nan]))[0], erfc(np.array([np.nan]))[0]]).all()


def test_the_normal_distribution() -> None:
    z = np.linspace(-8.0, 8.0, 2001)
    np.testing.assert_allclose(normal_cdf(z), ndtr(z), rtol=2e-14)
    np.testing.assert_allclose(normal_cdf(z) + normal_cdf(-z), 1.0, rtol=1e-15)
