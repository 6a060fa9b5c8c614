"""What a calibration is to be made of: a range, a baseline, a derivative, a scatter correction; and a grid of these."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from homeostat.monitoring.frozen import Array, Step
from homeostat.monitoring.spectra.baseline import Detrend
from homeostat.monitoring.spectra.cut import Cut
from homeostat.monitoring.spectra.derivative import SavitzkyGolay
from homeostat.monitoring.spectra.scatter import EMSC, SNV

Scatter = Literal["none", "snv", "emsc"]
ALL_SCATTERS: tuple[Scatter, ...] = ("none", "snv", "emsc")
SCATTERS = ALL_SCATTERS[:2]
"""Those that are tried unless others are asked for."""
WINDOWS = (11, 15, 21, 31)


@dataclass(frozen=True)
class Recipe:
    """One way to prepare spectra: from `low` to `high`, less a polynomial of order `baseline` (None: none), the
    `derivative` by Savitzky-Golay over `window` points and order 2, then SNV or EMSC if `scatter` says so."""

    low: float
    high: float
    baseline: int | None
    window: int
    derivative: int
    scatter: Scatter = "none"

    def steps(self, wavelengths: Array, spectra: Array) -> tuple[Step, ...]:
        """The frozen steps for spectra at `wavelengths` (p,). Raises MonitoringError for an empty range.

        EMSC takes the mean of the calibration's `spectra` (n, p), so prepared, as its reference.
        """
        cut = Cut.between(wavelengths, self.low, self.high)
        level = () if self.baseline is None else (Detrend.of_order(self.baseline, cut.stop - cut.start),)
        before = (cut, *level, SavitzkyGolay.of(self.window, 2, self.derivative))
        if self.scatter == "none":
            return before
        return (*before, SNV() if self.scatter == "snv" else EMSC.against(_mean(before, spectra)))

    def __str__(self) -> str:
        level = "no baseline" if self.baseline is None else f"baseline of order {self.baseline}"
        return (
            f"{self.low:g}-{self.high:g}, {level}, Savitzky-Golay({self.window}, 2, {self.derivative}), "
            f"scatter {self.scatter}"
        )


def grid(
    ranges: Iterable[tuple[float, float]],
    baselines: Sequence[int | None] = (None, 1, 2, 3),
    windows: Sequence[int] = WINDOWS,
    derivatives: Sequence[int] = (0, 1, 2),
    scatters: Sequence[Scatter] = SCATTERS,
) -> tuple[Recipe, ...]:
    """Every combination, in a fixed order."""
    combinations = product(ranges, baselines, windows, derivatives, scatters)
    return tuple(
        Recipe(low, high, baseline, window, derivative, scatter)
        for (low, high), baseline, window, derivative, scatter in combinations
    )


def candidates(
    ranges: Sequence[tuple[float, float]], *, quick: bool = False, scatters: Sequence[Scatter] = SCATTERS
) -> tuple[Recipe, ...]:
    """What is tried for a live calibration in each of the `ranges`; `quick` offers fewer, in the first two."""
    if quick:
        return grid(ranges[:2], (None, 1), WINDOWS[:2], (1, 2), scatters)
    return grid(ranges, scatters=scatters)


def _mean(steps: Sequence[Step], spectra: Array) -> Array:
    """The mean (p,) of `spectra` (n, p) after the `steps`."""
    for step in steps:
        spectra = step.apply(spectra)
    mean: Array = spectra.mean(axis=0)
    return mean
