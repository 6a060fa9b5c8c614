"""The forms and options of the controller: parallel form, set-point weights, filter, tracking, rate, overrides."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.control.regulatory import PidState, Tuning, retuned, step

MINUTE = 1.0 / 60.0
PID = Tuning(gain=2.0, integral=0.5, derivative=0.1, low=0.0, high=100.0)
value = st.floats(-50.0, 50.0)


def one(
    tuning: Tuning, state: PidState, measurement: float, setpoint: float = 10.0, **more: object
) -> PidState:
    return step(  # type: ignore[call-overload, no-any-return]
        tuning,
        state,
        **{"mode": "auto", "usable": True, **more},
        setpoint=setpoint,
        measurement=measurement,
        hours=MINUTE,
    )


def run(tuning: Tuning, measurements: Sequence[float], setpoints: Sequence[float]) -> list[float]:
    state, outputs = PidState(50.0, 50.0), []
    for measurement, setpoint in zip(measurements, setpoints, strict=True):
        state = one(tuning, state, measurement, setpoint)
        outputs.append(state.output)
    return outputs


@given(st.lists(value, min_size=2, max_size=30))
def test_the_parallel_form_with_the_gains_of_the_standard_one_does_the_same(
    measurements: list[float],
) -> None:
    parallel = replace(PID, form="parallel", integral=2.0 / 0.5, derivative=2.0 * 0.1)
    setpoints = [10.0] * len(measurements)
    assert run(parallel, measurements, setpoints) == pytest.approx(
        run(PID, measurements, setpoints), abs=1e-9
    )


def test_the_set_point_weight_scales_the_kick_of_a_new_set_point_and_not_where_it_ends() -> None:
    kicks = {}
    for weight in (1.0, 0.5, 0.0):
        tuning = replace(PID, derivative=0.0, setpoint_weight=weight)
        outputs = run(tuning, [10.0] * 4, [10.0, 10.0, 12.0, 12.0])
        kicks[weight] = outputs[2] - outputs[1] - tuning.gain * 2.0 * MINUTE / tuning.integral
    assert kicks == pytest.approx({1.0: 4.0, 0.5: 2.0, 0.0: 0.0})


def test_with_a_weight_the_derivative_sees_the_set_point_too() -> None:
    quiet = replace(PID, integral=0.0)
    heard = replace(quiet, derivative_weight=1.0)
    setpoints = [10.0, 10.0, 12.0]
    plain, kicked = run(quiet, [10.0] * 3, setpoints), run(heard, [10.0] * 3, setpoints)
    filter_time = PID.derivative / PID.filter
    assert kicked[2] - plain[2] == pytest.approx(PID.gain * PID.derivative * 2.0 / (filter_time + MINUTE))


@pytest.mark.parametrize("n", [2.0, 10.0, 50.0])
def test_the_filter_delays_the_derivative_by_its_time_over_n(n: float) -> None:
    tuning = replace(PID, integral=0.0, filter=n, low=-1e9, high=1e9)
    state = PidState(0.0, 0.0)
    for k in range(400):
        state = one(tuning, state, float(k), 0.0)
        if k == 1:
            first = state.slope
    assert first == pytest.approx(60.0 * MINUTE / (tuning.derivative / n + MINUTE))
    assert state.slope == pytest.approx(60.0)


def test_back_calculation_lets_the_integral_follow_the_limit_with_the_tracking_time() -> None:
    """In saturation the limit takes what the integral gains in a scan h: I = limit - K e + (Tt - h) K e / Ti."""
    tuning = replace(PID, derivative=0.0, tracking=0.2)
    state = PidState(50.0, 50.0)
    for _ in range(2000):
        state = one(tuning, state, 0.0, 40.0)
    assert state.output == tuning.high
    assert state.integral == pytest.approx(100.0 - 2.0 * 40.0 + (0.2 - MINUTE) * 2.0 * 40.0 / 0.5)


@given(st.lists(value, min_size=1, max_size=40), st.floats(1.0, 500.0))
def test_the_output_never_changes_faster_than_its_rate(measurements: list[float], rate: float) -> None:
    outputs = [50.0, *run(replace(PID, rate=rate), measurements, [10.0] * len(measurements))]
    steps = [abs(b - a) for a, b in pairwise(outputs)]
    assert max(steps) <= rate * MINUTE * (1 + 1e-9)


def test_a_limited_rate_does_not_wind_the_integral_up() -> None:
    slow = replace(PID, derivative=0.0, rate=5.0)
    state = PidState(50.0, 50.0)
    for _ in range(120):
        state = one(slow, state, 0.0, 40.0)
    assert state.integral <= 50.0  # it did not grow while the rate held the output


@pytest.mark.parametrize("usable", [True, False])
def test_an_override_is_taken_and_left_without_a_bump(usable: bool) -> None:
    state = one(PID, PidState(50.0, 50.0), 8.0)
    told = one(PID, state, 8.0, override=70.0, usable=usable)
    assert told.output == 70.0
    after = one(PID, told, 8.0)
    assert after.output == pytest.approx(70.0 + PID.gain * 2.0 * MINUTE / PID.integral)


def test_an_override_stays_within_the_limits() -> None:
    assert one(PID, PidState(50.0, 50.0), 8.0, override=1e6).output == PID.high
    assert one(PID, PidState(50.0, 50.0), math.nan, usable=False, override=-1.0).output == PID.low


def test_within_its_reach_the_output_goes_no_further_and_the_integral_neither() -> None:
    state = PidState(50.0, 50.0)
    for _ in range(300):
        state = one(PID, state, 5.0, reach=(0.0, 55.0))
    assert state.output == 55.0
    assert state.integral <= 55.0
    assert one(PID, state, 20.0, reach=(0.0, 55.0)).output < 55.0


def test_what_is_fed_forward_adds_to_the_output_and_makes_no_bump_on_the_way_back_to_automatic() -> None:
    first = one(PID, PidState(50.0, 50.0), 10.0)
    assert one(PID, first, 10.0, feed=7.0).output == pytest.approx(57.0)
    manual = one(PID, first, 10.0, feed=7.0, mode="manual")
    assert manual.output == 50.0
    assert one(PID, manual, 10.0, feed=7.0).output == pytest.approx(50.0)


@given(value, value)
def test_a_new_tuning_takes_over_without_a_bump(measurement: float, setpoint: float) -> None:
    wide = replace(PID, low=-1e6, high=1e6, setpoint_weight=0.7)
    state = one(wide, one(wide, PidState(50.0, 50.0), 3.0, setpoint), measurement, setpoint)
    other = replace(wide, gain=7.0, integral=2.0, derivative=0.3, form="parallel", setpoint_weight=1.0)
    moved = retuned(wide, other, state)
    error = setpoint - measurement
    rest = 7.0 * error - 0.3 * state.slope
    assert moved.integral + rest == pytest.approx(
        state.integral + 2.0 * (error - 0.1 * state.slope) - 0.6 * setpoint
    )


def test_without_integral_action_a_new_tuning_keeps_the_bias() -> None:
    proportional = replace(PID, integral=0.0)
    state = one(proportional, PidState(50.0, 50.0), 9.0)
    assert retuned(proportional, replace(proportional, gain=5.0), state) == state
