"""All signals at once: the same as one by one, never looking ahead, unmoved by nonsense, calm on healthy noise."""

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.signals import (
    Change,
    Memory,
    Panel,
    Signal,
    Track,
    begin,
    inspect,
    survey,
)
from homeostat.monitoring.signals.settings import RATE_SPAN, SPIKE_SIGMAS, patience
from homeostat.process import Quality, Reading

SECOND = 1_000_000


def signal(name: str, *, noise: float = 0.5, step: float = 0.1, every: int = SECOND) -> Signal:
    return Signal(
        tag=name,
        title=name.capitalize(),
        unit="%",
        low=0.0,
        high=100.0,
        step=step,
        every=every,
        noise=noise,
        relative=0.0,
        jump=SPIKE_SIGMAS * noise,
        rate=RATE_SPAN * 100.0 / every,
        still=patience(every, step, noise),
        stuck=5 * every,
        low_guarded=False,
        silent=3 * every,
    )


PANEL = Panel.of([signal("one"), None, signal("slow", every=4 * SECOND)], SECOND)

VALUES = (
    st.floats(-10, 110).map(lambda x: round(x, 1))
    | st.sampled_from([50.0, 50.1, 50.3, 0.0, 100.0])
    | st.sampled_from([math.nan, math.inf, -math.inf])
)
CODES = st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 4, 5])
SCANS = st.lists(
    st.tuples(
        st.tuples(VALUES, VALUES, VALUES),
        st.tuples(CODES, CODES, CODES),
        st.integers(1, 3 * SECOND),
        st.sampled_from([frozenset[int](), frozenset[int](), frozenset({0}), frozenset({2})]),
    ),
    max_size=60,
)
Scans = list[tuple[tuple[float, ...], tuple[int, ...], int, frozenset[int]]]


def follow(scans: Scans) -> tuple[list[tuple[int, ...]], list[Change], Memory]:
    """Qualities and changes of a whole course."""
    memory, time, codes, changes = begin(PANEL), 0, list[tuple[int, ...]](), list[Change]()
    for values, qualities, step, disturbed in scans:
        seen = survey(PANEL, memory, values, qualities, time, disturbed)
        memory, time = seen.memory, time + step
        codes.append(seen.qualities)
        changes += seen.changes
    return codes, changes, memory


def one_by_one(scans: Scans) -> tuple[list[tuple[int, ...]], list[Change]]:
    """The same by `inspect` alone: the specification of `survey`."""
    tracks = [Track() for _ in PANEL.signals]
    time, codes, changes, awaited = 0, list[tuple[int, ...]](), list[Change](), set[int]()
    for values, qualities, step, disturbed in scans:
        awaited |= disturbed
        row = list(qualities)
        for index, expected in enumerate(PANEL.signals):
            if expected is None:
                continue
            reading = Reading(values[index], Quality(qualities[index]), time)
            tracks[index], seen, changed = inspect(
                expected, tracks[index], reading, disturbed=index in awaited
            )
            row[index] = int(seen.quality)
            changes += changed
            if qualities[index] == 0 and values[index] == values[index]:
                awaited.discard(index)
        codes.append(tuple(row))
        time += step
    return codes, changes


@given(SCANS)
def test_the_quick_look_never_differs_from_the_full_inspection(scans: Scans) -> None:
    codes, changes, _ = follow(scans)
    expected, found = one_by_one(scans)
    assert codes == expected
    assert repr(changes) == repr(found)  # NaN is not equal to itself


@given(st.lists(st.sampled_from([50.0, 50.0, 50.1, 50.2, 55.0]), max_size=80))
def test_the_quick_look_agrees_on_signals_that_stand_still_often(values: list[float]) -> None:
    scans: Scans = [((value,) * 3, (0, 0, 0), SECOND, frozenset()) for value in values]
    codes, changes, _ = follow(scans)
    assert (codes, repr(changes)) == (one_by_one(scans)[0], repr(one_by_one(scans)[1]))


@given(SCANS, st.integers(0, 60))
def test_what_was_concluded_does_not_depend_on_what_came_later(scans: Scans, cut: int) -> None:
    whole, _, _ = follow(scans)
    part, _, _ = follow(scans[:cut])
    assert whole[:cut] == part


@given(SCANS)
def test_quality_only_gets_worse_and_never_good_without_a_number(scans: Scans) -> None:
    codes, _, _ = follow(scans)
    for (values, given_, _, _), row in zip(scans, codes, strict=True):
        assert all(after >= before for before, after in zip(given_, row, strict=True))
        watched = [k for k, expected in enumerate(PANEL.signals) if expected is not None]
        assert all(row[k] >= Quality.BAD for k in watched if not math.isfinite(values[k]))


@given(SCANS)
def test_standing_findings_are_those_opened_and_not_closed(scans: Scans) -> None:
    _, changes, memory = follow(scans)
    standing = Counter[tuple[str, str]]()
    for change in changes:
        if change.finding.kind != "spike":
            standing[change.finding.tag, change.finding.kind] += 1 if change.opened else -1
    assert set(standing.values()) <= {0, 1}
    assert {key for key, count in standing.items() if count} == {(f.tag, f.kind) for f in memory.standing}


def coloured(count: int, phi: float, deviation: float, seed: int) -> list[float]:
    """A first-order autoregression with the given standard deviation."""
    source, level, scale = random.Random(seed), 0.0, deviation * math.sqrt(1 - phi * phi)
    out = []
    for _ in range(count):
        level = phi * level + source.gauss(0.0, scale)
        out.append(level)
    return out


@pytest.mark.parametrize("phi", [0.0, 0.6, 0.9])
def test_healthy_noise_raises_no_finding_in_1e5_samples(phi: float) -> None:
    """Design: 1e-9 a sample for `frozen`, 8 standard deviations for a jump: far less than one in 1e5."""
    panel = Panel.of([signal("noisy")], SECOND)
    memory, changes = begin(panel), list[Change]()
    for k, noise in enumerate(coloured(100_000, phi, 0.5, seed=7)):
        seen = survey(panel, memory, (round(50.0 + noise, 1),), (0,), k * SECOND)
        memory = seen.memory
        changes += seen.changes
    assert changes == []


def test_a_fault_is_found_in_all_that_noise() -> None:
    panel = Panel.of([signal("noisy")], SECOND)
    memory, changes = begin(panel), list[Change]()
    values = [round(50.0 + noise, 1) for noise in coloured(2000, 0.3, 0.5, seed=8)]
    values[500] = 62.0
    values[1000:1300] = [values[1000]] * 300
    for k, value in enumerate(values):
        seen = survey(panel, memory, (value,), (0,), k * SECOND)
        memory = seen.memory
        changes += seen.changes
    assert [(c.finding.kind, c.opened) for c in changes] == [
        ("spike", True),
        ("frozen", True),
        ("frozen", False),
    ]
    assert changes[0].finding.since == 500 * SECOND
    assert changes[1].time - 1000 * SECOND <= 60 * SECOND


@given(st.lists(st.tuples(VALUES, CODES, st.integers(-(10**12), 10**12)), max_size=40))
def test_times_that_run_back_or_leap_break_nothing(rows: list[tuple[float, int, int]]) -> None:
    memory = begin(PANEL)
    for value, code, time in rows:
        seen = survey(PANEL, memory, (value, value, value), (code, code, code), time)
        memory = seen.memory
        assert all(after >= code for after in seen.qualities)
        assert not any(math.isinf(change.finding.value) for change in seen.changes)


def test_a_record_gets_numbers_or_nothing() -> None:
    scans: Scans = [((math.inf,) * 3, (0, 0, 0), SECOND, frozenset())] * 20
    _, changes, _ = follow(scans)
    assert {change.finding.kind for change in changes} == {"drop-out"}
    assert all(math.isnan(change.finding.value) for change in changes)
