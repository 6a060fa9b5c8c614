"""A process followed as it ran: the scan's own steps, results known when they are told, and nothing known before."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from tests.monitoring.spectra.test_live import HOUR, LIVE, MINUTE, TRUSTING, process

from homeostat.monitoring.spectra import Drawn, LiveState, follow
from homeostat.monitoring.spectra.live import WAITS

Array = NDArray[np.float64]
AMOUNTS, SPECTRA = process(60)
TAKEN = [(number * MINUTE, spectrum) for number, spectrum in enumerate(SPECTRA)]


def test_it_is_the_scan_step_by_step_with_a_result_told_between_two_of_them() -> None:
    state, wanted = LiveState(), []
    for time, spectrum in TAKEN:
        if time == 30 * MINUTE:
            state = TRUSTING.at_line(state, 10 * MINUTE, 33.0)
        told, state = TRUSTING.step(state, spectrum, time)
        wanted.append(told)
    found = follow(TRUSTING, TAKEN, [Drawn(10 * MINUTE, 33.0, 30 * MINUTE)])
    assert found.told == tuple(wanted)
    assert not found.unused


def test_later_spectra_and_results_change_nothing_before_them() -> None:
    sample = Drawn(10 * MINUTE, 33.0, 40 * MINUTE)
    short, long = follow(TRUSTING, TAKEN[:40]), follow(TRUSTING, TAKEN, [sample])
    assert long.told[:40] == short.told
    assert long.told[40:] != follow(TRUSTING, TAKEN).told[40:]


def test_what_is_never_told_corrects_nothing_and_stands_beside_the_newest_value() -> None:
    drawn = [Drawn(5 * MINUTE + 1, 99.0), Drawn(59 * MINUTE, 99.0)]
    found = follow(LIVE, TAKEN, drawn)
    assert found.told == follow(LIVE, TAKEN).told
    assert found.standing == (found.told[5], found.told[59])


def test_a_result_told_at_once_corrects_the_values_after_that_of_its_own_time() -> None:
    plain, found = follow(TRUSTING, TAKEN), follow(TRUSTING, TAKEN, [Drawn(20 * MINUTE, 60.0, 20 * MINUTE)])
    assert found.told[:21] == plain.told[:21]
    assert found.told[21].value is not None
    assert plain.told[21].value is not None
    assert found.told[21].value > plain.told[21].value + 1.0


def test_a_sample_has_no_value_before_the_first_spectrum_and_none_that_is_too_old() -> None:
    late = [(time + HOUR, spectrum) for time, spectrum in TAKEN[:3]]
    drawn = [Drawn(0, 30.0), Drawn(HOUR + 2 * MINUTE + LIVE.nearest, 30.0), Drawn(3 * HOUR, 30.0)]
    found = follow(LIVE, late, drawn)
    assert found.standing == (None, found.told[2], None)


def test_a_result_without_a_spectrum_near_it_is_told_to_correct_nothing() -> None:
    found = follow(LIVE, TAKEN, [Drawn(-HOUR, 30.0, 0), Drawn(-HOUR, 30.0, 5 * MINUTE)])
    assert found.told == follow(LIVE, TAKEN).told
    assert set(found.unused) == {0, 1}
    assert "no spectrum was taken near" in found.unused[0]


def test_a_spectrum_that_is_refused_leaves_the_one_before_standing() -> None:
    gap = SPECTRA[7].copy()
    gap[50] = np.nan
    taken = [*TAKEN[:7], (7 * MINUTE, gap)]
    found = follow(LIVE, taken, [Drawn(7 * MINUTE, 30.0)])
    assert found.told[7].value is None
    assert found.standing == (found.told[6],)


def test_a_result_beside_refused_spectra_is_not_told_to_have_none_near_it() -> None:
    gaps = np.where(np.arange(SPECTRA.shape[1]) == 50, np.nan, SPECTRA)
    taken = [(number * MINUTE, spectrum) for number, spectrum in enumerate(gaps[:20])]
    found = follow(LIVE, taken, [Drawn(10 * MINUTE, 30.0, 12 * MINUTE), Drawn(-HOUR, 30.0, 13 * MINUTE)])
    assert found.unused[0] == "the spectra taken near the time of sampling were refused"
    assert "no spectrum was taken near" in found.unused[1]


def test_times_that_do_not_rise_are_refused_one_by_one() -> None:
    taken = [TAKEN[0], TAKEN[2], TAKEN[1], TAKEN[2], TAKEN[3]]
    found = follow(LIVE, taken)
    assert [one.value is None for one in found.told] == [False, False, True, True, False]
    kept = follow(LIVE, [TAKEN[0], TAKEN[2], TAKEN[3]])
    assert [replace(one) for one in found.told if one.value is not None] == list(kept.told)


def test_a_result_that_comes_after_the_last_spectrum_is_told_to_correct_nothing() -> None:
    found = follow(LIVE, TAKEN, [Drawn(10 * MINUTE, 28.0, 999 * HOUR)])
    assert found.told == follow(LIVE, TAKEN).told
    assert found.unused == {0: "it came after the last spectrum"}


def test_a_far_result_is_told_unused_until_the_next_agrees() -> None:
    typed, honest = Drawn(10 * MINUTE, 999.0, 10 * MINUTE), float(AMOUNTS[30])
    alone = follow(LIVE, TAKEN, [typed, Drawn(30 * MINUTE, honest, 30 * MINUTE)])
    plain = follow(LIVE, TAKEN).told
    assert alone.told[:11] == plain[:11]
    assert [one.value for one in alone.told[:31]] == [one.value for one in plain[:31]]
    assert {one.reason for one in alone.told[11:31]} == {WAITS}
    assert "more than 3 half-widths off what stood" in alone.unused[0]
    assert (set(alone.unused), alone.waited) == ({0}, frozenset())
    shifted = [Drawn(place * MINUTE, float(AMOUNTS[place]) + 5.0, place * MINUTE) for place in (10, 30)]
    both = follow(LIVE, TAKEN, shifted)
    assert (both.unused, both.waited) == ({}, frozenset({0}))
    assert both.told[31].value is not None
    assert abs(both.told[31].value - float(AMOUNTS[31]) - 5.0) < 1.0


def test_a_result_that_is_told_again_is_told_to_be_known() -> None:
    once = Drawn(10 * MINUTE, float(AMOUNTS[10]), 12 * MINUTE)
    found = follow(LIVE, TAKEN, [once, replace(once, told=14 * MINUTE)])
    assert found.told == follow(LIVE, TAKEN, [once]).told
    assert found.unused == {1: "the same result of the same moment is known already"}
