"""Alignment without looking ahead, and stand-ins that are never counted as measured."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.signals import QUALITY, Filled, align, fill, known, share_measured, worst
from homeostat.process import LAST_USABLE, Quality

MINUTE = 60_000_000
EVERY = 15 * MINUTE


@pytest.mark.parametrize(
    ("age", "quality"),
    [
        (0, Quality.GOOD),
        (1, Quality.HELD),
        (15, Quality.HELD),
        (23, Quality.HELD),
        (24, Quality.STALE),
        (1000, Quality.STALE),
    ],
)
def test_a_value_is_good_then_held_until_the_next_is_due_then_stale(age: int, quality: Quality) -> None:
    seen = align(0, 5.0, Quality.GOOD, age * MINUTE, EVERY, MINUTE)
    assert (seen.value, seen.age, seen.quality) == (5.0, age * MINUTE, quality)


def test_a_sample_that_is_yet_to_come_is_not_known() -> None:
    seen = align(10, 5.0, Quality.GOOD, 9, EVERY, MINUTE)
    assert (seen.age, seen.quality) == (None, Quality.MISSING)
    assert math.isnan(seen.value)


@given(st.sampled_from(Quality), st.integers(0, 10**10))
def test_age_never_improves_a_value(quality: Quality, age: int) -> None:
    assert align(0, 1.0, quality, age, EVERY, MINUTE).quality >= quality


@given(st.lists(st.integers(0, 50), max_size=20).map(sorted), st.integers(-1, 60))
def test_the_last_known_is_found_and_none_later(times: list[int], now: int) -> None:
    position = known(times, now)
    past = [time for time in times if time <= now]
    assert (times[position] if position is not None else None) == (past[-1] if past else None)


def test_a_measurement_comes_first_then_the_last_value_then_a_prediction() -> None:
    args = {"last": 4.0, "age": 5, "longest": 10, "predicted": 3.0}
    assert fill(5.0, Quality.GOOD, **args) == Filled(5.0, "measured", Quality.GOOD)
    assert fill(math.nan, Quality.BAD, **args).value == 4.0
    assert fill(math.nan, Quality.BAD, last=4.0, age=11, longest=10, predicted=3.0).basis == "predicted"
    assert fill(math.nan, Quality.BAD, last=4.0, age=None, longest=10).basis == "absent"


@given(st.floats(), st.sampled_from(Quality), st.floats(), st.none() | st.integers(0, 20), st.floats())
def test_only_what_was_measured_counts_as_measured(
    value: float, quality: Quality, last: float, age: int | None, predicted: float
) -> None:
    filled = fill(value, quality, last=last, age=age, longest=10, predicted=predicted)
    assert filled.measured == (quality <= LAST_USABLE and math.isfinite(value))
    assert filled.measured == (filled.quality <= LAST_USABLE), "a stand-in is never of usable quality"
    assert math.isfinite(filled.value) == (filled.basis != "absent")


def test_the_share_of_what_was_measured() -> None:
    good, carried = Filled(1.0, "measured", Quality.GOOD), Filled(1.0, "carried", Quality.UNCERTAIN)
    assert share_measured([good, carried, carried, good]) == 0.5
    assert share_measured([]) == 1.0


def test_the_worst_quality_travels_on() -> None:
    assert worst(Quality.GOOD, Quality.STALE, Quality.HELD) is Quality.STALE
    assert QUALITY["drift"] is Quality.GOOD, "a wrong twin must not blind a loop"
