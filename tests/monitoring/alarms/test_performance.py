"""The performance of an alarm system, from its records: each figure against a small case worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.alarms import Board, Notice, Order, Record, Rules, notify, obey, performance

SECOND, MINUTE, DAY = 1_000_000, 60_000_000, 86_400_000_000


def records(*turns: tuple[float, str, bool], answers: dict[float, str] | None = None) -> list[Record]:
    """Records of alarms raised and cleared at these minutes, and of acknowledgements."""
    answers = answers or {}
    steps = sorted(
        [(minute, 0, name, up) for minute, name, up in turns] + [(m, 1, n, True) for m, n in answers.items()]
    )
    board, told = Board(), list[Record]()
    for minute, answer, name, up in steps:
        time = round(minute * MINUTE)
        if answer:
            outcome = obey(Rules(), board, Order("acknowledge", name, "m.curie", "seen"), time)
        else:
            priority = "high" if name.startswith("h") else "low"
            outcome = notify(Rules(), board, [Notice(name, up, priority, name)], time)
        board, told = outcome.board, [*told, *outcome.records]
    return told


def burst(name: str, start: float, count: int) -> list[tuple[float, str, bool]]:
    """Raised and cleared every 15 seconds."""
    return [(start + k / 4 + down / 8, name, not down) for k in range(count) for down in (0, 1)]


def test_an_empty_record_has_nothing_to_report() -> None:
    seen = performance([], 0, DAY)
    assert (seen.alerts, seen.per_day, seen.peak, seen.in_flood, seen.shares) == (0, 0.0, 0, 0.0, {})
    assert seen.acknowledged is None


def test_rate_and_peak() -> None:
    told = records((0, "a", True), (5, "b", True), (9.9, "c", True), (10, "d", True), (700, "e", True))
    seen = performance(told, 0, DAY // 2)
    assert seen.alerts == 5
    assert seen.per_day == 10.0
    assert seen.peak == 3, "the window of ten minutes is half-open"


def test_the_share_of_time_in_flood() -> None:
    told = records(*((k / 10, f"a{k}", True) for k in range(20)))
    seen = performance(told, 0, 100 * MINUTE)
    since, until = 1.0, 1.5 + 10.0  # the eleventh alarm; the fifth from last leaves the window
    assert seen.floods == 1
    assert seen.in_flood == pytest.approx((until - since) / 100)


def test_alarms_gathered_in_a_flood_count_and_the_flood_alarm_does_not() -> None:
    assert performance(records(*((k / 10, f"a{k}", True) for k in range(20))), 0, DAY).alerts == 20


def test_bad_actors_come_first() -> None:
    told = records(*burst("often", 0, 4), *burst("sometimes", 100, 2), (200, "once", True))
    assert performance(told, 0, DAY).actors == (("often", 4), ("sometimes", 2), ("once", 1))


def test_chattering_is_three_times_in_a_minute() -> None:
    told = records(*burst("chatters", 0, 4), (0, "calm", True), (1, "calm", False), (2, "calm", True))
    assert performance(told, 0, DAY).chattering == (("chatters", 2),)


def test_fleeting_is_over_before_anybody_can_answer() -> None:
    told = records((0, "fleets", True), (0.1, "fleets", False), (0, "stays", True), (5, "stays", False))
    assert performance(told, 0, DAY).fleeting == (("fleets", 1),)


def test_stale_is_active_for_more_than_a_day() -> None:
    told = records((0, "stale", True), (0, "day", True), (1440, "day", False))
    assert performance(told, 0, 2 * DAY).stale == (("stale", 2 * DAY),)


def test_shares_of_the_priorities() -> None:
    told = records((0, "high", True), (1, "a", True), (2, "b", True), (3, "c", True))
    assert performance(told, 0, DAY).shares == {"critical": 0.0, "high": 0.25, "medium": 0.0, "low": 0.75}


def test_time_to_acknowledgement_and_what_is_owed() -> None:
    told = records((0, "a", True), (0, "b", True), (0, "c", True), (3, "c", False), answers={2: "a", 4: "b"})
    seen = performance(told, 0, DAY)
    assert seen.acknowledged == 3 * MINUTE
    assert seen.owed == ("c",)


@given(st.lists(st.tuples(st.integers(0, 120), st.sampled_from("abc"), st.booleans()), max_size=60))
def test_counts_agree_with_the_records_however_they_come(turns: list[tuple[int, str, bool]]) -> None:
    told = records(*turns)
    seen = performance(told, 0, 121 * MINUTE)
    assert sum(count for _, count in seen.actors) == seen.alerts
    assert seen.peak <= seen.alerts
    assert 0.0 <= seen.in_flood <= 1.0
    assert sum(seen.shares.values()) == pytest.approx(1.0 if seen.alerts else 0.0)
