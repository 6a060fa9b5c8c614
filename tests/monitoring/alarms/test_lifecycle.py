"""The table of lives: every way an alarm may go, and the ways that must not exist."""

import itertools

import pytest

from homeostat.monitoring.alarms import LIFE, Happening, Phase
from homeostat.monitoring.alarms.lifecycle import ACTIVE, SILENCED, UNANSWERED, follow

ORDINARY = [
    ("normal", "raised", "unacknowledged"),
    ("unacknowledged", "acknowledged", "acknowledged"),
    ("acknowledged", "cleared", "normal"),
    ("unacknowledged", "cleared", "returned"),
    ("returned", "acknowledged", "normal"),
    ("returned", "raised", "unacknowledged"),
    ("unacknowledged", "cleared and latched", "latched"),
    ("acknowledged", "cleared and latched", "latched and acknowledged"),
    ("latched", "acknowledged", "latched and acknowledged"),
    ("latched and acknowledged", "reset", "normal"),
    ("latched", "raised", "unacknowledged"),
    ("latched and acknowledged", "raised", "unacknowledged"),
]


@pytest.mark.parametrize(("before", "happening", "after"), ORDINARY)
def test_the_ordinary_life(before: str, happening: str, after: str) -> None:
    assert follow(Phase(before), Happening(happening)) is Phase(after)


@pytest.mark.parametrize("phase", list(Phase))
def test_only_a_person_acknowledges_an_alarm_that_is_unacknowledged(phase: Phase) -> None:
    assert (follow(phase, Happening.ACKNOWLEDGE) is not None) == (phase in UNANSWERED)


@pytest.mark.parametrize("phase", list(Phase))
def test_only_a_latched_and_acknowledged_alarm_is_reset(phase: Phase) -> None:
    assert (follow(phase, Happening.RESET) is not None) == (phase is Phase.LATCHED_KNOWN)


@pytest.mark.parametrize(
    ("phase", "happening"),
    list(
        itertools.product(
            [Phase.LATCHED, Phase.LATCHED_KNOWN], [Happening.SHELVE, Happening.SUPPRESS, Happening.REMOVE]
        )
    ),
)
def test_what_is_latched_cannot_be_put_out_of_sight(phase: Phase, happening: Happening) -> None:
    assert follow(phase, happening) is None


def test_no_condition_takes_away_what_a_person_has_yet_to_acknowledge() -> None:
    assert follow(Phase.RETURNED, Happening.SUPPRESS) is None


@pytest.mark.parametrize("phase", sorted(SILENCED, key=str))
def test_a_silenced_alarm_is_watched_on_and_comes_back_as_its_condition_is(phase: Phase) -> None:
    assert follow(phase, Happening.RAISE) is phase
    assert follow(phase, Happening.CLEAR) is phase
    assert follow(phase, Happening.RELEASE_ACTIVE) is Phase.UNACKNOWLEDGED
    assert follow(phase, Happening.RELEASE_NORMAL) is Phase.NORMAL


@pytest.mark.parametrize("phase", sorted(set(Phase) - SILENCED, key=str))
def test_only_a_silenced_alarm_is_released(phase: Phase) -> None:
    assert follow(phase, Happening.RELEASE_ACTIVE) is None
    assert follow(phase, Happening.RELEASE_NORMAL) is None


def test_an_active_alarm_never_becomes_normal_by_itself_or_by_a_person() -> None:
    clearing = {Happening.CLEAR, Happening.CLEAR_LATCHING}
    ways = [
        happening for (before, happening), after in LIFE.items() if before in ACTIVE and after is Phase.NORMAL
    ]
    assert set(ways) <= clearing


def test_from_every_phase_there_is_a_way_back_to_normal() -> None:
    reached = {Phase.NORMAL}
    for _ in Phase:
        reached |= {before for (before, _), after in LIFE.items() if after in reached}
    assert reached == set(Phase)
