"""The time of one spectrum: both sides do the same work and give the same values before anything is timed."""

import subprocess
import sys

import numpy as np
import pytest

from homeostat.bench.watch import spectrum
from homeostat.errors import MonitoringError
from homeostat.monitoring.spectra import Folded
from homeostat.monitoring.spectra.learning import calibrate


@pytest.mark.drill
def test_every_order_of_steps_is_timed_beside_the_rival() -> None:
    results = spectrum.measure(quick=True)
    assert len(results) == 4
    for result in results:
        assert result.unit == "µs"
        assert 0.0 < result.value.low <= result.value.median
        assert len(result.rivals) == 1


def test_a_rival_that_is_not_installed_is_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chemotools", None)
    absent, *results = spectrum.measure(quick=True)
    assert absent.what == "spectrum: left out, not installed: chemotools (pip install 'homeostat[bench]')"
    assert len(results) == 4
    assert all(result.rivals == () and result.value.low > 0.0 for result in results)


PLAIN = """
import importlib, sys
for name in ("diffrax", "roadrunner", "antimony", "pydiffsol", "process_improve", "chemotools", "do_mpc"):
    sys.modules[name] = None
from homeostat.bench.watch import TOPICS
for topic in TOPICS:
    importlib.import_module(f"homeostat.bench.watch.{topic}")
"""


@pytest.mark.drill
def test_every_topic_can_be_imported_without_the_extra() -> None:
    subprocess.run([sys.executable, "-c", PLAIN], check=True)


def test_values_that_differ_stop_the_benchmark() -> None:
    samples = spectrum._samples()
    calibration = calibrate(samples, spectrum._ORDERS["SNV, Savitzky-Golay"], 2)
    other = spectrum._peer("SNV").fit(samples.spectra, np.roll(samples.values, 1))
    with pytest.raises(MonitoringError, match="differ"):
        spectrum._compare("SNV", Folded.of(calibration), calibration, other, samples.spectra)
