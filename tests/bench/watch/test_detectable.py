"""What an ideal observer can tell: closed forms of the index, with and without something else to explain the signal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.bench.watch.detectable import STEP, VISIBLE, Evidence, alike, detectability, first_visible
from homeostat.monitoring.frozen import Array

HOURS = np.arange(100, dtype=np.float64)


def white(difference: Array, deviation: float = 2.0, other: Array | None = None) -> Evidence:
    """One instrument that is read every hour."""
    beside = np.zeros((len(difference), 0)) if other is None else other
    return Evidence(HOURS[: len(difference)], difference, np.full(len(difference), deviation), beside)


@given(st.integers(1, 100), st.floats(-9.0, 9.0), st.floats(0.1, 9.0))
def test_a_constant_offset_in_white_noise_adds_up_with_the_number_of_samples(
    count: int, offset: float, deviation: float
) -> None:
    found = detectability(white(np.full(count, offset), deviation), HOURS[:count])
    assert found**2 == pytest.approx(np.arange(1, count + 1) * (offset / deviation) ** 2)


def test_no_difference_is_nothing() -> None:
    same = white(np.zeros(100), other=np.ones((100, 2)))
    assert not detectability(same, HOURS).any()
    assert first_visible(same, before=100.0) is None


def test_the_index_is_that_of_the_whole_covariance() -> None:
    """Against s' C^-1 s with C = R + J J' written out, for samples of several instruments at the same times."""
    random = np.random.default_rng(7)
    time = np.sort(random.integers(0, 20, 60)).astype(np.float64)
    signal, deviation, other = (
        random.standard_normal(60),
        random.uniform(0.5, 2.0, 60),
        random.standard_normal((60, 3)),
    )
    found = detectability(Evidence(time, signal, deviation, other), np.arange(20.0))
    for moment, index in enumerate(found):
        known = time <= moment
        covariance = np.diag(deviation[known] ** 2) + other[known] @ other[known].T
        assert index**2 == pytest.approx(signal[known] @ np.linalg.solve(covariance, signal[known]))


def test_what_one_standard_deviation_of_another_donor_does_is_no_more_than_that() -> None:
    """However often it is measured: the donor may well be so."""
    effect = np.full((100, 1), 3.0)
    another_donor = white(effect[:, 0], other=effect)
    assert detectability(another_donor, HOURS)[-1] == pytest.approx(1.0, abs=0.01)
    assert detectability(alike(another_donor), HOURS)[-1] == pytest.approx(15.0)
    assert first_visible(another_donor, before=100.0) is None


@given(st.integers(0, 2**32 - 1))
def test_what_else_may_be_never_makes_a_fault_easier_to_see(seed: int) -> None:
    random = np.random.default_rng(seed)
    evidence = white(random.standard_normal(100), other=random.standard_normal((100, 4)))
    found = detectability(evidence, HOURS)
    assert (found <= detectability(alike(evidence), HOURS) + 1e-9).all()
    assert (np.diff(found) >= -1e-9).all()


def test_a_fault_is_visible_from_the_first_quarter_of_an_hour_at_which_the_index_suffices() -> None:
    begins = white(
        np.where(HOURS >= 40.0, 4.0, 0.0)
    )  # 2 standard deviations: 2 sqrt(n) >= 5 with the 7th sample
    assert VISIBLE == 5.0
    assert first_visible(begins, before=100.0) == 46.0
    late = Evidence(begins.time + 0.1, begins.difference, begins.deviation, begins.other)
    assert first_visible(late, before=100.0) == 46.0 + STEP


def test_what_is_known_only_after_the_judged_sample_does_not_count() -> None:
    after = white(np.where(HOURS >= 40.0, 90.0, 0.0))
    assert first_visible(after, before=40.0) is None
    assert first_visible(after, before=41.0) == 40.0
