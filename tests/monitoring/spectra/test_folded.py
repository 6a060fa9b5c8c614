"""The quick way through a calibration gives what the plain steps give, for every chain that can be folded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.monitoring.spectra.made_up import AXIS, samples

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Step
from homeostat.monitoring.spectra import (
    EMSC,
    MSC,
    SNV,
    Cut,
    Detrend,
    Folded,
    LinearBaseline,
    NorrisWilliams,
    PiecewiseStandardisation,
    Resample,
    SavitzkyGolay,
)
from homeostat.monitoring.spectra.learning import calibrate

EQUAL = 1e-9
SAMPLES = samples()
CUT = Cut(start=5, stop=105)
MEAN = SAMPLES.spectra.mean(axis=0)
DERIVED = SavitzkyGolay.of(7, 2, 1)

CHAINS: dict[str, tuple[Step, ...]] = {
    "nothing": (),
    "linear": (CUT, Detrend.of_order(2, 100), DERIVED),
    "ends": (CUT, LinearBaseline(), NorrisWilliams.of(5, 3)),
    "SNV first": (SNV(), DERIVED, CUT),
    "SNV last": (CUT, DERIVED, SNV()),
    "SNV between": (CUT, DERIVED, SNV(), SavitzkyGolay.of(5, 2)),
    "MSC": (MSC.against(MEAN), CUT, DERIVED),
    "EMSC": (CUT, EMSC.against(MEAN[5:105], 2), DERIVED),
    "MSC after a derivative": (DERIVED, MSC.against(DERIVED.apply(MEAN[None])[0])),
    "standardised": (PiecewiseStandardisation.between(1.1 * SAMPLES.spectra, SAMPLES.spectra, 3), CUT, SNV()),
    "resampled": (Resample.onto(np.linspace(910.0, 1490.0, 90), AXIS), DERIVED, SNV()),
}


@pytest.mark.parametrize("chain", list(CHAINS))
def test_values_and_leverages_are_those_of_the_plain_steps(chain: str) -> None:
    calibration = calibrate(SAMPLES, CHAINS[chain], 3)
    folded, plain = Folded.of(calibration), calibration.read(SAMPLES.spectra)
    quick = [folded.read(spectrum, 2.0) for spectrum in SAMPLES.spectra]
    np.testing.assert_allclose([one.value for one in quick], plain.value, rtol=0.0, atol=EQUAL)
    np.testing.assert_allclose([one.leverage for one in quick], plain.leverage, rtol=0.0, atol=EQUAL)


@settings(max_examples=25)
@given(length=st.floats(0.2, 5.0), offset=st.floats(-3.0, 3.0))
def test_scatter_is_taken_away_on_the_quick_way_too(length: float, offset: float) -> None:
    folded = Folded.of(calibrate(SAMPLES, CHAINS["SNV first"], 3))
    spectrum = SAMPLES.spectra[0]
    there, here = folded.read(length * spectrum + offset, 1.0), folded.read(spectrum, 1.0)
    assert there.value == pytest.approx(here.value, abs=1e-8)


def test_the_interval_is_that_of_a_spectrum_like_the_calibrations() -> None:
    calibration = calibrate(SAMPLES, CHAINS["linear"], 3)
    told = Folded.of(calibration).read(SAMPLES.spectra[0], 2.0)
    expected = 2.0 * np.sqrt(calibration.error * (1.0 - 4 / 24) * (told.leverage + 1.0))
    assert told.high - told.value == pytest.approx(expected)
    assert told.value - told.low == pytest.approx(expected)


def test_nan_gives_no_number() -> None:
    holed = SAMPLES.spectra[0].copy()
    holed[50] = np.nan
    for chain in ("linear", "SNV first", "EMSC"):
        assert np.isnan(Folded.of(calibrate(SAMPLES, CHAINS[chain], 3)).read(holed, 1.0).value)


def test_chains_that_cannot_be_folded_are_refused() -> None:
    with pytest.raises(MonitoringError, match="cannot be folded"):
        Folded.of(calibrate(SAMPLES, (SNV(), DERIVED, SNV()), 2))


def test_a_spectrum_of_another_length_is_refused() -> None:
    folded = Folded.of(calibrate(SAMPLES, CHAINS["SNV last"], 3))
    for spectrum in (SAMPLES.spectra[0][:-1], SAMPLES.spectra[:1], np.ones(500)):
        with pytest.raises(MonitoringError, match="points, the calibration"):
            folded.read(spectrum, 1.0)


def test_whole_numbers_and_views_are_read_as_well() -> None:
    folded = Folded.of(calibrate(SAMPLES, CHAINS["SNV last"], 3))
    counts = np.round(1000.0 * SAMPLES.spectra[0])
    plain = folded.read(counts, 1.0)
    assert folded.read(counts.astype(np.int64), 1.0) == plain
    assert folded.read(np.repeat(counts, 2)[::2], 1.0) == plain


def test_a_spectrum_that_stands_far_above_its_own_changes_keeps_its_digits() -> None:
    calibration = calibrate(SAMPLES, CHAINS["SNV first"], 3)
    lifted = SAMPLES.spectra[:4] + 1e5
    quick = [Folded.of(calibration).read(one, 1.0).value for one in lifted]
    np.testing.assert_allclose(quick, calibration.read(lifted).value, rtol=0.0, atol=1e-5)
