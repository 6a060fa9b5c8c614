"""Spectra that are no spectra: with gaps, dead, saturated. A spectrum in; the reason to refuse it, or nothing, out."""

from typing import Literal, Self

import numpy as np
from pydantic import Field

from homeostat.monitoring.frozen import Array, Piece
from homeostat.monitoring.spectra.calibration import Calibration
from homeostat.monitoring.spectra.cut import Cut

DEAD = 0.05
"""A spectrum that spans less than this share of the calibration's flattest spectrum is dead."""
PINNED = 5
"""Neighbouring points of one and the same extreme value, beyond the calibration's own, that mean saturation."""


class Guard(Piece):
    """Looks at the points from `start` to `stop`, those the calibration uses.

    `span` is the least distance between the greatest and the least point that is not dead; `pinned` the number of
    points at an extreme above which a detector has reached its limit.
    """

    kind: Literal["spectrum-guard"] = "spectrum-guard"
    start: int = Field(ge=0)
    stop: int = Field(gt=0)
    span: float = Field(ge=0.0)
    pinned: int = Field(ge=1)

    @classmethod
    def of(cls, calibration: Calibration, spectra: Array) -> Self:
        """From the calibration's own `spectra` (n, p)."""
        first = calibration.steps[0] if calibration.steps else None
        start, stop = (first.start, first.stop) if isinstance(first, Cut) else (0, spectra.shape[1])
        used = spectra[:, start:stop]
        most = max(_at_extremes(row) for row in used)
        return cls(
            start=start, stop=stop, span=DEAD * float(np.ptp(used, axis=1).min()), pinned=most + PINNED
        )

    def reason(self, spectrum: Array) -> str:
        """Why `spectrum` (p,) cannot be used; empty when it can."""
        used = spectrum[self.start : self.stop]
        if not np.isfinite(used).all():
            return f"{int((~np.isfinite(used)).sum())} points are not finite"
        if float(np.ptp(used)) <= self.span:
            return "the spectrum is flat: the probe or the source is dead"
        if (pinned := _at_extremes(used)) > self.pinned:
            return f"{pinned} points lie at one extreme value: the detector is saturated"
        return ""


def _at_extremes(spectrum: Array) -> int:
    """How many points equal the greatest or the least one, whichever are more."""
    return max(int((spectrum == end).sum()) for end in (spectrum.max(), spectrum.min()))
