"""The filter against closed forms, an independent filter in numpy, and draws; and its bits on other processors."""

import math
import struct
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llvmlite import binding as llvm
from scipy.linalg import expm, solve_discrete_are

from homeostat.errors import TwinError
from homeostat.twin import Model, Simulator, Target, model, parameter, state
from homeostat.twin.mixing import mix, withdraw
from homeostat.twin.observer import Dose, Doubt, Draw, Estimate, Filter, Learnt, Settings, Signal

from .models import COLONY, Array, Colony, Tanks, colony, slope, square

X86 = llvm.get_process_triple().startswith("x86_64")
FEATURES = llvm.get_host_cpu_features() if X86 else {}


@pytest.fixture(scope="module")
def tanks() -> Filter:
    told = Settings(
        signals=(Signal("level", "second", Doubt(0.0, 0.2)), Signal("sum", "total", Doubt(0.0, 0.3))),
        initial={"first": Doubt(0.0, 0.5), "second": Doubt(0.0, 0.4)},
        elsewhere=Doubt(0.0, 0.1),
    )
    return Filter(Simulator(Tanks, rtol=1e-9, atol=1e-12), told, stride=0.02)


@pytest.fixture(scope="module")
def cells() -> Filter:
    return colony()


@pytest.fixture(scope="module")
def t_cell_filter(t_cell: Simulator) -> Filter:
    return _t_cell(t_cell)


def _t_cell(simulator: Simulator, target: Target | None = None) -> Filter:
    told = Settings(
        signals=(
            Signal("glucose", "glucose", Doubt(0.03, 0.1), bias=0.2),
            Signal("ph", "ph", Doubt(0.0, 0.01)),
            Signal("count", "viable", Doubt(0.05, 0.01)),
        ),
        learnt=(Learnt("growth_max"), Learnt("lactate_yield")),
        initial={"viable": Doubt(0.1)},
    )
    return Filter(simulator, told, target=target)


A = np.array([[-0.3, 0.0], [0.3, -0.9]])


def _exact(hours: float) -> tuple[Array, Array]:
    """Transition and noise of the tanks over an interval, by Van Loan 1978."""
    block = np.block([[-A, 0.01 * np.eye(2)], [np.zeros((2, 2)), A.T]])
    power = expm(block * hours)
    flow = power[2:, 2:].T
    return flow, flow @ power[:2, 2:]


def test_a_linear_model_is_filtered_exactly(tanks: Filter) -> None:
    mean, P = np.array([4.0, 1.0]), np.diag([0.25, 0.16])
    estimate = tanks.begin((4.0, 1.0), (1.0,))
    flow, noise = _exact(0.5)
    still = np.linalg.solve(A, np.array([-1.0, 0.0]))
    random = np.random.default_rng(5)
    for number in range(30):
        mean, P = still + flow @ (mean - still), flow @ P @ flow.T + noise
        for _ in range(25):
            estimate = tanks.advance(estimate, (1.0,), 0.02)
        for signal, H, R in ((0, np.array([0.0, 1.0]), 0.04), (1, np.array([1.0, 1.0]), 0.09)):
            reading = float(H @ mean + random.normal(0.0, 0.3))
            estimate, innovation = tanks.fuse(estimate, signal, reading)
            total = H @ P @ H + R
            assert innovation.z == pytest.approx((reading - H @ mean) / math.sqrt(total), abs=2e-3), number
            gain = P @ H / total
            mean, P = mean + gain * (reading - H @ mean), P - np.outer(gain, H @ P)
    np.testing.assert_allclose(estimate.mean, mean, rtol=2e-4)
    np.testing.assert_allclose(square(tanks, estimate.covariance), P, rtol=2e-3)


def test_its_doubt_settles_where_the_riccati_equation_says(tanks: Filter) -> None:
    estimate = tanks.begin((4.0, 1.0), (1.0,))
    for _ in range(100):
        for _ in range(25):
            estimate = tanks.advance(estimate, (1.0,), 0.02)
        before = tanks.settle(estimate)
        estimate, _ = tanks.fuse(before, 0, tanks.expectation(before, "second")[0])
    flow, noise = _exact(0.5)
    expected = solve_discrete_are(flow.T, np.array([[0.0], [1.0]]), noise, np.array([[0.04]]))
    np.testing.assert_allclose(square(tanks, before.covariance), expected, rtol=2e-3)


def _rates(x: Array) -> Array:
    """The colony's rates with growth and need as states that stay, and a bias that forgets itself."""
    cells, food, _, growth, need, bias = x
    new = growth * food / (2.0 + food) * cells
    return np.array([new, -need * new, 0.0, 0.0, 0.0, -bias / 50.0])


def _reference(readings: list[tuple[int, float]], hours: float) -> tuple[Array, Array]:
    """A plain extended Kalman filter: small Euler steps of mean and Riccati equation, dense algebra."""
    x = np.array([0.5, 10.0, 100.0, 0.08, 1.5, 0.0])
    P = np.diag([0.05, 0.2, 0.0, 0.016, 0.15, 0.1]) ** 2
    steps = 200
    for signal, reading in readings:
        for _ in range(steps):
            F, h = slope(_rates, x), hours / steps
            Q = np.array([0.005 * x[0], math.hypot(0.005 * x[1], 0.01), 0.0, 0.002 * x[3], 0.0, 0.1 * 0.2])
            P = P + h * (F @ P + P @ F.T + np.diag(Q**2))
            x = x + h * _rates(x + 0.5 * h * _rates(x))
        H = slope(_expected, x)[signal]
        expected = _expected(x)[signal]
        R = (0.02 * expected) ** 2 + 0.05**2 if signal == 0 else (0.05 * expected) ** 2 + 0.01**2
        gain = P @ H / (H @ P @ H + R)
        x, P = x + gain * (reading - expected), P - np.outer(gain, H @ P)
    return x, P


def _expected(x: Array) -> Array:
    return np.array([x[1] + x[5], -_rates(x)[1]])


def test_a_nonlinear_model_agrees_with_a_filter_written_apart(cells: Filter) -> None:
    random = np.random.default_rng(2)
    heard = np.array([9.4, 0.07, 8.9, 0.09, 8.6, 0.1]) + random.normal(0.0, 0.01, 6)
    readings = [(k % 2, float(v)) for k, v in enumerate(heard)]
    estimate = cells.begin((0.5, 10.0, 100.0), ())
    for signal, reading in readings:
        for _ in range(20):
            estimate = cells.advance(estimate, (), 0.1)
        estimate, innovation = cells.fuse(estimate, signal, reading)
        assert innovation.fused
    x, P = _reference(readings, 2.0)
    np.testing.assert_allclose(estimate.mean, x, rtol=3e-3, atol=2e-4)
    deviations = np.sqrt(np.diag(P))
    np.testing.assert_allclose(cells.deviations(estimate)[:6], deviations, rtol=1e-2, atol=1e-9)
    scale = np.outer(deviations, deviations) + 1e-12
    np.testing.assert_allclose(square(cells, estimate.covariance) / scale, P / scale, atol=2e-2)


def test_the_covariance_ahead_is_that_of_draws(cells: Filter) -> None:
    """No noise, small doubts: what the linearised flow says is the scatter of simulated draws."""
    quiet = colony(wander={}, elsewhere=Doubt(), learnt=(Learnt("growth", 0.02), Learnt("need", 0.02)))
    estimate = quiet.begin((0.5, 10.0, 100.0), ())
    for _ in range(80):
        estimate = quiet.advance(estimate, (), 0.25)
    random, ends = np.random.default_rng(1), []
    for cells_sd, food_sd, growth_sd, need_sd in random.normal(size=(2000, 4)):
        start = (0.5 * (1.0 + 0.1 * cells_sd), 10.0 * (1.0 + 0.02 * food_sd), 100.0)
        growth, need = 0.08 * (1.0 + 0.02 * growth_sd), 1.5 * (1.0 + 0.02 * need_sd)
        ends.append(quiet.simulator.advance(start, (), (growth, 2.0, need), 20.0).x[:2])
    drawn = np.cov(np.array(ends).T)
    told = square(quiet, estimate.covariance)[:2, :2]
    np.testing.assert_allclose(told, drawn, rtol=0.08)


def test_a_stiff_state_neither_rings_nor_explodes(t_cell_filter: Filter) -> None:
    """Oxygen equilibrates in minutes; an interval of hours must leave it with its noise alone."""
    s = t_cell_filter.signature
    estimate = t_cell_filter.begin(s.states.vector(), s.inputs.vector())
    for _ in range(3):
        estimate = t_cell_filter.advance(estimate, s.inputs.vector(), 6.0)
    oxygen = t_cell_filter.deviations(estimate)[s.states.index("oxygen")]
    assert 0.0 < oxygen < 1.0


def test_what_is_learnt_goes_where_the_plant_is(cells: Filter) -> None:
    """Food and off-gas alone tell growth rate and yield of a plant that the filter does not know."""
    random = np.random.default_rng(8)
    truth, parameters = (0.46, 10.1, 100.0), (0.1, 2.0, 1.35)
    estimate = cells.begin((0.5, 10.0, 100.0), ())
    for _ in range(96):
        truth = cells.simulator.advance(truth, (), parameters, 0.25).x
        estimate = cells.advance(estimate, (), 0.25)
        uptake = cells.simulator.outputs(truth, (), parameters)[0]
        estimate, _ = cells.fuse(estimate, 0, truth[1] * (1.0 + random.normal(0.0, 0.02)))
        estimate, _ = cells.fuse(estimate, 1, uptake * (1.0 + random.normal(0.0, 0.05)))
    deviations = cells.deviations(estimate)
    for k, expected in ((0, truth[0]), (3, 0.1), (4, 1.35)):
        assert abs(estimate.mean[k] - expected) < 3.0 * deviations[k]
    assert deviations[3] < 0.5 * 0.2 * 0.08
    assert abs(estimate.mean[3] - 0.1) < 0.3 * abs(0.08 - 0.1)


def test_a_reading_beyond_the_gate_changes_nothing(cells: Filter) -> None:
    estimate = cells.settle(cells.advance(cells.begin((0.5, 10.0, 100.0), ()), (), 0.25))
    after, innovation = cells.fuse(estimate, 0, 25.0)
    assert not innovation.fused
    assert innovation.z > 5.0
    assert after == estimate


def test_an_estimate_stays_within_its_bounds_and_doubts_accordingly() -> None:
    """A count of -3 would leave fewer than no cells: none are believed, as far off as the update would have gone."""
    wide = colony(gate=1e6)
    estimate, innovation = wide.fuse(wide.begin((0.5, 10.0, 100.0), ()), 2, -3.0)
    assert innovation.fused
    assert estimate.mean[0] == 0.0
    own, noise = 0.05**2, 0.05**2 + 0.01**2
    gain = own / (own + noise)
    expected = math.hypot(math.sqrt((1.0 - gain) * own), 0.5 - 3.5 * gain)
    assert wide.deviations(estimate)[0] == pytest.approx(expected)


class Decay(Model):
    """One state, no input, no output."""

    x = state(1.0, "1", "decays")
    rate = parameter(0.5, "1/h", "decay", spread=0.1, low=0.0)

    def rates(self, m: Any) -> dict[str, Any]:
        return {"x": -self.rate * self.x}


def test_a_model_without_inputs_and_outputs_is_filtered() -> None:
    told = Settings((Signal("x", "x", Doubt(0.0, 0.1)),), (Learnt("rate"),), elsewhere=Doubt())
    of = Filter(Simulator(Decay), told)
    estimate = of.begin((1.0,), ())
    for _ in range(20):
        estimate = of.advance(estimate, (), 0.05)
    own = 0.05 * math.exp(-0.5)  # dx = -t exp(-k t) dk
    assert of.deviations(of.settle(estimate)) == pytest.approx((own, 0.05), rel=1e-2)
    after, _ = of.fuse(estimate, 0, 0.5)
    assert after.mean[1] > 0.5
    assert of.names == ("x", "rate")


def test_the_covariance_is_of_now_after_settling_only(cells: Filter) -> None:
    start = cells.begin((0.5, 10.0, 100.0), ())
    early = cells.advance(start, (), 0.1)
    assert early.covariance == start.covariance
    assert early.hours == 0.1
    settled = cells.settle(early)
    assert settled.hours == 0.0
    assert settled.covariance != start.covariance
    assert cells.settle(settled) == settled
    assert settled.mean[:5] == early.mean[:5]


def test_an_impossible_state_leaves_an_unsound_estimate_that_stays_so(cells: Filter) -> None:
    start = cells.begin((0.5, 10.0, 100.0), ())
    lost = cells.advance(replace(start, mean=(math.nan, *start.mean[1:])), (), 0.5)
    assert not lost.sound
    for after in (
        cells.advance(lost, (), 1.0),
        cells.fuse(lost, 0, 9.0)[0],
        cells.jump(lost, Draw(1.0)),
        cells.settle(lost),
    ):
        assert after == lost
    assert not cells.jump(start, Draw(200.0)).sound
    assert not cells.jump(start, Dose(10.0, (("cells", -1.0),))).sound


def _consistent(of: Filter, estimate: Estimate) -> None:
    """Finite, and no negative variance in any direction beyond rounding."""
    assert all(map(math.isfinite, (*estimate.mean, *estimate.covariance)))
    P = square(of, estimate.covariance)
    scale = np.sqrt(np.diag(P))
    scale[scale == 0.0] = 1.0
    assert np.linalg.eigvalsh(P / np.outer(scale, scale)).min() > -1e-9


EVENTS = st.one_of(
    st.tuples(st.just("advance"), st.floats(0.0, 30.0)),
    st.tuples(st.integers(0, 2), st.floats(allow_nan=True, allow_infinity=True) | st.floats(0.0, 12.0)),
    st.tuples(st.just("dose"), st.floats(0.0, 50.0)),
    st.tuples(st.just("draw"), st.floats(0.0, 120.0)),
)


@settings(max_examples=150)
@given(events=st.lists(EVENTS, max_size=25))
def test_whatever_happens_the_covariance_is_one(events: list[tuple[Any, float]]) -> None:
    """Any readings, absurd ones too, in any order with doses and draws: no crash, no negative variance."""
    of = WIDE
    estimate = of.begin((0.5, 10.0, 100.0), ())
    for what, value in events:
        if what == "advance":
            estimate = of.advance(estimate, (), value)
        elif what == "dose":
            dose = Dose(value, (("cells", 5.0), ("food", 20.0)), (("cells", 0.1),), 0.02)
            estimate = of.jump(estimate, dose)
        elif what == "draw":
            estimate = of.jump(estimate, Draw(value, ("cells",), 0.01))
        else:
            estimate, _ = of.fuse(estimate, what, value)
        _consistent(of, estimate)


WIDE = colony(gate=50.0)


def _targets() -> list[Target]:
    """Processors whose code this machine can run: with and without fused multiply-add and wide registers."""
    if not X86:
        return [Target("generic", "")]
    plain = [Target("x86-64", ""), Target("nehalem", "")]
    return plain + ([Target("haswell", "")] if FEATURES.get("fma") and FEATURES.get("avx2") else [])


def test_bits_are_the_same_whatever_the_processor_compiled_for() -> None:
    expected = _hours(WIDE)
    for target in _targets():
        other = Filter(Simulator(Colony, target=target), WIDE.settings, target=target)
        assert other.fingerprint == WIDE.fingerprint
        assert _hours(other) == expected, target


def test_bits_of_a_large_model_are_the_same_without_fused_multiply_add(
    t_cell: Simulator, t_cell_filter: Filter
) -> None:
    target = _targets()[0]
    assert _day(_t_cell(Simulator(t_cell.model, target=target), target)) == _day(t_cell_filter)


def _hours(of: Filter) -> bytes:
    estimate, record = of.begin((0.5, 10.0, 100.0), ()), b""
    for hour in range(30):
        estimate, innovation = of.fuse(of.advance(estimate, (), 1.0), hour % 3, (9.0, 0.1, 1.0)[hour % 3])
        values = (*estimate.mean, *estimate.covariance, innovation.z, *of.deviations(estimate))
        record += struct.pack(f"{len(values)}d", *values)
    return record


def _day(of: Filter) -> bytes:
    s, record = of.signature, b""
    estimate = of.begin(s.states.vector(), s.inputs.vector())
    for hour in range(24):
        for _ in range(6):
            estimate = of.advance(estimate, s.inputs.vector({"perfusion": 4.0}), 1.0 / 6.0)
        estimate, innovation = of.fuse(estimate, hour % 3, (19.5, 7.2, 0.5)[hour % 3])
        if hour == 12:
            estimate = of.jump(
                estimate, Dose(20.0, (("viable", 2.0), ("activated", 0.5)), (("viable", 0.1),))
            )
        values = (*estimate.mean, *estimate.covariance, innovation.z, *of.deviations(estimate))
        record += struct.pack(f"{len(values)}d", *values)
    return record


def test_a_jump_goes_through_the_jacobian_of_its_mass_balance(t_cell_filter: Filter) -> None:
    of, s = t_cell_filter, t_cell_filter.signature
    contents = (("viable", 5.0), ("activated", 0.4), ("glucose", 30.0))
    estimate = of.begin(s.states.vector({"viable": 2.0, "activated": 0.2}), s.inputs.vector())
    for _ in range(8):
        estimate = of.advance(estimate, s.inputs.vector(), 0.25)
    P, nx = square(of, estimate.covariance), of.layout.states
    x = np.array(estimate.mean[:nx])

    def dosed(z: Array) -> Array:
        said = {**dict(contents), "viable": 5.0 * (1.0 + z[nx + 1])}
        return np.array(mix(of.model, [float(v) for v in z[:nx]], 20.0 * (1.0 + z[nx]), said))

    def drawn(z: Array) -> Array:
        return np.array(
            withdraw(of.model, [float(v) for v in z[:nx]], 50.0 * (1.0 + z[nx]), ("viable", "dead"))
        )

    for jump, function, doubts in (
        (Dose(20.0, contents, (("viable", 0.1),), 0.02), dosed, (0.02, 0.1)),
        (Draw(50.0, ("viable", "dead"), 0.03), drawn, (0.03,)),
    ):
        J = slope(function, np.concatenate([x, np.zeros(len(doubts))]))
        expected = J[:, :nx] @ P[:nx, :nx] @ J[:, :nx].T
        for k, doubt in enumerate(doubts):
            expected += np.outer(J[:, nx + k], J[:, nx + k]) * doubt**2
        after = of.jump(estimate, jump)
        told = square(of, after.covariance)
        np.testing.assert_allclose(told[:nx, :nx], expected, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(told[nx:, :nx], P[nx:, :nx] @ J[:, :nx].T, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(told[nx:, nx:], P[nx:, nx:])
        np.testing.assert_allclose(after.mean[:nx], function(np.concatenate([x, np.zeros(len(doubts))])))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"initial": {"bees": Doubt(0.1)}}, "no state"),
        ({"learnt": (Learnt("bees"),)}, "no parameter"),
        ({"signals": (Signal("s", "bees", Doubt(0.0, 1.0)),)}, "no output"),
        ({"signals": (Signal("s", "food", Doubt(0.1)),)}, "no error at 0"),
        ({"signals": (Signal("s", "food", Doubt(0.1, math.nan)),)}, "finite"),
        ({"signals": (Signal("s", "food", Doubt(0.0, 1.0)),) * 2}, "one name"),
        ({"signals": (Signal("s", "food", Doubt(0.0, 1.0), 1.0, 0.0),)}, "bias_hours"),
        ({"elsewhere": Doubt(-1.0)}, "not negative"),
        ({"gate": 0.0}, "gate"),
        ({"window": 1}, "window"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(TwinError, match=fault):
        Filter(Simulator(Colony), replace(COLONY, **changes))


def test_the_fingerprint_follows_settings_and_names_say_what_is_estimated(t_cell: Simulator) -> None:
    assert colony().fingerprint == colony().fingerprint
    assert colony(gate=4.0).fingerprint != colony().fingerprint
    assert colony(0.5).fingerprint != colony().fingerprint
    assert colony().names == ("cells", "food", "volume", "growth", "need", "bias food sensor")
    assert _t_cell(t_cell).model is model("t_cell_expansion")
