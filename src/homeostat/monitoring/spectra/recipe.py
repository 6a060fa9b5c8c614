"""What a calibration is to be made of: a range, a baseline, a derivative, a scatter correction; and a grid of these."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from homeostat.monitoring.frozen import Array, Step
from homeostat.monitoring.spectra.baseline import Detrend
from homeostat.monitoring.spectra.cut import Cut
from homeostat.monitoring.spectra.derivative import SavitzkyGolay
from homeostat.monitoring.spectra.scatter import SNV

Scatter = Literal["none", "snv"]
SCATTERS: tuple[Scatter, ...] = ("none", "snv")


@dataclass(frozen=True)
class Recipe:
    """One way to prepare spectra: from `low` to `high`, less a polynomial of order `baseline` (None: none), the
    `derivative` by Savitzky-Golay over `window` points and order 2, then SNV if `scatter` says so."""

    low: float
    high: float
    baseline: int | None
    window: int
    derivative: int
    scatter: Scatter = "none"

    def steps(self, wavelengths: Array) -> tuple[Step, ...]:
        """The frozen steps for spectra at `wavelengths` (p,). Raises MonitoringError for an empty range."""
        cut = Cut.between(wavelengths, self.low, self.high)
        level = () if self.baseline is None else (Detrend.of_order(self.baseline, cut.stop - cut.start),)
        scatter = (SNV(),) if self.scatter == "snv" else ()
        return (cut, *level, SavitzkyGolay.of(self.window, 2, self.derivative), *scatter)

    def __str__(self) -> str:
        level = "no baseline" if self.baseline is None else f"baseline of order {self.baseline}"
        return (
            f"{self.low:g}-{self.high:g}, {level}, Savitzky-Golay({self.window}, 2, {self.derivative}), "
            f"scatter {self.scatter}"
        )


def grid(
    ranges: Iterable[tuple[float, float]],
    baselines: Sequence[int | None] = (None, 1, 2, 3),
    windows: Sequence[int] = (11, 15, 21, 31),
    derivatives: Sequence[int] = (0, 1, 2),
) -> tuple[Recipe, ...]:
    """Every combination, with and without SNV, in a fixed order."""
    combinations = product(ranges, baselines, windows, derivatives, SCATTERS)
    return tuple(
        Recipe(low, high, baseline, window, derivative, scatter)
        for (low, high), baseline, window, derivative, scatter in combinations
    )
