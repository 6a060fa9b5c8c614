"""The time of one spectrum: both sides do the same work and give the same values before anything is timed."""

import numpy as np
import pytest

from homeostat.bench.watch import spectrum
from homeostat.errors import MonitoringError
from homeostat.monitoring.spectra import Folded
from homeostat.monitoring.spectra.learning import calibrate


def test_every_order_of_steps_is_timed_beside_the_rival() -> None:
    results = spectrum.measure(quick=True)
    assert len(results) == 4
    for result in results:
        assert result.unit == "µs"
        assert 0.0 < result.value.low <= result.value.median
        assert len(result.rivals) == 1


def test_values_that_differ_stop_the_benchmark() -> None:
    samples = spectrum._samples()
    calibration = calibrate(samples, spectrum._ORDERS["SNV, Savitzky-Golay"], 2)
    other = spectrum._peer("SNV").fit(samples.spectra, np.roll(samples.values, 1))
    with pytest.raises(MonitoringError, match="differ"):
        spectrum._compare("SNV", Folded.of(calibration), calibration, other, samples.spectra)
