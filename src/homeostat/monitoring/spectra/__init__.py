"""Spectra: from what a probe measures to a live concentration with its interval.

    wavelengths -> axis         the calibration's grid, or a refusal
    spectrum    -> steps        cut, baseline, scatter, derivative, standardisation: frozen, foldable where linear
    samples     -> learning     a calibration: the steps and the PLS model whose predicted error on the process is least
    spectrum    -> Calibration  value, leverage, residual, expected error; `Folded` is its quick way
    spectrum    -> Live         guard, smoothing without look-ahead, correction by at-line samples, interval
    a process   -> follow       what was told of each spectrum as it came, and stood when a sample was drawn

Steps are frozen pieces (`monitoring.frozen`): the same bits on every machine, equal to chemotools' transformers.
`learning` is imported by those who calibrate: it brings scikit-learn along.
"""

from homeostat.monitoring.spectra.axis import Resample
from homeostat.monitoring.spectra.baseline import Detrend, LinearBaseline
from homeostat.monitoring.spectra.calibration import Calibration, Reading
from homeostat.monitoring.spectra.course import Course, Drawn, follow
from homeostat.monitoring.spectra.cut import Cut
from homeostat.monitoring.spectra.derivative import NorrisWilliams, SavitzkyGolay
from homeostat.monitoring.spectra.folded import Folded
from homeostat.monitoring.spectra.live import Live
from homeostat.monitoring.spectra.scatter import EMSC, MSC, SNV
from homeostat.monitoring.spectra.standardise import PiecewiseStandardisation
from homeostat.monitoring.spectra.state import LiveState, LiveValue
from homeostat.monitoring.spectra.written import dumped, restored

__all__ = [
    "EMSC",
    "MSC",
    "SNV",
    "Calibration",
    "Course",
    "Cut",
    "Detrend",
    "Drawn",
    "Folded",
    "LinearBaseline",
    "Live",
    "LiveState",
    "LiveValue",
    "NorrisWilliams",
    "PiecewiseStandardisation",
    "Reading",
    "Resample",
    "SavitzkyGolay",
    "dumped",
    "follow",
    "restored",
]
