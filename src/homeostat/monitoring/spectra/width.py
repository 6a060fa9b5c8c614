"""How far a live value may be off: the standard deviation that half an interval is a multiple of.

    expected error of a spectrum, smoothing; what samples showed, and how long ago -> deviation

Without samples it is what the calibration expects on the process's spectra, with the smoothing's error. At-line samples
narrow it, but only as far as they agree with that: what they showed beyond is doubt, which grows away from them.
"""

from collections.abc import Sequence
from math import sqrt

from homeostat.monitoring.spectra.state import HOUR, LiveState, Past
from homeostat.monitoring.spectra.transfer import (
    SLOPE,
    Correction,
    Doubt,
    Sample,
    correction,
    expected,
    promised,
    spread,
)

DAY = 24.0
"""Hours in which the transfer is expected to wander by as much as it was wrong at first (assumption)."""
STEEPEST = 0.5
"""The most that a gain is expected to be off: a probe that reads half, or half as much again (assumption)."""
NEWEST = 3
"""Samples whose mean residual tells whether the correction still fits: as many as a correction needs to be told from
one sample's noise (assumption)."""


def deviation(state: LiveState, now: Past, error: float, edition: int) -> float:
    """The standard deviation of what is told beside `now`; `error` is the calibration's mean squared error.

    Edition 3 lets no sample widen it, editions before let each; from edition 4 on it is widened by what samples showed
    beyond what was expected, and by no more.
    """
    smoothed = 0.0 if state.level is None else state.level.variance
    alone = state.usual * state.usual + smoothed
    if not state.samples:
        return sqrt(alone)
    own, wandered = error + smoothed, _wandered(state, now)
    doubt = state.doubt
    if doubt is None:
        found = spread(state.correction, now.value, own, wandered)
        return min(found, sqrt(alone)) if edition == 3 else found
    away = doubt.slope * (now.value - doubt.about)
    off = doubt.wide.applied(now.value) - state.correction.applied(now.value)
    found = spread(doubt.wide, now.value, own + doubt.misfit + off * off, wandered)
    return min(found, sqrt(alone + doubt.excess + doubt.misfit + away * away))


def _wandered(state: LiveState, now: Past) -> float:
    """The variance of what has come since the last sample: in a day, as much as samples were off at all."""
    hours = (now.time - state.samples[-1].time) / HOUR
    return expected(state.samples, 0.0) * min(1.0, max(0.0, hours) / DAY)


def doubted(samples: Sequence[Sample], told: Correction, noise: float) -> Doubt:
    """What `samples` (by time) showed beyond what was expected of them, and beyond the correction that is `told`.

    `noise` is the standard deviation of a measured difference. What they are off by more than the calibration expects
    may be a bias or a gain: of a gain beside their mean, as much as explains it.
    """
    excess = max(0.0, expected(samples, noise) - promised(samples))
    about = sum(sample.predicted for sample in samples) / len(samples)
    seen = sqrt(excess)
    slope = seen / abs(about) if seen < STEEPEST * abs(about) else STEEPEST if seen > 0.0 else 0.0
    wide = told if slope <= SLOPE else correction(samples, about, noise, slope)
    return Doubt(excess, _misfit(samples, told, noise), slope, about, wide)


def _misfit(samples: Sequence[Sample], told: Correction, noise: float) -> float:
    """The variance by which the newest samples lie off the correction to one side, less the noise's."""
    newest = samples[-NEWEST:]
    if len(newest) < NEWEST:
        return 0.0
    off = sum(sample.measured - told.applied(sample.predicted) for sample in newest) / NEWEST
    return max(0.0, off * off - noise * noise / NEWEST)
