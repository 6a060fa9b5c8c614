"""Wavelengths: what a spectrum's points stand for; a spectrum from another grid brought onto the calibration's."""

from typing import Literal, Self

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Integers, Vector
from homeostat.monitoring.spectra.linear import LinearStep

COARSER = 2.0
"""By how much a spectrum's grid may be coarser than the calibration's, anywhere, and still be interpolated."""


class Resample(LinearStep):
    """Linear interpolation onto other wavelengths: between point `left` and the next, `share` (q,) of the way."""

    kind: Literal["resample"] = "resample"
    left: Integers
    share: Vector

    @classmethod
    def onto(cls, wanted: Array, found: Array) -> Self:
        """From the grid `found` (p,) to the calibration's `wanted` (q,), each rising or falling throughout.

        Raises MonitoringError when a grid is unsorted or not finite, when `found` does not reach as far as `wanted`,
        or when it leaves a gap that holds more than twice what lies between two wanted points: nothing is
        extrapolated, and no band is made up across a gap.
        """
        falling = checked(found)[0] > found[-1]
        order = np.arange(len(found))[::-1] if falling else np.arange(len(found))
        grid = found[order]
        _covered(checked(wanted), grid)
        left = np.clip(np.searchsorted(grid, wanted, side="right") - 1, 0, len(grid) - 2)
        share = (wanted - grid[left]) / (grid[left + 1] - grid[left])
        if falling:
            left, share = len(grid) - 2 - left, 1.0 - share
        return cls(left=left, share=share)

    def apply(self, x: Array) -> Array:
        """Spectra (n, q) on the wanted wavelengths."""
        if x.shape[1] <= int(self.left.max()) + 1:
            raise MonitoringError(
                f"a spectrum of {x.shape[1]} points is too short for its wavelengths",
                mend="give spectra with the wavelengths that the resampling was made for",
            )
        return (1.0 - self.share) * x[:, self.left] + self.share * x[:, self.left + 1]

    def back(self, x: Array, parts: Array) -> Array:
        """Each contribution is shared by the two points that its point lies between, by their weights."""
        return self.folded(parts, x.shape[1])[0]

    def folded(self, weights: Array, width: int) -> tuple[Array, Array]:
        """Each weight is shared by the two points that its point lies between."""
        whole = np.zeros((len(weights), width))
        for row, weight in zip(whole, weights, strict=True):
            np.add.at(row, self.left, (1.0 - self.share) * weight)
            np.add.at(row, self.left + 1, self.share * weight)
        return whole, np.zeros(len(weights))


def checked(axis: Array) -> Array:
    """The wavelengths (p,) themselves. Raises MonitoringError unless they are finite and rise or fall throughout."""
    if axis.ndim != 1 or len(axis) < 2:
        raise MonitoringError(
            "a spectrum has at least two wavelengths", mend="give one wavelength for each point"
        )
    if not np.isfinite(axis).all():
        raise MonitoringError(
            f"wavelength number {int(np.argmin(np.isfinite(axis))) + 1} is not a finite number",
            mend="give every point its wavelength",
        )
    steps = np.diff(axis)
    wrong = steps * np.sign(axis[-1] - axis[0]) <= 0.0
    if wrong.any():
        at = int(np.argmax(wrong))
        raise MonitoringError(
            f"the wavelengths are not sorted: {axis[at + 1]:g} follows {axis[at]:g}",
            mend="sort the points by wavelength, and leave none in twice",
        )
    return axis


def same(wanted: Array, found: Array) -> bool:
    """Whether two grids are the same to a thousandth of the distance between two points."""
    if wanted.shape != found.shape:
        return False
    return bool(np.abs(wanted - found).max() <= 1e-3 * np.abs(np.diff(wanted)).min())


def _covered(wanted: Array, grid: Array) -> None:
    low, high = float(wanted.min()), float(wanted.max())
    if low < grid[0] or high > grid[-1]:
        raise MonitoringError(
            f"the spectrum reaches from {grid[0]:g} to {grid[-1]:g}, the calibration from {low:g} to {high:g}",
            mend="measure the whole range; wavelengths that are missing are not made up",
        )
    gaps, middles = np.diff(grid), (grid[1:] + grid[:-1]) / 2.0
    rising = wanted if wanted[0] < wanted[-1] else wanted[::-1]
    spacing = np.interp(middles, (rising[1:] + rising[:-1]) / 2.0, np.diff(rising))
    wide = (gaps > COARSER * spacing * (1.0 + 1e-9)) & (grid[1:] > low) & (grid[:-1] < high)
    if wide.any():
        at = int(np.argmax(wide))
        raise MonitoringError(
            f"the spectrum has no points between {grid[at]:g} and {grid[at + 1]:g}",
            mend="measure these wavelengths too, at no more than twice the calibration's distance",
        )
