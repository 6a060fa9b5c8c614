"""Floods: they begin with the eleventh alarm in ten minutes, and end when fewer than five are left in ten."""

from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.alarms import FloodRule
from homeostat.monitoring.alarms.flood import Flood, abate, annunciate, floods

SECOND, MINUTE = 1_000_000, 60_000_000
RULE = FloodRule()


def after(times: list[int]) -> Flood:
    flood = Flood()
    for time in times:
        flood, _ = annunciate(RULE, abate(RULE, flood, time), time, "low")
    return flood


def test_ten_alarms_in_ten_minutes_are_no_flood_and_eleven_are() -> None:
    assert after([k * 30 * SECOND for k in range(10)]).since is None
    assert after([k * 30 * SECOND for k in range(11)]).since == 300 * SECOND


def test_one_alarm_a_minute_is_no_flood_however_long() -> None:
    assert after([k * MINUTE for k in range(200)]).since is None


def test_high_priorities_are_shown_in_a_flood_and_lower_ones_gathered() -> None:
    flood = after([k * SECOND for k in range(11)])
    shown = {p: annunciate(RULE, flood, 12 * SECOND, p)[1] for p in ("low", "medium", "high", "critical")}
    assert shown == {"low": False, "medium": False, "high": True, "critical": True}


def test_a_flood_ends_when_fewer_than_five_are_left() -> None:
    times = [k * SECOND for k in range(11)]
    flood = after(times)
    assert abate(RULE, flood, times[-5] + RULE.window - 1).since is not None
    assert abate(RULE, flood, times[-5] + RULE.window).since is None


@given(st.lists(st.integers(0, 3000), max_size=80))
def test_floods_of_a_record_are_those_that_were_lived_through(seconds: list[int]) -> None:
    """The fold over a record against the state machine stepped each second."""
    times = sorted(second * SECOND for second in seconds)
    flood, lived = Flood(), list[tuple[int, int]]()
    for second in range(3000 + 601):
        now = second * SECOND
        before, flood = flood, abate(RULE, flood, now)
        if before.since is not None and flood.since is None:
            lived.append((before.since, now))
        for _ in range(times.count(now)):
            flood, _ = annunciate(RULE, flood, now, "low")
    assert list(floods(RULE, times)) == lived
