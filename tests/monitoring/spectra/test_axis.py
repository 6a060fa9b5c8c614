"""Wavelengths: other grids are interpolated exactly where that is possible, and refused where it is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from homeostat.errors import MonitoringError
from homeostat.monitoring.spectra import Resample
from homeostat.monitoring.spectra.axis import checked, same

Array = NDArray[np.float64]
WANTED = np.linspace(1000.0, 1100.0, 51)


def test_equals_numpys_interpolation_in_every_direction() -> None:
    found = np.linspace(990.0, 1110.0, 77)
    x = np.random.default_rng(1).normal(size=(4, 77))
    expected = np.stack([np.interp(WANTED, found, row) for row in x])
    np.testing.assert_allclose(Resample.onto(WANTED, found).apply(x), expected, atol=1e-12)
    np.testing.assert_allclose(Resample.onto(WANTED, found[::-1]).apply(x[:, ::-1]), expected, atol=1e-12)
    np.testing.assert_allclose(Resample.onto(WANTED[::-1], found).apply(x), expected[:, ::-1], atol=1e-12)


def test_the_same_grid_changes_nothing() -> None:
    x = np.random.default_rng(2).normal(size=(3, 51))
    assert np.array_equal(Resample.onto(WANTED, WANTED).apply(x), x)
    assert same(WANTED, WANTED + 1e-4)
    assert not same(WANTED, WANTED + 0.1)
    assert not same(WANTED, WANTED[1:])


@given(slope=st.floats(-5.0, 5.0), offset=st.floats(-100.0, 100.0), points=st.integers(40, 200))
def test_a_straight_line_stays_straight(slope: float, offset: float, points: int) -> None:
    found = np.linspace(999.0, 1101.0, points)
    line = Resample.onto(WANTED, found).apply((slope * found + offset)[None])[0]
    np.testing.assert_allclose(line, slope * WANTED + offset, rtol=1e-12, atol=1e-8)


def test_folding_equals_applying() -> None:
    found = np.linspace(1110.0, 990.0, 77)
    step, x = Resample.onto(WANTED, found), np.random.default_rng(3).normal(size=(4, 77))
    weights = np.random.default_rng(4).normal(size=(2, 51))
    whole, offset = step.folded(weights, 77)
    np.testing.assert_allclose(x @ whole.T + offset, step.apply(x) @ weights.T, atol=1e-12)
    np.testing.assert_allclose(step.back(x, np.ones((4, 51))).sum(axis=1), 51.0)


@pytest.mark.parametrize(
    ("axis", "says"),
    [
        (np.array([1000.0, 1002.0, 1001.0, 1003.0]), "not sorted: 1001 follows 1002"),
        (np.array([1000.0, 1000.0, 1001.0]), "not sorted"),
        (np.array([1000.0, np.nan, 1001.0]), "wavelength number 2 is not a finite number"),
        (np.array([1000.0]), "at least two"),
    ],
)
def test_wavelengths_that_are_none_are_refused(axis: Array, says: str) -> None:
    with pytest.raises(MonitoringError, match=says):
        checked(axis)


def test_nothing_is_extrapolated_nor_made_up_across_a_gap() -> None:
    with pytest.raises(MonitoringError, match="reaches from 1010 to 1110"):
        Resample.onto(WANTED, np.linspace(1010.0, 1110.0, 60))
    whole = np.linspace(990.0, 1110.0, 121)
    holed = whole[(whole < 1040.0) | (whole > 1060.0)]
    with pytest.raises(MonitoringError, match="no points between 1039 and 1061"):
        Resample.onto(WANTED, holed)
    outside = whole[(whole < 994.0) | (whole > 998.0)]
    assert len(Resample.onto(WANTED, outside).share) == 51


def test_a_spectrum_of_another_length_is_refused() -> None:
    step = Resample.onto(WANTED, np.linspace(990.0, 1110.0, 77))
    with pytest.raises(MonitoringError, match="too short"):
        step.apply(np.zeros((1, 60)))
