"""Smoothing and derivatives by a kernel that runs over the points; beyond its ends a spectrum stays as it is there."""

from functools import cached_property
from typing import Literal, Self

import numpy as np
from pydantic import model_validator

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Vector
from homeostat.monitoring.spectra.linear import LinearStep


class Kernel(LinearStep):
    """Each point becomes the sum of its neighbours times `kernel` (w,).

    The kernel has a middle, and is even or odd about it: neighbours at one distance are taken together.
    """

    kernel: Vector

    @model_validator(mode="after")
    def _has_a_middle(self) -> Self:
        mirrored = self.kernel[::-1]
        if len(self.kernel) % 2 == 0 or not (
            np.array_equal(self.kernel, mirrored) or np.array_equal(self.kernel, -mirrored)
        ):
            raise ValueError("a kernel has an odd number of points, and is even or odd about the middle one")
        return self

    def apply(self, x: Array) -> Array:
        """Filtered spectra (n, p)."""
        half, points = len(self.kernel) // 2, x.shape[1]
        padded = np.empty((len(x), points + 2 * half))
        padded[:, half : half + points] = x
        padded[:, :half] = x[:, :1]
        padded[:, half + points :] = x[:, -1:]
        return self._filtered(padded, points) if len(x) != 1 else self._filtered(padded[0], points)[None]

    def _filtered(self, padded: Array, points: int) -> Array:
        """The same on padded rows, or on a single one: fewer dimensions are quicker."""
        last = len(self.kernel) - 1
        middle = padded[..., last // 2 : last // 2 + points]
        filtered: Array = middle * self.kernel[last // 2] if self.even else np.zeros(middle.shape)
        part, pair = np.empty(middle.shape), np.add if self.even else np.subtract
        for shift, factor in self._pairs:
            pair(padded[..., last - shift : last - shift + points], padded[..., shift : shift + points], part)
            np.multiply(part, factor, part)
            np.add(filtered, part, filtered)
        return filtered

    def folded(self, weights: Array, width: int) -> tuple[Array, Array]:
        """The kernel's transpose; what falls beyond the ends comes to lie on them."""
        half = len(self.kernel) // 2
        padded = np.zeros((len(weights), width + 2 * half))
        for shift, factor in enumerate(self.kernel.tolist()):
            padded[:, shift : shift + width] += factor * weights
        whole = padded[:, half : half + width].copy()
        whole[:, 0] += padded[:, :half].sum(axis=1)
        whole[:, -1] += padded[:, half + width :].sum(axis=1)
        return whole, np.zeros(len(weights))

    @cached_property
    def even(self) -> bool:
        """Whether neighbours at one distance count alike, and not against each other."""
        return bool(np.array_equal(self.kernel, self.kernel[::-1]))

    @cached_property
    def _pairs(self) -> list[tuple[int, Array]]:
        """Index of the earlier point and factor of the later one, of each pair of neighbours."""
        last = len(self.kernel) - 1
        return [(shift, np.array(self.kernel[last - shift])) for shift in range(len(self.kernel) // 2)]


def _symmetric(kernel: Array, even: bool) -> Array:
    """A kernel whose symmetry is exact: what it is but for rounding."""
    mirrored = kernel[::-1] if even else -kernel[::-1]
    return np.asarray((kernel + mirrored) / 2.0)


class SavitzkyGolay(Kernel):
    """The value or derivative of a local least-squares polynomial (Savitzky & Golay 1964)."""

    kind: Literal["savitzky-golay"] = "savitzky-golay"

    @classmethod
    def of(cls, window: int, order: int, derivative: int = 0) -> Self:
        """Polynomials of `order` over `window` points (odd); the derivative is a point's, not a wavelength's.

        Equal to chemotools' SavitzkyGolay with its mode "nearest". Raises MonitoringError for an impossible kernel.
        """
        if window % 2 == 0 or not 0 <= derivative <= order < window:
            raise MonitoringError(
                f"no Savitzky-Golay filter has window {window}, order {order} and derivative {derivative}",
                mend="take an odd window above the order, and an order not below the derivative",
            )
        from scipy.signal import savgol_coeffs

        kernel = savgol_coeffs(window, order, derivative, use="dot")
        return cls(kernel=_symmetric(kernel, derivative % 2 == 0))


class NorrisWilliams(Kernel):
    """The difference across a gap of locally averaged points (Norris & Williams 1984)."""

    kind: Literal["norris-williams"] = "norris-williams"

    @classmethod
    def of(cls, window: int, gap: int, derivative: Literal[1, 2] = 1) -> Self:
        """Means of `window` points, `gap` points apart from first to last, as chemotools' NorrisWilliams counts.

        Raises MonitoringError when the kernel's length is even, which would shift the spectrum by half a point.
        """
        if window < 1 or gap < 2 or (window + gap) % 2:
            raise MonitoringError(
                f"no gap derivative has window {window} and gap {gap}",
                mend="take window and gap both odd or both even, and a gap of at least 2",
            )
        difference = np.zeros(gap)
        difference[0], difference[-1] = (1.0, -1.0) if derivative == 1 else (1.0, 1.0)
        if derivative == 2:
            difference[(gap - 1) // 2] -= 2.0
        kernel = np.convolve(np.ones(window) / window, difference / gap)[::-1]
        if derivative == 2 and gap % 2 == 0:
            raise MonitoringError(
                f"a second derivative has no middle point in a gap of {gap}",
                mend="take an odd gap and window",
            )
        return cls(kernel=_symmetric(kernel, derivative == 2))
