"""Bias and slope from few samples: shrunk where little is known, the regression where much is, deaf to one stray."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.spectra.transfer import SLOPE, Correction, Sample, correction, expected, spread

PRIOR = 4.0
NOISE = 1.0


def at(predicted: float, measured: float) -> Sample:
    return Sample(0, predicted, measured, PRIOR)


def test_no_sample_changes_nothing() -> None:
    assert Correction().applied(12.5) == 12.5
    assert Correction().variance(12.5) == 0.0


@given(st.floats(-20.0, 20.0))
def test_one_sample_at_the_center_moves_the_bias_by_its_share(off: float) -> None:
    found = correction([at(20.0, 20.0 + off)], 20.0, NOISE)
    prior = max(PRIOR**2, off**2 - NOISE**2)
    share = prior / (prior + NOISE**2)
    assert found.bias == pytest.approx(share * off, abs=1e-9)
    assert found.slope == pytest.approx(0.0, abs=1e-12)
    assert found.bias_variance == pytest.approx(share * NOISE**2)
    assert found.slope_variance == pytest.approx(SLOPE**2)


def test_samples_that_contradict_the_expected_error_widen_it() -> None:
    surprising = [Sample(0, 20.0, 26.0, 0.1)]
    assert expected(surprising, NOISE) == pytest.approx(35.0)
    assert correction(surprising, 20.0, NOISE).bias == pytest.approx(6.0 * 35.0 / 36.0)
    assert expected([Sample(0, 20.0, 20.1, 0.1)], NOISE) == pytest.approx(0.01)


def test_the_posterior_is_that_of_the_matrix_formula() -> None:
    told = [at(10.0, 14.0), at(30.0, 33.0)]
    found = correction(told, 20.0, NOISE)
    design = np.array([[1.0, sample.predicted - 20.0] for sample in told])
    off = np.array([sample.measured - sample.predicted for sample in told])
    covariance = np.linalg.inv(np.diag([PRIOR**-2, SLOPE**-2]) + design.T @ design / NOISE**2)
    mean = covariance @ design.T @ off / NOISE**2
    assert (found.bias, found.slope) == pytest.approx(tuple(mean))
    assert (found.bias_variance, found.slope_variance) == pytest.approx(tuple(np.diag(covariance)))
    assert found.covariance == pytest.approx(covariance[0, 1])


def test_three_samples_of_one_concentration_leave_the_slope_alone() -> None:
    found = correction([at(40.0, 45.0), at(40.1, 45.1), at(39.9, 44.8)], 20.0, NOISE)
    assert abs(found.slope) < SLOPE
    assert found.applied(40.0) == pytest.approx(44.8, abs=0.3)
    assert found.applied(2.0) > 5.0


def test_many_samples_become_the_regression() -> None:
    random = np.random.default_rng(1)
    predicted = random.uniform(0.0, 40.0, 400)
    measured = 1.03 * predicted - 3.0 + random.normal(0.0, NOISE, 400)
    found = correction(
        [at(x, y) for x, y in zip(predicted.tolist(), measured.tolist(), strict=True)], 20.0, NOISE
    )
    slope, offset = np.polyfit(predicted, measured, 1)
    assert found.slope == pytest.approx(slope - 1.0, abs=0.005)
    assert found.applied(0.0) == pytest.approx(offset, abs=0.2)


@given(st.floats(15.0, 500.0), st.sampled_from([-1.0, 1.0]), st.integers(0, 2))
def test_one_stray_among_three_counts_nothing(size: float, side: float, place: int) -> None:
    told = [at(38.0, 43.0), at(39.0, 44.2), at(38.5, 43.4)]
    told[place] = at(38.0, 43.0 + side * size)
    assert correction(told, 20.0, NOISE).applied(38.5) == pytest.approx(43.4, abs=0.8)


@given(st.integers(1, 6), st.floats(0.0, 40.0))
def test_more_samples_make_it_surer(count: int, value: float) -> None:
    fewer = correction([at(20.0, 23.0)] * count, 20.0, NOISE)
    more = correction([at(20.0, 23.0)] * (count + 1), 20.0, NOISE)
    assert more.variance(value) <= fewer.variance(value) + 1e-12
    assert spread(more, value, 1.0, 0.5) == pytest.approx((more.variance(value) + 1.5) ** 0.5)
