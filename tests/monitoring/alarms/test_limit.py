"""Limit alarms: raised after their delay, cleared beyond the deadband, silent on readings nobody can use."""

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.alarms import AlarmState, Limit, Transition, watch

MINUTE = 60_000_000
HIGH = Limit("do.normal.high", "do", "high", 60.0, 2.0, 3 * MINUTE, "low", "oxygen too high", "%")
LOW = replace(HIGH, alarm="do.normal.low", side="low", bound=40.0)
HEALTH = replace(HIGH, alarm="do.health", side="health", delay=5 * MINUTE)


def run(limit: Limit, values: list[float]) -> list[Transition | None]:
    state, seen = AlarmState(), []
    for minute, value in enumerate(values):
        state, transition = watch(limit, state, minute * MINUTE, value, usable=value == value)
        seen.append(transition)
    return seen


def raised(seen: list[Transition | None]) -> list[tuple[int, bool]]:
    return [(minute, t.raised) for minute, t in enumerate(seen) if t is not None]


def test_an_alarm_is_raised_once_the_violation_has_lasted_for_the_delay() -> None:
    assert raised(run(HIGH, [50, 61, 61, 61, 61, 61])) == [(4, True)]


def test_a_single_noisy_reading_does_not_cry_wolf() -> None:
    assert raised(run(HIGH, [50, 61, 50, 61, 50, 61, 50])) == []


def test_it_clears_only_when_the_reading_is_back_by_the_deadband() -> None:
    assert raised(run(HIGH, [61, 61, 61, 61, 59, 58.5, 57.9])) == [(3, True), (6, False)]
    assert raised(run(LOW, [39, 39, 39, 39, 41, 41.9, 42.1])) == [(3, True), (6, False)]


def test_the_limit_itself_is_not_a_violation() -> None:
    assert raised(run(HIGH, [60.0] * 10)) == []
    assert raised(run(LOW, [40.0] * 10)) == []


def test_unusable_readings_neither_raise_nor_clear() -> None:
    nan = math.nan
    assert raised(run(HIGH, [61, 61, nan, nan, nan, nan])) == []
    assert raised(run(HIGH, [61, 61, 61, 61, nan, nan, nan])) == [(3, True)]


def test_a_saturated_instrument_raises_the_alarm_of_the_limit_beyond_which_it_saturated() -> None:
    state, seen = AlarmState(), []
    for minute, (value, usable) in enumerate([(50.0, True), *[(61.0, False)] * 6, (50.0, True)]):
        state, transition = watch(HIGH, state, minute * MINUTE, value, usable=usable)
        seen.append(transition)
    assert raised(seen) == [(4, True), (7, False)]


def test_an_unusable_value_inside_the_limit_never_clears_an_alarm() -> None:
    state, transition = watch(HIGH, AlarmState(0, raised=True), MINUTE, 50.0, usable=False)
    assert state.raised
    assert transition is None


def test_a_silent_sensor_has_an_alarm_of_its_own() -> None:
    nan = math.nan
    assert raised(run(HEALTH, [50, nan, nan, nan, nan, nan, nan, 50])) == [(6, True), (7, False)]


@given(st.lists(st.floats(0, 100) | st.just(math.nan), max_size=60), st.sampled_from([HIGH, LOW, HEALTH]))
def test_alarms_are_raised_and_cleared_in_turn(values: list[float], limit: Limit) -> None:
    turns = [up for _, up in raised(run(limit, values))]
    assert turns == [position % 2 == 0 for position in range(len(turns))]


SLOW = replace(HIGH, off_delay=2 * MINUTE)


def test_with_an_off_delay_the_cure_has_to_last() -> None:
    assert raised(run(SLOW, [61, 61, 61, 61, 57, 57, 57])) == [(3, True), (6, False)]


def test_a_relapse_starts_the_off_delay_anew() -> None:
    assert raised(run(SLOW, [61, 61, 61, 61, 57, 61, 57, 57, 57])) == [(3, True), (8, False)]


def test_an_alarm_that_clears_with_delay_keeps_its_beginning() -> None:
    state, _ = watch(SLOW, AlarmState(5, raised=True), MINUTE, 57.0, usable=True)
    assert (state.since, state.raised, state.cured) == (5, True, MINUTE)
