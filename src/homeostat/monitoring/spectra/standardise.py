"""Spectra of one instrument, or of the live process, brought to look as if another had taken them.

Piecewise direct standardisation: Wang, Veltkamp & Kowalski 1991, Anal. Chem. 63, 2750.
"""

from typing import Literal, Self

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Matrix, Vector
from homeostat.monitoring.spectra.linear import LinearStep


class PiecewiseStandardisation(LinearStep):
    """Each point becomes a linear function of the points around it.

    `band` (p, 2 h + 1) holds what each neighbour from -h to +h counts, 0 beyond the ends; `offset` (p,) is added.
    """

    kind: Literal["piecewise-standardisation"] = "piecewise-standardisation"
    band: Matrix
    offset: Vector

    @classmethod
    def between(cls, here: Array, there: Array, half_window: int = 25, components: int = 2) -> Self:
        """From spectra `here` (n, p) to those of the same samples `there` (n, p), by local autoscaled PLS.

        Equal to chemotools' PiecewiseDirectStandardization. Raises MonitoringError when the samples are too few or
        do not belong together.
        """
        if here.shape != there.shape or not 1 <= components < len(here):
            raise MonitoringError(
                f"{components} components cannot map {len(here)} spectra to {len(there)}",
                mend="give the same samples on both sides, and more of them than components",
            )
        points = here.shape[1]
        band, offset = np.zeros((points, 2 * half_window + 1)), np.zeros(points)
        for point in range(points):
            low, high = max(0, point - half_window), min(points, point + half_window + 1)
            weights, offset[point] = _local(here[:, low:high], there[:, point], components)
            first = low - point + half_window
            band[point, first : first + high - low] = weights
        return cls(band=band, offset=offset)

    def apply(self, x: Array) -> Array:
        """Standardised spectra (n, p)."""
        points, half = x.shape[1], self.band.shape[1] // 2
        padded = np.pad(x, ((0, 0), (half, half)), mode="edge")
        mapped = np.zeros_like(x)
        for shift, factors in enumerate(self.band.T):
            mapped += factors * padded[:, shift : shift + points]
        return mapped + self.offset

    def folded(self, weights: Array, width: int) -> tuple[Array, Array]:
        """The band's transpose, and what the offsets make of the weights."""
        half = self.band.shape[1] // 2
        whole = np.zeros((len(weights), width + 2 * half))
        for shift, factors in enumerate(self.band.T):
            whole[:, shift : shift + width] += factors * weights
        return whole[:, half : half + width], (weights * self.offset).sum(axis=1)


def _local(x: Array, y: Array, components: int) -> tuple[Array, float]:
    """PLS1 of `y` (n,) on the autoscaled `x` (n, w): weights (w,) on the raw points, and the constant."""
    mean, spread = x.mean(axis=0), x.std(axis=0, ddof=1)
    spread = np.where(spread > 0.0, spread, 1.0)
    rest, target = (x - mean) / spread, y - y.mean()
    weights = np.zeros(x.shape[1])
    rotations: list[Array] = []
    loadings: list[Array] = []
    for _ in range(components):
        direction = rest.T @ target
        if not (length := float(np.sqrt(direction @ direction))) > 0.0:
            break
        direction = direction / length
        scores = rest @ direction
        power = float(scores @ scores)
        loading = rest.T @ scores / power
        for earlier, before in zip(rotations, loadings, strict=True):
            direction = direction - (before @ direction) * earlier
        rotations.append(direction)
        loadings.append(loading)
        weights += (scores @ target / power) * direction
        rest = rest - np.outer(scores, loading)
    weights = weights / spread
    return weights, float(y.mean() - mean @ weights)
