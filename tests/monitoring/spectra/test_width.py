"""Intervals of a live calibration whose probe is wrong: by simulation, on seeds that chose nothing."""

from math import sqrt

import pytest
from tests.monitoring.spectra.disturbed import ALL, WRONG, held

from homeostat.monitoring.spectra.smoothing import begun
from homeostat.monitoring.spectra.state import HOUR, LiveState, Past
from homeostat.monitoring.spectra.transfer import Sample, correction
from homeostat.monitoring.spectra.width import STEEPEST, deviation, doubted

SHOWN = [name for name in WRONG if name not in {"gain 0.9", "gain 1.1", "bias 0, grows to 4"}]
"""What the first three samples show, whether the process rises or falls."""


@pytest.mark.parametrize("wrong", SHOWN)
def test_intervals_hold_after_three_samples_where_these_showed_what_is_wrong(wrong: str) -> None:
    for course in ("falls", "rises"):
        assert held(course, wrong, 3, processes=3)[0] >= 0.9


@pytest.mark.parametrize("wrong", ["gain 0.75", "gain 1.3", "bias 4, fades", "bias 4, grows to 8"])
def test_before_they_were_cut_to_what_stood_without_samples(wrong: str) -> None:
    """Models of edition 3 answer as they did."""
    assert held("falls", wrong, 3, edition=3, processes=3)[0] <= 0.4


@pytest.mark.parametrize("wrong", WRONG)
def test_intervals_hold_where_each_hour_tells_a_sample_and_are_narrower_for_it(wrong: str) -> None:
    share, wide = held("falls", wrong, ALL, processes=3)
    assert share >= 0.85
    if WRONG[wrong].bias or abs(WRONG[wrong].gain - 1.0) > 0.2:
        assert wide < 0.5 * held("falls", wrong, 3, processes=3)[1]


@pytest.mark.parametrize("told", [0, ALL])
def test_intervals_of_a_search_hold_laboratory_values_where_the_probe_is_sound(told: int) -> None:
    """The least of many expected errors falls below what the laboratory errs by; so did models of edition 4."""
    assert held("rises", "nothing", told, edition=4, processes=6)[0] < 0.9
    for course in ("falls", "rises"):
        assert held(course, "nothing", told, processes=6)[0] >= 0.9


def test_samples_that_agree_leave_the_interval_as_it_was() -> None:
    assert held("falls", "nothing", 3, processes=3)[1] == pytest.approx(
        held("falls", "nothing", 0, processes=3)[1], rel=0.05
    )


def _samples(*pairs: tuple[float, float]) -> list[Sample]:
    return [Sample(hour * HOUR, predicted, measured, 0.5) for hour, (predicted, measured) in enumerate(pairs)]


def _state(samples: list[Sample], noise: float = 0.5) -> LiveState:
    found = correction(samples, 20.0, noise)
    doubt = doubted(samples, found, noise)
    return LiveState(level=begun(20.0), usual=0.5, samples=tuple(samples), correction=found, doubt=doubt)


def test_doubt_grows_away_from_the_samples_and_with_the_time_since_them() -> None:
    state = _state(_samples((20.0, 16.0), (20.0, 16.0), (20.0, 16.0)))
    near, low, later = (
        deviation(state, Past(time * HOUR, value, 0.5), 0.25, 4)
        for time, value in ((2, 20.0), (2, 5.0), (8, 20.0))
    )
    assert near < low
    assert near < later
    assert low == pytest.approx(0.2 * 15.0, rel=0.1)  # 4 of 20 may be a gain


def test_what_samples_showed_is_what_they_are_off_beyond_noise_and_promise() -> None:
    samples = _samples((20.0, 16.0), (20.0, 16.0), (20.0, 16.0))
    doubt = doubted(samples, correction(samples, 20.0, 0.5), 0.5)
    assert doubt.excess == pytest.approx(16.0 - 0.25 - 0.25)
    assert doubt.slope == pytest.approx(sqrt(doubt.excess) / 20.0)
    assert doubt.about == 20.0
    agreeing = _samples((20.0, 20.2), (18.0, 17.8), (16.0, 16.1))
    told = correction(agreeing, 20.0, 0.5)
    doubt = doubted(agreeing, told, 0.5)
    assert (doubt.excess, doubt.misfit, doubt.slope, doubt.wide) == (0.0, 0.0, 0.0, told)
    assert doubted(_samples((0.0, 4.0)), told, 0.5).slope == STEEPEST


def test_a_correction_that_no_longer_fits_widens_the_interval() -> None:
    drifting = _samples(*((20.0, 20.0) for _ in range(6)), *((20.0, 23.0) for _ in range(3)))
    state = _state(drifting)
    assert state.doubt is not None
    assert state.doubt.misfit == pytest.approx((23.0 - state.correction.applied(20.0)) ** 2 - 0.25 / 3.0)
    assert deviation(state, Past(8 * HOUR, 20.0, 0.5), 0.25, 4) ** 2 > state.doubt.misfit
