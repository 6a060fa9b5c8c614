"""The PID loop against closed forms: proportional and integral action, windup, bumpless transfer, filtering."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.control import PidState, Tuning, step

MINUTE = 1.0 / 60.0
PI = Tuning(gain=2.0, integral=0.5, derivative=0.0, low=0.0, high=100.0)
finite = st.floats(-1e6, 1e6)


def run(
    tuning: Tuning, state: PidState, measurements: list[float], setpoint: float, mode: str = "auto"
) -> list[PidState]:
    states = []
    for measurement in measurements:
        state = step(
            tuning,
            state,
            mode="auto" if mode == "auto" else "manual",
            setpoint=setpoint,
            measurement=measurement,
            usable=True,
            hours=MINUTE,
        )
        states.append(state)
    return states


def test_a_constant_error_makes_a_ramp_of_gain_over_integral_time() -> None:
    states = run(PI, PidState(50.0, 50.0), [10.0] * 31, setpoint=11.0)
    rise = states[-1].output - states[0].output
    assert rise == pytest.approx(PI.gain * 1.0 / PI.integral * 30 * MINUTE)


def test_proportional_action_answers_a_change_at_once() -> None:
    states = run(PI, PidState(50.0, 50.0), [10.0, 10.0, 9.0], setpoint=10.0)
    assert states[2].output - states[1].output == pytest.approx(PI.gain * 1.0 * (1 + MINUTE / PI.integral))


def test_direct_action_moves_the_other_way() -> None:
    direct = replace(PI, reverse=False)
    up = run(PI, PidState(50.0, 50.0), [9.0] * 5, setpoint=10.0)[-1].output
    down = run(direct, PidState(50.0, 50.0), [9.0] * 5, setpoint=10.0)[-1].output
    assert up - 50.0 == pytest.approx(50.0 - down)


def test_the_first_scan_makes_no_bump() -> None:
    first = run(PI, PidState(42.0, 42.0), [5.0], setpoint=9.0)[0]
    assert first.output == pytest.approx(42.0 + PI.gain * 4.0 * MINUTE / PI.integral)


def test_the_integral_does_not_wind_up_at_a_limit() -> None:
    saturated = run(PI, PidState(90.0, 90.0), [0.0] * 600, setpoint=50.0)
    assert saturated[-1].output == PI.high
    back = run(PI, saturated[-1], [60.0] * 3, setpoint=50.0)
    assert back[-1].output < PI.high


def test_manual_keeps_the_output_and_automatic_takes_over_without_a_bump() -> None:
    manual = run(PI, PidState(30.0, 30.0), [7.0] * 20, setpoint=10.0, mode="manual")
    assert {state.output for state in manual} == {30.0}
    auto = run(PI, manual[-1], [7.0], setpoint=10.0)[0]
    assert auto.output == pytest.approx(30.0 + PI.gain * 3.0 * MINUTE / PI.integral)


@pytest.mark.parametrize(("measurement", "usable"), [(math.nan, True), (5.0, False), (math.nan, False)])
def test_a_reading_that_cannot_be_used_leaves_the_output(measurement: float, usable: bool) -> None:
    state = step(
        PI,
        PidState(33.0, 33.0, 5.0),
        mode="auto",
        setpoint=9.0,
        measurement=measurement,
        usable=usable,
        hours=MINUTE,
    )
    assert state.output == 33.0
    assert state.measurement is None


@pytest.mark.parametrize("derivative", [0.0, 0.1])
def test_a_loop_without_integral_action_keeps_its_bias_through_gaps_and_manual(derivative: float) -> None:
    tuning = Tuning(gain=2.0, integral=0.0, derivative=derivative, low=0.0, high=100.0)
    state = run(tuning, PidState(30.0, 30.0), [5.0] * 3, setpoint=10.0)[-1]
    assert state.output == pytest.approx(40.0)
    gap = step(tuning, state, mode="auto", setpoint=10.0, measurement=math.nan, usable=False, hours=MINUTE)
    assert gap.output == pytest.approx(40.0)
    held = run(tuning, gap, [8.0, 9.0], setpoint=10.0, mode="manual")[-1]
    assert held.output == pytest.approx(40.0)
    settled = run(tuning, held, [10.0] * 300, setpoint=10.0)[-1]
    assert settled.output == pytest.approx(30.0)


def test_the_derivative_sees_the_measurement_and_not_the_setpoint() -> None:
    tuning = Tuning(gain=1.0, integral=0.0, derivative=0.2, low=-1e9, high=1e9)
    quiet = run(tuning, PidState(0.0, 0.0, 5.0), [5.0], setpoint=1000.0)[0]
    assert quiet.slope == 0.0
    ramp = run(tuning, PidState(0.0, 0.0, 0.0), [k * MINUTE for k in range(1, 200)], setpoint=0.0)
    assert ramp[-1].slope == pytest.approx(1.0, rel=1e-6)


def test_inside_the_deadband_the_error_counts_as_zero() -> None:
    tuning = replace(PI, deadband=0.5)
    states = run(tuning, PidState(20.0, 20.0), [9.6] * 50, setpoint=10.0)
    assert states[-1].output == 20.0


@given(st.lists(finite, min_size=1, max_size=50), finite, st.sampled_from(["auto", "manual"]))
def test_the_output_stays_within_its_limits(measurements: list[float], setpoint: float, mode: str) -> None:
    for state in run(PI, PidState(50.0, 50.0), measurements, setpoint, mode):
        assert PI.low <= state.output <= PI.high


def test_closed_loop_on_a_first_order_process_reaches_its_setpoint() -> None:
    state, value = PidState(0.0, 0.0), 0.0
    tuning = Tuning(gain=3.0, integral=1.0, derivative=0.0, low=0.0, high=100.0)
    for _ in range(60 * 24):
        state = step(tuning, state, mode="auto", setpoint=20.0, measurement=value, usable=True, hours=MINUTE)
        value += (0.5 * state.output - value) * (1.0 - math.exp(-MINUTE / 1.0))
    assert value == pytest.approx(20.0, abs=1e-6)
    assert state.output == pytest.approx(40.0, abs=1e-5)
