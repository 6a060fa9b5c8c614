"""Split range and feed-forward against closed forms."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.control.regulatory import Feed, FeedState, Travel, feed_forward, shared, stretch

BASE = Travel("base", 55.0, 100.0, 0.0, 5.0)
ACID = Travel("acid", 45.0, 0.0, 0.0, 3.0)
BOTH = (BASE, ACID)
MINUTE = 1.0 / 60.0


@pytest.mark.parametrize(
    ("output", "base", "acid"),
    [
        (0.0, 0.0, 3.0),
        (22.5, 0.0, 1.5),
        (45.0, 0.0, 0.0),
        (50.0, 0.0, 0.0),
        (77.5, 2.5, 0.0),
        (100.0, 5.0, 0.0),
    ],
)
def test_each_actuator_stands_where_its_share_of_the_output_puts_it(
    output: float, base: float, acid: float
) -> None:
    assert dict(shared(BOTH, output)) == pytest.approx({"base": base, "acid": acid})


@given(st.floats(0.0, 3.0))
def test_the_output_for_a_position_puts_the_actuator_there(position: float) -> None:
    assert ACID.at(ACID.output(position)) == pytest.approx(position)


@given(st.floats(0.0, 100.0))
def test_acid_and_base_never_flow_together(output: float) -> None:
    base, acid = (position for _, position in shared(BOTH, output))
    assert min(base, acid) == 0.0


@pytest.mark.parametrize(
    ("output", "limit", "expected"),
    [
        (70.0, 100.0, (70.0, 100.0)),
        (70.0, 0.0, (70.0, 55.0)),
        (55.0, 0.0, (45.0, 0.0)),  # over the gap, to where acid begins
        (50.0, 100.0, (55.0, 100.0)),
        (100.0, 100.0, (100.0, 100.0)),
    ],
)
def test_a_stretch_ends_where_other_actuators_take_over(
    output: float, limit: float, expected: tuple[float, float]
) -> None:
    assert stretch(BOTH, output, limit) == expected


def course(feed: Feed, values: list[float]) -> list[float]:
    state, added = FeedState(), []
    for value in values:
        state = feed_forward(feed, state, value=value, hours=MINUTE)
        added.append(state.added)
    return added


def test_a_static_gain_adds_in_proportion_to_the_distance_from_rest() -> None:
    assert course(Feed(2.0, rest=3.0), [3.0, 4.0, 1.0]) == [0.0, 2.0, -4.0]


def test_a_lead_lag_answers_a_step_with_lead_over_lag_and_settles_at_the_gain() -> None:
    """(lead s + 1) / (lag s + 1): r + (1 - r)(1 - exp(-t / lag)) with r = lead / lag, as steps become short."""
    feed, short = Feed(2.0, lead=0.3, lag=0.1), 1e-5
    state = feed_forward(feed, FeedState(), value=0.0, hours=short)
    for k in range(1, 20001):
        state = feed_forward(feed, state, value=1.0, hours=short)
        if k in (1, 10000):
            expected = 2.0 * (3.0 - 2.0 * (1.0 - math.exp(-k * short / 0.1)))
            assert state.added == pytest.approx(expected, rel=1e-3)
    assert course(feed, [0.0] + [1.0] * 600)[-1] == pytest.approx(2.0)


def test_what_has_stood_for_long_is_no_step() -> None:
    assert course(Feed(2.0, lead=0.3, lag=0.1), [5.0, 5.0]) == pytest.approx([10.0, 10.0])


def test_without_a_reading_what_was_added_stays() -> None:
    assert course(Feed(2.0, lag=0.1), [1.0, math.nan, math.nan]) == pytest.approx([2.0] * 3)
