"""Samples as they arrive: nothing old replaces anything new, and everything odd is said."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.signals import Intake, Last, Sample, admit

SECOND = 1_000_000
GLUCOSE = Intake("glucose", "Glucose", late=10 * SECOND)
FIRST = Sample(5.0, 100 * SECOND, 7)


def after(sample: Sample, now: float, *, before: Sample = FIRST) -> tuple[bool, list[str]]:
    last, _ = admit(GLUCOSE, Last(), before, before.taken)
    _, verdict = admit(GLUCOSE, last, sample, round(now * SECOND))
    return verdict.admitted, [finding.kind for finding in verdict.findings]


CASES = [
    ("in time", Sample(5.1, 101 * SECOND, 8), 102, True, []),
    ("late but the newest there is", Sample(5.1, 101 * SECOND, 8), 112, True, ["late"]),
    ("the very same again", FIRST, 101, False, ["duplicate"]),
    ("sent again with a new stamp", Sample(5.0, 103 * SECOND, 7), 104, False, ["duplicate"]),
    ("older than the newest", Sample(4.9, 99 * SECOND, 6), 101, False, ["out-of-order"]),
    ("counted earlier, stamped later", Sample(4.9, 101 * SECOND, 6), 102, False, ["out-of-order"]),
    ("another value at the same time", Sample(4.9, 100 * SECOND, 8), 101, False, ["out-of-order"]),
    ("after two that were lost", Sample(5.1, 103 * SECOND, 10), 103, True, ["lost"]),
    ("late after one that was lost", Sample(5.1, 102 * SECOND, 9), 115, True, ["late", "lost"]),
    ("stamped in the future", Sample(5.1, 200 * SECOND, 8), 101, False, ["clock"]),
    ("a source that does not count", Sample(5.1, 101 * SECOND), 101, True, []),
]


@pytest.mark.parametrize(("case", "sample", "now", "admitted", "kinds"), CASES, ids=[c[0] for c in CASES])
def test_the_specification(case: str, sample: Sample, now: float, admitted: bool, kinds: list[str]) -> None:
    assert after(sample, now) == (admitted, kinds)


def test_missing_values_are_duplicates_by_their_time() -> None:
    gap = Sample(math.nan, 100 * SECOND)
    assert after(gap, 101, before=gap) == (False, ["duplicate"])


def test_it_is_said_in_words() -> None:
    last, _ = admit(GLUCOSE, Last(), FIRST, 100 * SECOND)
    _, verdict = admit(GLUCOSE, last, Sample(4.9, 70 * SECOND, 6), 101 * SECOND)
    assert verdict.findings[0].text == "Glucose: a sample came after one that is 30 s younger"


SAMPLES = st.builds(
    Sample,
    st.floats(),
    st.integers(-5, 40).map(lambda second: second * SECOND),
    st.none() | st.integers(-2, 20),
)


@given(st.lists(st.tuples(SAMPLES, st.integers(0, 40)), max_size=40))
def test_admitted_samples_rise_in_time_and_none_comes_from_the_future(rows: list[tuple[Sample, int]]) -> None:
    last, newest = Last(), None
    for sample, second in rows:
        before = last
        last, verdict = admit(GLUCOSE, last, sample, second * SECOND)
        if verdict.admitted:
            assert newest is None or sample.taken > newest
            assert sample.taken <= second * SECOND + GLUCOSE.ahead
            newest = sample.taken
        else:
            assert last is before
            assert verdict.findings, "what is refused is said"


@given(st.permutations(range(8)))
def test_whatever_the_order_the_newest_sample_is_the_one_in_use(order: list[int]) -> None:
    last = Last()
    for number in order:
        last, _ = admit(GLUCOSE, last, Sample(float(number), number * SECOND), 8 * SECOND)
    assert last.sample is not None
    assert last.sample.value == 7.0
