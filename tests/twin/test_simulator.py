"""The compiled integrator: closed forms, accuracy, typed statuses, and bits that depend on the arguments alone."""

import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llvmlite import binding as llvm
from tests.marks import in_drills

from homeostat.errors import TwinError
from homeostat.twin import Model, Simulator, Status, Target, models, parameter, state
from homeostat.twin.engine.kernel import emit_module, program
from homeostat.twin.engine.native import library
from homeostat.twin.engine.rosenbrock import Tolerance

X86 = llvm.get_process_triple().startswith("x86_64")
FEATURES = llvm.get_host_cpu_features() if X86 else {}
NAMES = sorted(models())


class Chain(Model):
    """Two decays in a row: Bateman's closed form, stiff when the second is fast."""

    first = state(1.0, "mmol/L", "decays into the second")
    second = state(0.0, "mmol/L", "decays away")
    slow = parameter(0.5, "1/h", "first decay", low=0.0, high=1e9)
    fast = parameter(1000.0, "1/h", "second decay", low=0.0, high=1e9)

    def rates(self, m: Any) -> dict[str, Any]:
        return {"first": -self.slow * self.first, "second": self.slow * self.first - self.fast * self.second}


class Robertson(Model):
    """The stiff autocatalytic reaction of Robertson 1966."""

    a = state(1.0, "1", "reactant")
    b = state(0.0, "1", "intermediate")
    c = state(0.0, "1", "product")

    def rates(self, m: Any) -> dict[str, Any]:
        forward, back = 0.04 * self.a, 1e4 * self.b * self.c
        quadratic = 3e7 * self.b**2
        return {"a": back - forward, "b": forward - back - quadratic, "c": quadratic}


class Explosion(Model):
    """dx/dt = x^2 reaches infinity at t = 1/x0."""

    x = state(1.0, "1", "grows without limit")

    def rates(self, m: Any) -> dict[str, Any]:
        return {"x": self.x * self.x}


class Drain(Model):
    """A constant outflow from a vessel that can be empty but not less."""

    volume = state(1.0, "mL", "content")

    def rates(self, m: Any) -> dict[str, Any]:
        return {"volume": -1.0}


class Undefined(Model):
    """The logarithm of a state that is negative."""

    x = state(-1.0, "1", "negative", low=-math.inf)

    def rates(self, m: Any) -> dict[str, Any]:
        return {"x": m.log(self.x)}


class Everything(Model):
    """Every operation a model may use, on two states."""

    x = state(0.7, "1", "one", low=-math.inf)
    y = state(1.3, "1", "other", low=-math.inf)

    def rates(self, m: Any) -> dict[str, Any]:
        x, y = self.x, self.y
        powers = m.pow(y, 1.7) + y**2 + x**3 + y**-2 + m.pow(2.0, x) + m.sqrt(y)
        choices = m.if_else(x < y, x, -y) + m.if_else(x <= 0.1, 1.0, m.if_else(x != y, y, x))
        smooth = m.maximum(x, y, 0.1) * m.minimum(x, 0.3, 0.1) + m.logistic(x) + m.tanh(y) + abs(x)
        return {"x": (m.exp(-x) + m.log(y + 2.0)) / (1.0 + x * x) + choices, "y": 0.01 * powers - smooth / y}


@pytest.fixture(scope="module")
def chain() -> Simulator:
    return Simulator(Chain)


def _bits(values: tuple[float, ...]) -> bytes:
    return struct.pack(f"{len(values)}d", *values)


@pytest.mark.parametrize("fast", [0.7, 30.0, 1e3, 1e6])
def test_two_decays_follow_their_closed_form(fast: float) -> None:
    slow, hours = 0.5, 3.0
    end = Simulator(Chain, rtol=1e-8, atol=1e-12).advance((1.0, 0.0), (), (slow, fast), hours)
    first = math.exp(-slow * hours)
    second = slow / (fast - slow) * (first - math.exp(-fast * hours))
    assert end.status is Status.OK
    assert end.x == pytest.approx((first, second), rel=1e-6)


def test_a_stiff_reaction_reaches_its_published_state() -> None:
    end = Simulator(Robertson, rtol=1e-8, atol=1e-14).advance((1.0, 0.0, 0.0), (), (), 40.0)
    # Hairer & Wanner 1996, p. 144, and the SUNDIALS documentation: y(40)
    assert end.status is Status.OK
    assert end.x == pytest.approx((0.7158270688, 9.185534765e-6, 0.2841637457), rel=1e-6)


def test_a_tighter_tolerance_buys_accuracy_at_fourth_order_cost() -> None:
    exact = 0.5 / 29.5 * (math.exp(-0.5) - math.exp(-30.0))
    ends = [
        Simulator(Chain, rtol=r, atol=r / 100).advance((1.0, 0.0), (), (0.5, 30.0), 1.0) for r in TOLERANCES
    ]
    errors = [abs(end.x[1] / exact - 1.0) for end in ends]
    assert all(error < 30.0 * rtol for error, rtol in zip(errors, TOLERANCES, strict=True))
    assert ends[-1].steps < 12 * ends[0].steps


TOLERANCES = (1e-4, 1e-6, 1e-8)


def test_no_time_changes_nothing(t_cell: Simulator) -> None:
    s = t_cell.signature
    x = s.states.vector()
    assert t_cell.advance(x, s.inputs.vector(), s.parameters.vector(), 0.0) == (x, Status.OK, 0)


def test_an_interval_in_pieces_ends_where_the_whole_does(t_cell: Simulator) -> None:
    s = t_cell.signature
    x, u, p = s.states.vector(), s.inputs.vector({"perfusion": 5.0}), s.parameters.vector()
    whole = t_cell.advance(x, u, p, 6.0).x
    for _ in range(360):
        x = t_cell.advance(x, u, p, 1.0 / 60.0).x
    np.testing.assert_allclose(x, whole, rtol=1e-5, atol=1e-7)


def test_the_shortest_times_are_harmless(t_cell: Simulator) -> None:
    s = t_cell.signature
    x = s.states.vector()
    for hours in (5e-324, 1e-300, 1e-100, 1e-90, 1e-30, 1e-12):
        end = t_cell.advance(x, s.inputs.vector(), s.parameters.vector(), hours)
        assert end.status is Status.OK
        assert end.x == pytest.approx(x, rel=1e-9, abs=1e-9)


def test_wrong_lengths_are_refused(chain: Simulator) -> None:
    with pytest.raises(TwinError, match=r"expected \(2, 0, 2\)"):
        chain.advance((1.0,), (), (0.5, 1.0, 1.0), 1.0)


@pytest.mark.parametrize(("rtol", "atol"), [(0.0, 1e-8), (1e-6, -1.0), (math.nan, 1e-8), (1e-6, math.inf)])
def test_tolerances_must_be_positive(rtol: float, atol: float) -> None:
    with pytest.raises(TwinError, match="must be positive"):
        Simulator(Chain, rtol=rtol, atol=atol)


def test_running_into_infinity_is_a_status() -> None:
    end = Simulator(Explosion).advance((1.0,), (), (), 2.0)
    assert end.status in (Status.STEP_UNDERFLOW, Status.NON_FINITE)
    assert math.isfinite(end.x[0])


def test_a_state_that_must_leave_its_bounds_stops_there() -> None:
    end = Simulator(Drain).advance((1.0,), (), (), 2.0)
    assert end.status is Status.OUT_OF_BOUNDS
    assert end.x[0] == pytest.approx(0.0, abs=1e-7)
    emptied = Simulator(Drain).advance((1.0,), (), (), 1.0)
    assert emptied.status is Status.OK
    assert 0.0 <= emptied.x[0] <= 1e-12


def test_an_undefined_rate_is_a_status() -> None:
    assert Simulator(Undefined).advance((-1.0,), (), (), 1.0) == ((-1.0,), Status.NON_FINITE, END_STEPS)


END_STEPS = 37
"""Halvings from the whole interval down to 1e-11 of it."""


@pytest.mark.parametrize(
    ("x", "p", "hours", "status"),
    [
        ((math.nan, 0.0), (0.5, 1.0), 1.0, Status.NON_FINITE),
        ((1.0, math.inf), (0.5, 1.0), 1.0, Status.NON_FINITE),
        ((1.0, 0.0), (math.nan, 1.0), 1.0, Status.NON_FINITE),
        ((1.0, 0.0), (0.5, 1.0), math.nan, Status.NON_FINITE),
        ((1.0, 0.0), (0.5, 1.0), math.inf, Status.NON_FINITE),
        ((-0.1, 0.0), (0.5, 1.0), 1.0, Status.OUT_OF_BOUNDS),
        ((1.0, 0.0), (-0.5, 1.0), 1.0, Status.OUT_OF_BOUNDS),
        ((1.0, 0.0), (0.5, 2e9), 1.0, Status.OUT_OF_BOUNDS),
        ((1.0, 0.0), (0.5, 1.0), -1.0, Status.OUT_OF_BOUNDS),
    ],
)
def test_arguments_are_checked_before_the_first_step(
    chain: Simulator, x: tuple[float, float], p: tuple[float, float], hours: float, status: Status
) -> None:
    end = chain.advance(x, (), p, hours)
    assert (end.status, end.steps) == (status, 0)
    assert _bits(end.x) == _bits(x)


@pytest.mark.drill
@pytest.mark.parametrize("name", sorted(models()))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_the_numbers_the_answer_is_a_status(
    simulators: Mapping[str, Simulator], name: str, data: st.DataObject
) -> None:
    """Any values, most of them within the declared bounds: never a hang, an exception or a silent NaN."""
    simulator = simulators[name]
    draws = [
        [data.draw(st.floats(max(q.low, -1e6), min(q.high, 1e6)) | st.just(q.value)) for q in group]
        for group in simulator.signature.groups[:3]
    ]
    end = simulator.advance(*draws, data.draw(st.floats(0.0, 100.0)))
    assert isinstance(end.status, Status)
    assert all(map(math.isfinite, end.x))
    if end.status is Status.OK:
        assert all(
            q.low <= value <= q.high for q, value in zip(simulator.signature.states, end.x, strict=True)
        )


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.floats(), min_size=5, max_size=5))
def test_absurd_numbers_never_come_back_as_a_good_result(chain: Simulator, values: list[float]) -> None:
    end = chain.advance(values[:2], (), values[2:4], values[4])
    if not all(map(math.isfinite, values)):
        assert end.status is Status.NON_FINITE
    if end.status is Status.OK:
        assert all(map(math.isfinite, end.x))


def test_every_operation_of_the_algebra_integrates_like_its_float_oracle() -> None:
    p: tuple[float, ...] = ()
    x, h = (0.7, 1.3), 1e-4
    end = Simulator(Everything, rtol=1e-10, atol=1e-13).advance(x, (), p, h)
    middle = tuple((a + b) / 2.0 for a, b in zip(x, end.x, strict=True))
    slope = Everything.evaluate(middle, (), p)[0]  # the midpoint rule is exact to third order in h
    expected = tuple(a + h * f for a, f in zip(x, slope, strict=True))
    assert end.x == pytest.approx(expected, abs=1e-11)


def test_the_result_depends_on_the_arguments_alone(t_cell: Simulator) -> None:
    s = t_cell.signature
    x, u, p = s.states.vector(), s.inputs.vector(), s.parameters.vector()
    alone = t_cell.advance(x, u, p, 1.0)
    t_cell.advance(x, s.inputs.vector({"perfusion": 50.0}), p, 100.0)
    assert _bits(t_cell.advance(x, u, p, 1.0).x) == _bits(alone.x)


def _targets() -> list[Target]:
    """Processors whose code this machine can run: with and without fused multiply-add and wide registers."""
    if not X86:
        return [Target("generic", "")]
    plain = [Target("x86-64", ""), Target("nehalem", "")]
    return plain + ([Target("haswell", "")] if FEATURES.get("fma") and FEATURES.get("avx2") else [])


@pytest.mark.parametrize("name", [NAMES[0], *in_drills(NAMES[1:])])
def test_bits_are_the_same_whatever_the_processor_compiled_for(
    simulators: Mapping[str, Simulator], name: str
) -> None:
    host = simulators[name]
    expected = _day(host)
    for target in _targets():
        other = Simulator(host.model, target=target)
        assert other.fingerprint == host.fingerprint
        assert _day(other) == expected, target


def _day(simulator: Simulator) -> bytes:
    """A day in the model's declared state, minute by minute then in one piece, as bytes."""
    s = simulator.signature
    x, u, p = s.states.vector(), s.inputs.vector(), s.parameters.vector()
    record = b""
    for hours in (*[1.0 / 60.0] * 60, 23.0):
        x = simulator.advance(x, u, p, hours).x
        record += _bits(x) + _bits(simulator.outputs(x, u, p))
    return record


@pytest.mark.parametrize("width", [2, 4, 8])
def test_a_wider_kernel_gives_each_lane_the_bits_it_has_alone(t_cell: Simulator, width: int) -> None:
    source = program(t_cell.model.function(), t_cell.signature, Tolerance(1e-6, 1e-8))
    text = str(emit_module(source, width))
    advance = library(text, lambda: text, Target.host()).function("advance", 2)
    s = t_cell.signature
    lanes = [_argument(s, k) for k in range(width)]
    given = _aligned(np.array([[*x, *u, *p, h] for x, u, p, h in lanes]).T)
    result = _aligned(np.zeros((len(s.states) + 2, width)))
    advance(given.ctypes.data, result.ctypes.data)
    for k, (x, u, p, h) in enumerate(lanes):
        end = t_cell.advance(x, u, p, h)
        assert _bits(tuple(result[:-2, k])) == _bits(end.x)
        assert (result[-2, k], result[-1, k]) == (end.status, end.steps)


def _argument(s: Any, k: int) -> tuple[Any, ...]:
    """A batch unlike its neighbours; the second one has an impossible parameter."""
    growth = 0.06 if k != 1 else -1.0
    return (
        s.states.vector({"viable": 0.5 + k}),
        s.inputs.vector(),
        s.parameters.vector({"growth_max": growth}),
        k + 0.5,
    )


def _aligned(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Copy to memory that starts at a multiple of 64 bytes, as wide loads need."""
    space = np.empty(values.size + 8)
    start = (-space.ctypes.data % 64) // 8
    room = space[start : start + values.size].reshape(values.shape)
    room[...] = values
    return room


def test_the_fingerprint_follows_model_and_settings(t_cell: Simulator) -> None:
    assert Simulator(t_cell.model).fingerprint == t_cell.fingerprint
    assert Simulator(t_cell.model, rtol=1e-5).fingerprint != t_cell.fingerprint
    assert len(t_cell.fingerprint) == 64
