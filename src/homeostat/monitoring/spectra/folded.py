"""The quick way through a calibration: its linear steps folded into the PLS directions beforehand.

What is left to do with a live spectrum is one product with each component, and for SNV two moments, for MSC and
EMSC one product more, in native code. Values and leverages equal the plain steps' (to rounding). The distance from the
calibration's plane is not looked at here: `Calibration.read` does that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Step
from homeostat.monitoring.spectra.calibration import Calibration
from homeostat.monitoring.spectra.derivative import Kernel
from homeostat.monitoring.spectra.linear import LinearStep
from homeostat.monitoring.spectra.native import Moments, Products
from homeostat.monitoring.spectra.scatter import EMSC, MSC, SNV
from homeostat.monitoring.spectra.sums import products

CANCELLED = 1e-4
"""A variance below this share of the mean square is taken from centred points: the difference has lost its digits."""


class Told(NamedTuple):
    """A value with its interval, and the spectrum's leverage."""

    value: float
    low: float
    high: float
    leverage: float


class _Unity:
    """No scatter correction: nothing is divided."""

    def of(self, spectrum: Array, share: float) -> float:
        """1."""
        return 1.0


class _Deviation:
    """SNV: the standard deviation of the spectrum as the steps before (`head`) leave it.

    If the last of these is a kernel, it runs in native code together with the sums.
    """

    def __init__(self, head: tuple[Step, ...], widths: Sequence[int]) -> None:
        self._head = head
        last = head[-1] if head else None
        kernel, even = (last.kernel, last.even) if isinstance(last, Kernel) else (np.ones(1), True)
        self._before = head[:-1] if isinstance(last, Kernel) else head
        self._count = widths[len(self._before)]
        self._moments = Moments(kernel, self._count, even=even)

    def of(self, spectrum: Array, share: float) -> float:
        """The deviation; `share` is not looked at."""
        total, squares = self._moments.of(_passed(self._before, spectrum).tobytes())
        mean, square = total / self._count, squares / self._count
        variance = square - mean * mean
        if not variance > CANCELLED * square:
            points = _passed(self._head, spectrum)
            centred = points - float(np.add.reduce(points)) / self._count
            variance = float(np.add.reduce(centred * centred)) / self._count
        return sqrt(variance)


class _Share:
    """MSC and EMSC: how much of the reference is in the spectrum."""

    def __init__(self, offset: float) -> None:
        self._offset = offset

    def of(self, spectrum: Array, share: float) -> float:
        """The `share` that was read, less what the steps before added."""
        return share + self._offset


def _passed(steps: Sequence[Step], spectrum: Array) -> Array:
    """A spectrum (p,) after some steps."""
    row = spectrum[None]
    for step in steps:
        row = step.apply(row)
    return np.asarray(row[0], np.float64)


@dataclass(frozen=True)
class Folded:
    """Scores are `products` with the points from `start` to `stop`, plus `inner`, over the divisor, plus `outer`; each
    adds `answers` to the value and its square over `power` to the leverage."""

    calibration: Calibration
    start: int
    stop: int
    divisor: _Unity | _Deviation | _Share
    products: Products
    terms: tuple[tuple[float, float, float, float], ...]

    @classmethod
    def of(cls, calibration: Calibration) -> "Folded":
        """Fold all steps. Raises MonitoringError when they hold two scatter corrections, or a step that is neither
        linear nor a scatter correction: such spectra are read by the plain steps."""
        head, scatter, tail = _parted(calibration.steps)
        widths = _widths(calibration)
        outer = -products(calibration.rotations, calibration.center[None])[:, 0]
        weights, more = _through(tail, widths[len(calibration.steps) - len(tail) :], calibration.rotations)
        weights, reader = _numerators(scatter, weights)
        folded, inner = _through(head, widths, np.concatenate([weights, reader]))
        count = len(calibration.answers)
        start, stop = _used(folded)
        divisor: _Unity | _Deviation | _Share = _Unity()
        if isinstance(scatter, SNV):
            divisor = _Deviation(head, widths)
        elif scatter is not None:
            divisor = _Share(float(inner[count]))
        columns = (inner[:count], outer + more, calibration.answers, calibration.power)
        terms = tuple(zip(*(column.tolist() for column in columns), strict=True))
        return cls(calibration, start, stop, divisor, Products(folded[:, start:stop]), terms)

    def read(self, spectrum: Array, quantile: float) -> Told:
        """The value of `spectrum` (p,), plus and minus `quantile` deviations of a spectrum like the calibration's.

        The deviation is that of `Calibration.read` with the usual residual. NaN gives NaN. Raises MonitoringError for
        another number of points.
        """
        points = np.asarray(spectrum, np.float64)
        if points.shape != self.calibration.wavelengths.shape:
            raise MonitoringError(
                f"the spectrum has {points.size} points, the calibration {len(self.calibration.wavelengths)}",
                mend="resample it onto the calibration's wavelengths",
            )
        found = self.products.of(points[self.start : self.stop].tobytes())
        divisor = self.divisor.of(points, found[-1] if found else 0.0)
        model = self.calibration
        value, leverage = model.intercept, 1.0 / model.rows
        for product, (inner, outer, answer, power) in zip(found, self.terms, strict=False):
            score = ((product + inner) / divisor if divisor else float("nan")) + outer
            value += score * answer
            leverage += score * score / power
        freedom = 1.0 - (len(self.terms) + 1) / model.rows
        half = quantile * sqrt(model.error * freedom * (leverage + 1.0))
        return Told(value, value - half, value + half, leverage)


def _parted(
    steps: Sequence[Step],
) -> tuple[tuple[LinearStep, ...], SNV | MSC | EMSC | None, tuple[LinearStep, ...]]:
    """The linear steps before the one scatter correction, that correction, and those after it."""
    head: list[LinearStep] = []
    scatter: SNV | MSC | EMSC | None = None
    tail: list[LinearStep] = []
    for step in steps:
        if isinstance(step, LinearStep):
            (head if scatter is None else tail).append(step)
        elif scatter is None and isinstance(step, SNV | MSC | EMSC):
            scatter = step
        else:
            raise MonitoringError(
                "these steps cannot be folded",
                where=type(step).__name__,
                mend="read spectra by the plain steps",
            )
    return tuple(head), scatter, tuple(tail)


def _widths(calibration: Calibration) -> list[int]:
    """How many points come into each step."""
    row, widths = np.zeros((1, len(calibration.wavelengths))), []
    for step in calibration.steps:
        widths.append(row.shape[1])
        row = np.zeros_like(step.apply(row))
    return widths


def _through(steps: Sequence[LinearStep], widths: Sequence[int], weights: Array) -> tuple[Array, Array]:
    """`weights` (k, q) after `steps` as weights before them, and the offsets (k,) gathered on the way."""
    offsets = np.zeros(len(weights))
    for step, width in zip(reversed(steps), reversed(widths[: len(steps)]), strict=True):
        weights, more = step.folded(weights, width)
        offsets = offsets + more
    return weights, offsets


def _numerators(scatter: SNV | MSC | EMSC | None, weights: Array) -> tuple[Array, Array]:
    """`weights` (k, q) on corrected points as those of the numerator on uncorrected ones; what reads the divisor."""
    if scatter is None:
        return weights, weights[:0]
    if isinstance(scatter, SNV):
        return weights - weights.mean(axis=1, keepdims=True), weights[:0]
    return weights - products(weights, scatter.taken) @ scatter.readers, scatter.reader


def _used(weights: Array) -> tuple[int, int]:
    """The first and one past the last point that any weight touches."""
    touched = np.flatnonzero((weights != 0.0).any(axis=0))
    return (int(touched[0]), int(touched[-1]) + 1) if len(touched) else (0, 1)
