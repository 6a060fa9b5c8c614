"""How wide a window piecewise standardisation takes, found by leaving standards out.

the same samples here and there -> each window -> error on standards left out -> PiecewiseStandardisation
"""

from dataclasses import dataclass

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.spectra.standardise import PiecewiseStandardisation

WINDOWS = ((1, 1), (2, 1), (5, 2), (12, 2), (25, 2))
"""Half widths in points, and the components of the local models."""
FOLDS = 4
FEWEST = 4
"""Standards from which on some can be left out."""


@dataclass(frozen=True)
class Standardised:
    """The `step`, its half width, and the root mean square difference of standards left out, with it and `without`."""

    step: PiecewiseStandardisation
    half_window: int
    error: float
    without: float


def standardise(here: Array, there: Array) -> Standardised:
    """From spectra `here` (n, p) of standards to those of the same samples `there` (n, p).

    Raises MonitoringError where they are too few, or do not belong together.
    """
    if here.shape != there.shape or len(here) < FEWEST:
        raise MonitoringError(
            f"{len(here)} spectra of standards here and {len(there)} there give no standardisation",
            mend=f"give the same samples on both sides, {FEWEST} or more",
        )
    errors = [_left_out(here, there, *window) for window in WINDOWS]
    best = int(np.argmin(errors))
    step = PiecewiseStandardisation.between(here, there, *WINDOWS[best])
    return Standardised(step, WINDOWS[best][0], errors[best], _rms(here - there))


def _left_out(here: Array, there: Array, half_window: int, components: int) -> float:
    numbers = np.arange(len(here)) % FOLDS
    apart = np.empty(here.shape)
    for fold in range(FOLDS):
        out, kept = numbers == fold, numbers != fold
        if int(kept.sum()) <= components:
            return float("inf")
        step = PiecewiseStandardisation.between(here[kept], there[kept], half_window, components)
        apart[out] = step.apply(here[out]) - there[out]
    return _rms(apart)


def _rms(apart: Array) -> float:
    return float(np.sqrt(np.mean(apart**2)))
