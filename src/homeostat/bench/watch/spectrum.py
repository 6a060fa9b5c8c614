"""How long one live spectrum of 3,000 points takes: preparation, PLS and interval; beside scikit-learn with chemotools.

Made-up spectra: 60 samples of four components' bands with offsets, lengths and noise, seeded. Two orders of preparation
are timed, because SNV before the derivative needs two moments of the raw spectrum only, and after it those of the
derivative. Both sides do the same steps, and their values are compared before anything is timed. Where chemotools is
not installed the rival is left out, and said to be.
"""

import importlib
import importlib.util
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from sklearn.cross_decomposition import PLSRegression
from sklearn.pipeline import Pipeline, make_pipeline

from homeostat.bench.absent import absent
from homeostat.bench.measuring import in_turn, seconds
from homeostat.bench.result import Result, Rival
from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Step
from homeostat.monitoring.spectra import SNV, Calibration, Folded, Live, LiveState, SavitzkyGolay
from homeostat.monitoring.spectra.learning import Samples, calibrate

POINTS = 3000
ROWS = 60
COMPONENTS = 6
BAR = 60.0
EQUAL = 1e-9
QUANTILE = 1.645


def measure(*, quick: bool) -> list[Result]:
    """CPU time per spectrum in µs, least of several rounds of many. Raises MonitoringError where values differ."""
    samples, there = _samples(), importlib.util.find_spec("chemotools") is not None
    results = [] if there else [absent("spectrum", "chemotools")]
    for name, steps in _ORDERS.items():
        calibration = calibrate(samples, steps, COMPONENTS)
        peer = _peer(name).fit(samples.spectra, samples.values) if there else None
        results += _timed(name, calibration, peer, samples, 5 if quick else 15)
    return results


_ORDERS: dict[str, tuple[Step, ...]] = {
    "SNV, Savitzky-Golay": (SNV(), SavitzkyGolay.of(15, 2, 1)),
    "Savitzky-Golay, SNV": (SavitzkyGolay.of(15, 2, 1), SNV()),
}


def _peer(name: str) -> Pipeline:
    scatter: Any = importlib.import_module("chemotools.scatter")
    slopes: Any = importlib.import_module("chemotools.derivative")
    snv = scatter.StandardNormalVariate()
    derivative = slopes.SavitzkyGolay(window_length=15, polyorder=2, deriv=1)
    order = (snv, derivative) if name.startswith("SNV") else (derivative, snv)
    return make_pipeline(*order, PLSRegression(COMPONENTS, scale=False))


def _timed(
    name: str, calibration: Calibration, peer: Pipeline | None, samples: Samples, rounds: int
) -> list[Result]:
    folded, live = Folded.of(calibration), Live.of(calibration, samples.spectra)
    spectra = samples.spectra
    _compare(name, folded, calibration, peer, spectra)
    several = list(spectra[:20])

    def quickly() -> float:
        return _each(lambda: [folded.read(one, QUANTILE) for one in several], len(several))

    def wholly() -> float:
        return _each(lambda: [live.step(LiveState(), one, 1) for one in several], len(several))

    def theirs(peer: Pipeline) -> float:
        return _each(lambda: [peer.predict(one[None]) for one in several], len(several))

    rivals = [] if peer is None else [partial(theirs, peer)]
    quick, whole, *others = in_turn(rounds, quickly, wholly, *rivals)
    there = tuple(Rival("scikit-learn and chemotools, the value alone", other, "µs") for other in others)
    what = f"spectrum: {name}, PLS {COMPONENTS}, {POINTS} points"
    return [
        Result(f"{what}: value and interval", quick, "µs", BAR, "less", there),
        Result(f"{what}: the same with guard, residual, smoothing", whole, "µs", better="less", rivals=there),
    ]


def _each(work: Callable[[], object], count: int) -> float:
    """µs of CPU time per spectrum, the least of ten."""
    return min(1e6 * seconds(work, time.process_time) / count for _ in range(10))


def _compare(
    name: str, folded: Folded, calibration: Calibration, peer: Pipeline | None, spectra: Array
) -> None:
    plain = calibration.read(spectra).value
    quick = np.array([folded.read(one, QUANTILE).value for one in spectra])
    others = [quick] if peer is None else [quick, peer.predict(spectra).ravel()]
    worst = max(float(np.abs(plain - other).max()) for other in others)
    if worst > EQUAL:
        raise MonitoringError(f"{name}: values differ by {worst:.1e}", mend="report this: it is a defect")


def _samples() -> Samples:
    random = np.random.default_rng(11)
    axis = np.linspace(400.0, 1900.0, POINTS)
    centers, widths = random.uniform(500.0, 1800.0, (4, 12)), random.uniform(8.0, 40.0, (4, 12))
    bands = np.exp(-(((axis - centers[..., None]) / widths[..., None]) ** 2)).sum(axis=1)
    amounts = random.uniform(0.0, 10.0, (ROWS, 4))
    spectra = amounts @ bands * random.uniform(0.8, 1.2, (ROWS, 1)) + random.normal(0.0, 0.5, (ROWS, 1))
    return Samples(axis, spectra + random.normal(0.0, 0.01, spectra.shape), amounts[:, 0])
