"""One signal, reading by reading: what is believed, what is held out, and what is said about it."""

import math

import pytest

from homeostat.monitoring.signals import Assessed, Change, Signal, Track, inspect
from homeostat.monitoring.signals.track import CALM
from homeostat.process import Quality, Reading

MINUTE = 60_000_000
NAN = math.nan
PH = Signal(
    tag="ph",
    title="Culture pH",
    unit="pH",
    low=4.0,
    high=10.0,
    step=0.01,
    every=MINUTE,
    noise=0.01,
    relative=0.0,
    jump=0.1,
    rate=0.5 / MINUTE,
    still=10 * MINUTE,
    stuck=3 * MINUTE,
    low_guarded=True,
    silent=3 * MINUTE,
)
SETTLED = [7.20, 7.21, 7.19, 7.20, 7.21]
Row = float | tuple[float, Quality]


def run(
    values: list[Row], signal: Signal = PH, disturbed: frozenset[int] = frozenset()
) -> tuple[list[Assessed], list[Change]]:
    """What is made of one reading a minute."""
    track, seen, changes = Track(), list[Assessed](), list[Change]()
    for minute, row in enumerate(values):
        value, quality = row if isinstance(row, tuple) else (row, Quality.GOOD)
        reading = Reading(value, quality, minute * MINUTE)
        track, assessed, changed = inspect(signal, track, reading, disturbed=minute in disturbed)
        seen.append(assessed)
        changes += changed
    return seen, changes


def said(changes: list[Change]) -> list[tuple[str, bool, int]]:
    return [(change.finding.kind, change.opened, change.time // MINUTE) for change in changes]


def codes(seen: list[Assessed]) -> list[Quality]:
    return [assessed.quality for assessed in seen]


def test_a_healthy_signal_is_good_and_nothing_is_said() -> None:
    seen, changes = run([*SETTLED, 7.22, 7.20, 7.23])
    assert set(codes(seen)) == {Quality.GOOD}
    assert changes == []


CASES: dict[str, tuple[list[Row], list[tuple[str, bool, int]], dict[int, Quality]]] = {
    "above the range, then back": (
        [*SETTLED, 10.4, 7.2],
        [("range", True, 5), ("range", False, 6)],
        {5: Quality.UNCERTAIN, 6: Quality.GOOD},
    ),
    "below the range": ([*SETTLED, 3.9], [("range", True, 5)], {5: Quality.UNCERTAIN}),
    "the ends belong to the range": ([10.0, 9.9], [], {0: Quality.GOOD}),
    "a spike is held out, then reported with its own time": (
        [*SETTLED, 7.9, 7.2],
        [("spike", True, 6)],
        {5: Quality.UNCERTAIN, 6: Quality.GOOD},
    ),
    "a jump is believed when a second sample confirms it": (
        [*SETTLED, 7.5, 7.51, 7.5],
        [],
        {5: Quality.UNCERTAIN, 6: Quality.GOOD, 7: Quality.GOOD},
    ),
    "two spikes to different sides are two spikes": (
        [*SETTLED, 7.6, 7.2, 6.9, 7.2],
        [("spike", True, 6), ("spike", True, 8)],
        {5: Quality.UNCERTAIN, 7: Quality.UNCERTAIN},
    ),
    "a fast ramp is not held out for ever": (
        [*SETTLED, 7.4, 7.6, 7.8, 8.0],
        [],
        {5: Quality.UNCERTAIN, 6: Quality.UNCERTAIN, 7: Quality.GOOD, 8: Quality.GOOD},
    ),
    "a confirmed jump that is faster than believable": (
        [*SETTLED, 9.0, 9.0, 9.0, 9.0],
        [("rate", True, 6), ("rate", False, 8)],
        {6: Quality.UNCERTAIN, 7: Quality.UNCERTAIN, 8: Quality.GOOD},
    ),
    "frozen once it has repeated itself for longer than chance would": (
        [*SETTLED, *[7.2] * 11, 7.21],
        [("frozen", True, 15), ("frozen", False, 16)],
        {14: Quality.GOOD, 15: Quality.UNCERTAIN, 16: Quality.GOOD},
    ),
    "less than half a resolution step is no movement": (
        [*SETTLED, *[7.2 + 0.004 * (k % 2) for k in range(11)]],
        [("frozen", True, 15)],
        {15: Quality.UNCERTAIN},
    ),
    "no value for longer than may be missing": (
        [*SETTLED, NAN, NAN, NAN, 7.2],
        [("drop-out", True, 7), ("drop-out", False, 8)],
        {5: Quality.BAD, 7: Quality.BAD, 8: Quality.GOOD},
    ),
    "an infinite value is no value": ([*SETTLED, math.inf, -math.inf], [], {5: Quality.BAD, 6: Quality.BAD}),
    "the driver's doubt stays": (
        [*SETTLED, (7.2, Quality.UNCERTAIN), (7.2, Quality.STALE)],
        [],
        {5: Quality.UNCERTAIN, 6: Quality.STALE},
    ),
    "a held value is as good as the sample was": (
        [*SETTLED, (7.21, Quality.HELD), 7.9, (7.9, Quality.HELD)],
        [],
        {5: Quality.HELD, 6: Quality.UNCERTAIN, 7: Quality.UNCERTAIN},
    ),
    "a held value goes stale when the next sample is overdue": (
        [*SETTLED, *[(7.21, Quality.HELD)] * 3],
        [("drop-out", True, 7)],
        {6: Quality.HELD, 7: Quality.STALE},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_specification(case: str) -> None:
    values, expected, qualities = CASES[case]
    seen, changes = run(values)
    assert said(changes) == expected
    assert {minute: seen[minute].quality for minute in qualities} == qualities


def test_a_signal_at_the_very_end_of_its_range_is_stuck_sooner_than_frozen() -> None:
    seen, changes = run([9.8, 9.9, 10.0, 10.0, 10.0, 10.0, 9.9])
    assert said(changes) == [("stuck", True, 5), ("stuck", False, 6)]
    assert codes(seen)[4:] == [Quality.GOOD, Quality.UNCERTAIN, Quality.GOOD]


def test_a_finding_says_what_where_since_when_in_plain_words() -> None:
    _, changes = run([*SETTLED, *[7.2] * 11])
    finding = changes[0].finding
    assert (finding.tag, finding.kind, finding.since, finding.value) == ("ph", "frozen", 5 * MINUTE, 7.2)
    assert finding.text == "Culture pH: has not moved from 7.2 pH for 10 min"


def test_a_spike_does_not_move_what_later_values_are_compared_with() -> None:
    spiky = [*SETTLED]
    for _ in range(20):
        spiky += [9.0, 7.2, 7.21]
    seen, _ = run(spiky)
    assert all(assessed.quality is Quality.UNCERTAIN for assessed in seen if assessed.value == 9.0)
    assert all(assessed.quality is Quality.GOOD for assessed in seen if assessed.value != 9.0)


def test_many_spikes_become_one_finding_that_stands_until_they_are_over() -> None:
    values = [*SETTLED, *[9.0, 7.2, 7.21] * 20, *[7.2, 7.21] * 160]
    _, changes = run(values)
    assert [(kind, opened) for kind, opened, _ in said(changes)] == [
        *[("spike", True)] * 3,
        ("erratic", True),
        ("erratic", False),
    ]
    assert changes[-1].time - changes[-2].time >= CALM * MINUTE
    assert changes[-1].finding.text == "Culture pH: 3 spikes within 1.67 h, none of them used"


def test_rare_spikes_do_not_end_and_renew_the_finding() -> None:
    often, seldom = [9.0, 7.2, 7.21] * 3, [9.0, *[7.2, 7.21] * 100]
    _, changes = run([*SETTLED, *often, *seldom * 3])
    assert said(changes)[3:] == [("erratic", True, 12)]


def test_the_time_of_a_drop_out_does_not_count_as_standing_still() -> None:
    _, changes = run([*SETTLED, *[7.2] * 4, *[NAN] * 20, *[7.2] * 3, 7.21])
    assert {kind for kind, _, _ in said(changes)} == {"drop-out"}


def test_a_frozen_sensor_stays_frozen_over_a_drop_out() -> None:
    _, changes = run([*SETTLED, *[7.2] * 12, *[NAN] * 20, *[7.2] * 3, 7.21])
    assert [opened for kind, opened, _ in said(changes) if kind == "frozen"] == [True, False]


def test_a_jump_after_something_was_done_is_believed_at_once() -> None:
    seen, changes = run([*SETTLED, 8.9, 8.9], disturbed=frozenset({5}))
    assert codes(seen)[5:] == [Quality.GOOD, Quality.GOOD]
    assert changes == []


def test_an_empty_vessel_may_read_zero_for_as_long_as_it_likes() -> None:
    volume = Signal(**{**{f: getattr(PH, f) for f in PH.__slots__}, "low": 0.0, "low_guarded": False})
    _, changes = run([0.0] * 100, volume)
    assert changes == []


def test_noise_that_grows_with_the_value_widens_the_jump_with_it() -> None:
    relative = Signal(**{**{f: getattr(PH, f) for f in PH.__slots__}, "relative": 0.05})
    seen, _ = run([*SETTLED, 7.6], relative)
    assert seen[-1].quality is Quality.GOOD
    seen, _ = run([*SETTLED, 7.6])
    assert seen[-1].quality is Quality.UNCERTAIN
