"""Spectra that are no spectra are refused with the reason; those of the calibration never are."""

import numpy as np
import pytest
from tests.monitoring.spectra.made_up import samples

from homeostat.monitoring.spectra import Cut, SavitzkyGolay
from homeostat.monitoring.spectra.guard import Guard
from homeostat.monitoring.spectra.learning import calibrate

SAMPLES = samples()
GUARD = Guard.of(calibrate(SAMPLES, (Cut(start=10, stop=100), SavitzkyGolay.of(7, 2, 1)), 2), SAMPLES.spectra)
GOOD = SAMPLES.spectra[3]


def test_the_calibrations_spectra_pass() -> None:
    assert [GUARD.reason(spectrum) for spectrum in SAMPLES.spectra] == [""] * len(SAMPLES.spectra)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_gaps_are_told_where_they_matter(bad: float) -> None:
    holed = GOOD.copy()
    holed[[20, 21]] = bad
    assert GUARD.reason(holed) == "2 points are not finite"
    outside = GOOD.copy()
    outside[110] = bad
    assert GUARD.reason(outside) == ""


def test_a_dead_probe_is_told() -> None:
    assert "dead" in GUARD.reason(np.zeros(121))
    assert "dead" in GUARD.reason(GOOD.mean() + 0.001 * (GOOD - GOOD.mean()))


def test_saturation_is_told_at_either_end() -> None:
    assert "saturated" in GUARD.reason(np.minimum(GOOD, np.quantile(GOOD[10:100], 0.8)))
    assert "saturated" in GUARD.reason(np.maximum(GOOD, np.quantile(GOOD[10:100], 0.2)))


def test_a_calibration_without_a_cut_is_guarded_whole() -> None:
    guard = Guard.of(calibrate(SAMPLES, (SavitzkyGolay.of(7, 2, 1),), 2), SAMPLES.spectra)
    assert (guard.start, guard.stop) == (0, 121)
    assert Guard.model_validate_json(guard.model_dump_json()) == guard
