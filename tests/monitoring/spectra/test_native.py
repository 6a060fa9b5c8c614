"""Sums in native code: what numpy adds up, on every length, the same bits whatever the processor."""

import platform
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.spectra import NorrisWilliams, SavitzkyGolay
from homeostat.monitoring.spectra.native import LANES, Moments, Products
from homeostat.twin.engine.native import Target

RANDOM = np.random.default_rng(3)
PLAIN = Target("x86-64", "")
KERNELS = {
    "first derivative": SavitzkyGolay.of(15, 2, 1),
    "smoothing": SavitzkyGolay.of(7, 2),
    "second derivative": SavitzkyGolay.of(5, 2, 2),
    "gap": NorrisWilliams.of(5, 3),
}
LENGTHS = (1, 3, LANES - 1, LANES, LANES + 1, 100, 3000)


@pytest.mark.parametrize("points", LENGTHS)
@pytest.mark.parametrize("rows", [1, 6])
def test_products_are_those_of_numpy(points: int, rows: int) -> None:
    directions, x = RANDOM.standard_normal((rows, points)), RANDOM.standard_normal(points)
    np.testing.assert_allclose(Products(directions).of(x.tobytes()), directions @ x, rtol=0.0, atol=1e-11)


@pytest.mark.parametrize("points", LENGTHS)
@pytest.mark.parametrize("name", KERNELS)
def test_moments_are_those_of_the_filtered_spectrum(name: str, points: int) -> None:
    step, x = KERNELS[name], 5.0 + RANDOM.standard_normal(points)
    plain = step.apply(x[None])[0]
    found = Moments(step.kernel, points, even=step.even).of(x.tobytes())
    np.testing.assert_allclose(found, (plain.sum(), (plain * plain).sum()), rtol=1e-12, atol=1e-11)


@given(x=arrays(np.float64, 21, elements=st.floats(-1e6, 1e6)))
def test_without_a_kernel_they_are_the_spectrums_own(x: Array) -> None:
    found = Moments(np.ones(1), 21, even=True).of(x.tobytes())
    np.testing.assert_allclose(found, (x.sum(), (x * x).sum()), rtol=1e-12, atol=1e-8)


def test_nan_stays_nan_and_what_lies_behind_the_end_does_not_count() -> None:
    x = np.ones(11)
    assert Moments(np.ones(1), 11, even=True).of(x.tobytes()) == (11.0, 11.0)
    x[4] = np.nan
    assert np.isnan(Moments(np.ones(1), 11, even=True).of(x.tobytes())).all()
    assert np.isnan(Products(np.ones((2, 11))).of(x.tobytes())).all()


def test_no_directions_give_no_products() -> None:
    assert Products(np.zeros((0, 5))).of(np.ones(5).tobytes()) == ()


@pytest.mark.parametrize("points", [99, 101, 0])
def test_another_number_of_points_is_refused_before_it_is_read(points: int) -> None:
    readers: list[Callable[[bytes], object]] = [
        Products(np.ones((2, 100))).of,
        Moments(KERNELS["gap"].kernel, 100, even=False).of,
    ]
    for of in readers:
        with pytest.raises(MonitoringError, match=f"has {points} points where 100 are read"):
            of(np.ones(points).tobytes())


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="the plain target is an x86-64")
def test_a_plain_processor_gives_the_same_bits() -> None:
    directions, x = RANDOM.standard_normal((5, 301)), RANDOM.standard_normal(301)
    assert Products(directions).of(x.tobytes()) == Products(directions, PLAIN).of(x.tobytes())
    for step in KERNELS.values():
        here, there = (Moments(step.kernel, 301, even=step.even, target=t) for t in (None, PLAIN))
        assert here.of(x.tobytes()) == there.of(x.tobytes())
