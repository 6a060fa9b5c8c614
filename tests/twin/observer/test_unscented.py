"""The unscented filter: exact where everything is linear, as an independent one elsewhere, and the same bits always."""

import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from homeostat.errors import TwinError
from homeostat.twin import Model, Simulator, output, parameter, state
from homeostat.twin.observer import Dose, Doubt, Draw, Estimate, Filter, Settings, Signal, make_filter
from homeostat.twin.observer.cholesky import inverse, root, triangle
from homeostat.twin.observer.unscented import ALPHA, SQUARED, Unscented, _moments, _points

from .models import COLONY, Array, Colony, Tanks, square

LINEAR = Settings(
    signals=(
        Signal("level", "second", Doubt(0.0, 0.2), bias=0.1, bias_hours=30.0),
        Signal("sum", "total", Doubt(0.0, 0.3)),
    ),
    initial={"first": Doubt(0.0, 0.5), "second": Doubt(0.0, 0.4)},
    elsewhere=Doubt(0.0, 0.1),
    gate=1e3,
    kind="ukf",
)


def unscented(stride: float = 0.25, **changes: Any) -> Filter:
    """The unscented filter of the colony."""
    return make_filter(
        Simulator(Colony), Settings(**{**vars(COLONY), "kind": "ukf", **changes}), stride=stride
    )


def test_a_linear_model_is_filtered_exactly() -> None:
    """Against the Kalman filter in matrices, with the same halves of the noise before and after each stride."""
    of = make_filter(Simulator(Tanks, rtol=1e-12, atol=1e-13), LINEAR, stride=0.5)
    A = np.array([[-0.3, 0.0, 0.0], [0.3, -0.9, 0.0], [0.0, 0.0, 0.0]])
    flow = expm(A * 0.5)
    kept = 1.0 / (1.0 + 0.5 / 30.0)
    flow[2, 2] = kept
    half = 0.5 * 0.5 * 0.01 * np.diag([1.0, 1.0, 0.0])
    still = np.array([1.0 / 0.3, 1.0 / 0.9, 0.0])
    mean, P = np.array([4.0, 1.0, 0.0]), np.diag([0.25, 0.16, 0.01])
    estimate = of.begin((4.0, 1.0), (1.0,))
    random = np.random.default_rng(5)
    for _ in range(30):
        mean, P = still + flow @ (mean - still), flow @ (P + half) @ flow.T + half
        P[2, 2] += 0.01 * (1.0 - kept**2)
        estimate = of.advance(estimate, (1.0,), 0.5)
        for signal, H, R in ((0, np.array([0.0, 1.0, 1.0]), 0.04), (1, np.array([1.0, 1.0, 0.0]), 0.09)):
            reading = float(H @ mean + random.normal(0.0, 0.3))
            estimate, innovation = of.fuse(estimate, signal, reading)
            total = H @ P @ H + R
            assert innovation.z == pytest.approx((reading - H @ mean) / math.sqrt(total), abs=1e-8)
            gain = P @ H / total
            mean, P = mean + gain * (reading - H @ mean), P - np.outer(gain, H @ P)
    np.testing.assert_allclose(estimate.mean, mean, rtol=1e-9)
    np.testing.assert_allclose(square(of, estimate.covariance), P, rtol=1e-8, atol=1e-12)


def _reference(of: Filter, readings: list[tuple[int, float]], hours: float) -> tuple[Array, Array]:
    """An unscented filter written apart: LAPACK's root, moments by matrix products, all points anew for each update."""
    x = np.array([0.5, 10.0, 100.0, 0.08, 1.5, 0.0])
    P = np.diag([0.05, 0.2, 1e-9, 0.016, 0.15, 0.1]) ** 2
    n, spread = 6, ALPHA**2 * 6
    mean_w = np.full(13, 0.5 / spread)
    mean_w[0] = 1.0 - 6 / spread
    cov_w = mean_w.copy()
    cov_w[0] += 3.0 - ALPHA**2

    def points(x: Array, P: Array) -> Array:
        L = np.linalg.cholesky(P + 1e-30 * np.eye(n)) * math.sqrt(spread)
        return np.vstack([x, x + L.T, x - L.T])

    def flow(z: Array) -> Array:
        parameters = (z[3], 2.0, z[4])
        return np.array(
            [*of.simulator.advance(z[:3], (), parameters, hours).x, z[3], z[4], z[5] / (1 + hours / 50)]
        )

    def seen(z: Array) -> Array:
        uptake = of.simulator.outputs(z[:3], (), (z[3], 2.0, z[4]))[0]
        return np.array([z[1] + z[5], uptake, z[0]])

    for signal, reading in readings:
        end = flow(x)
        q = np.array([0.005 * end[0], math.hypot(0.005 * end[1], 0.01), 0.0, 0.002 * x[3], 0.0, 0.0])
        half = np.diag(0.5 * hours * q**2)
        Z = np.array([flow(z) for z in points(x, P + half)])
        x = mean_w @ Z
        P = (Z - x).T @ np.diag(cov_w) @ (Z - x) + half
        P[5, 5] += 0.01 * (1.0 - 1.0 / (1 + hours / 50) ** 2)
        Z = points(x, P)
        Y = np.array([seen(z)[signal] for z in Z])
        expected = mean_w @ Y
        R = [
            (0.02 * expected) ** 2 + 0.05**2,
            (0.05 * expected) ** 2 + 0.01**2,
            (0.1 * expected) ** 2 + 0.01**2,
        ]
        cross = (Z - x).T @ (cov_w * (Y - expected))
        total = cov_w @ (Y - expected) ** 2 + R[signal]
        x, P = x + cross / total * (reading - expected), P - np.outer(cross, cross) / total
    return x, P


def test_a_nonlinear_model_is_filtered_as_by_an_independent_filter() -> None:
    of = unscented(stride=2.0)
    random = np.random.default_rng(2)
    readings = [(k % 3, (9.4, 0.055, 0.62)[k % 3] * (1.0 + 0.03 * random.normal())) for k in range(12)]
    estimate = of.begin((0.5, 10.0, 100.0), ())
    for signal, reading in readings:
        estimate, innovation = of.fuse(of.advance(estimate, (), 2.0), signal, reading)
        assert innovation.fused
    x, P = _reference(of, readings, 2.0)
    np.testing.assert_allclose(estimate.mean, x, rtol=1e-6, atol=1e-8)
    sd = np.sqrt(np.diag(P))
    sd[2] = 1.0
    np.testing.assert_allclose(
        square(of, estimate.covariance) / np.outer(sd, sd), P / np.outer(sd, sd), atol=2e-5
    )


def test_the_moments_of_the_points_are_those_they_were_made_from() -> None:
    random = np.random.default_rng(1)
    half = random.normal(size=(7, 7))
    P, mean = half @ half.T, random.normal(size=7)
    shift, covariance = _moments(_points(mean, P))
    assert np.all(np.abs(shift) < 1e-13)
    np.testing.assert_allclose(covariance, P, atol=1e-12)
    assert SQUARED >= 0.0


def test_a_square_is_seen_with_its_own_mean_and_variance() -> None:
    """E x² = m² + s², and its variance: what a linearisation misses, to the order that points can tell."""
    of = make_filter(Simulator(Squared), SQUARED_SETTINGS)
    estimate = of.begin((1.0,), ())
    expected, reach, own = of._compared(estimate, 0)
    assert expected == pytest.approx(1.0 + 0.25)
    assert reach == pytest.approx([2.0 * 0.25])
    assert own == pytest.approx(4.0 * 0.25 + 2.0 * 0.25**2, rel=0.05)
    assert Filter(Simulator(Squared), SQUARED_SETTINGS)._compared(estimate, 0)[0] == pytest.approx(1.0)


class Squared(Model):
    """A number that stays, seen as its square."""

    x = state(1.0, "1", "number", low=-math.inf)
    rate = parameter(0.0, "1/h", "of change")
    power = output("1", "its square")

    def rates(self, m: Any) -> dict[str, Any]:
        return {"x": self.rate * self.x}

    def outputs(self, m: Any) -> dict[str, Any]:
        return {"power": self.x * self.x}


SQUARED_SETTINGS = Settings(
    (Signal("square", "power", Doubt(0.0, 0.1)),),
    initial={"x": Doubt(0.0, 0.5)},
    elsewhere=Doubt(),
    kind="ukf",
)


def test_next_to_a_bound_neither_mean_nor_doubt_drifts() -> None:
    """Nothing happens to a vessel without cells and food: however long, the belief of them stays, doubts as well."""
    of = unscented(wander={}, elsewhere=Doubt(), learnt=(), initial={"food": Doubt(0.0, 0.05)})
    estimate = of.begin((0.0, 0.02, 100.0), ())
    for _ in range(100):
        estimate = of.advance(estimate, (), 0.25)
    assert estimate.mean[1] == pytest.approx(0.02, rel=1e-9)
    assert of.deviations(estimate)[1] == pytest.approx(0.05, rel=1e-9)
    assert estimate.sound


class Trap(Model):
    """Its state cannot be followed below one: the rate there is not a number."""

    x = state(1.5, "1", "number", low=-math.inf)
    rate = parameter(0.1, "1/h", "of change")

    def rates(self, m: Any) -> dict[str, Any]:
        return {"x": self.rate * m.log(self.x - 1.0)}


def test_where_a_point_cannot_be_followed_the_linearised_flow_is_taken() -> None:
    told = Settings((Signal("x", "x", Doubt(0.0, 0.1)),), initial={"x": Doubt(0.0, 2.0)}, elsewhere=Doubt())
    points, linear = Unscented(Simulator(Trap), told), Filter(Simulator(Trap), told)
    after, expected = (of.advance(of.begin((1.5,), ()), (), 0.5) for of in (points, linear))
    assert after == expected
    assert after.sound


EVENTS = st.one_of(
    st.tuples(st.just("advance"), st.floats(0.0, 10.0)),
    st.tuples(st.integers(0, 2), st.floats(allow_nan=True, allow_infinity=True) | st.floats(0.0, 12.0)),
    st.tuples(st.just("dose"), st.floats(0.0, 50.0)),
    st.tuples(st.just("draw"), st.floats(0.0, 120.0)),
)
WIDE = unscented(gate=50.0)


@settings(max_examples=60)
@given(events=st.lists(EVENTS, max_size=15))
def test_whatever_happens_the_covariance_is_one_and_bounds_hold(events: list[tuple[Any, float]]) -> None:
    estimate = WIDE.begin((0.5, 10.0, 100.0), ())
    for what, value in events:
        if what == "advance":
            estimate = WIDE.advance(estimate, (), value)
        elif what == "dose":
            estimate = WIDE.jump(
                estimate, Dose(value, (("cells", 5.0), ("food", 20.0)), (("cells", 0.1),), 0.02)
            )
        elif what == "draw":
            estimate = WIDE.jump(estimate, Draw(value, ("cells",), 0.01))
        else:
            estimate, _ = WIDE.fuse(estimate, what, value)
        P = square(WIDE, estimate.covariance)
        assert np.isfinite(estimate.mean).all() and np.isfinite(P).all()
        scale = np.sqrt(np.diag(P))
        scale[scale == 0.0] = 1.0
        assert np.linalg.eigvalsh(P / np.outer(scale, scale)).min() > -1e-7
        assert min(estimate.mean[:5]) >= -1e-6


def test_the_same_readings_give_the_same_bits_and_another_fingerprint() -> None:
    def bits(of: Filter) -> bytes:
        estimate: Estimate = of.begin((0.5, 10.0, 100.0), ())
        for hour in range(12):
            estimate, _ = of.fuse(of.advance(estimate, (), 1.0), hour % 3, (9.0, 0.1, 0.7)[hour % 3])
        return struct.pack(f"{len(estimate.mean)}d", *estimate.mean)

    assert bits(unscented()) == bits(unscented())
    extended = make_filter(Simulator(Colony), COLONY)
    assert type(extended) is Filter
    assert bits(extended) != bits(unscented())
    assert extended.fingerprint != unscented().fingerprint


def test_roots_and_inverses_are_those_of_the_matrix() -> None:
    random = np.random.default_rng(3)
    half = random.normal(size=(6, 6))
    P = half @ half.T
    np.testing.assert_allclose(root(P), np.linalg.cholesky(P), rtol=1e-9)
    np.testing.assert_allclose(inverse(P), np.linalg.inv(P), rtol=1e-7)
    P[2] = P[:, 2] = 0.0
    np.testing.assert_allclose(root(P) @ root(P).T, P, atol=1e-12)
    of = unscented()
    entries = tuple(float(k) for k in range(len(of.layout.pairs)))
    assert triangle(of.layout, square(of, entries)) == entries


def test_impossible_times_are_refused() -> None:
    for changes in ({"drop": 0.0}, {"again": -1.0}):
        with pytest.raises(TwinError, match="fused again"):
            unscented(**changes)
