"""How rows are prepared before a family learns from them: frozen steps, fitted to the inputs and never to the target.

In: the training rows (n, p). Out: steps, and the rows after them. Columns: gaps filled with the median, then scaled.
Spectra: a region, scatter and derivative, then centred.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from homeostat.monitoring.frozen import Array, Step
from homeostat.monitoring.frozen.steps import Autoscale, Center, Impute, Select
from homeostat.monitoring.spectra import EMSC, MSC, SNV, SavitzkyGolay

Making = Callable[[Array], Step]
"""What fits a step to rows."""
REGIONS = 6
"""Equal parts of a spectrum; a region is a run of 2 to 4 of them."""
WINDOWS = (7, 15, 31, 61)
"""Points of the Savitzky-Golay filters, as far as the spectrum is long enough."""


@dataclass(frozen=True)
class Preparation:
    """Steps in order, each fitted to what the ones before it give; `points` are the first and last (exclusive) kept."""

    name: str
    makings: tuple[Making, ...]
    points: tuple[int, int] | None = None
    claims: int = 0
    """How much is claimed of the spectra: that they scatter alike claims more than that they have a baseline."""

    def fit(self, x: Array) -> tuple[tuple[Step, ...], Array]:
        """The steps, and the rows `x` (n, p) after them; where a step leaves no finite numbers it is the last."""
        steps: list[Step] = []
        for make in self.makings:
            step = make(x)
            x = step.apply(x)
            steps.append(step)
            if not np.isfinite(x).all():
                break
        return tuple(steps), x

    def within(self, start: int, stop: int, told: str) -> "Preparation":
        """The same on the points from `start` to `stop` only."""
        chosen = tuple(range(start, stop))
        makings = (lambda x: Select(columns=np.array(chosen)), *self.makings)
        return Preparation(f"{told}, {self.name}", makings, (start, stop), self.claims)


def columns() -> Preparation:
    """For columns of different kinds: medians for gaps, then mean 0 and deviation 1."""
    return Preparation("autoscaled", (_medians, _autoscale))


def spectra(points: int) -> tuple[Preparation, ...]:
    """For spectra: scatter correction and derivatives, alone and together."""
    windows = [window for window in WINDOWS if window <= max(WINDOWS[0], points // 12)]
    found = [
        _spectral("as measured"),
        _spectral("SNV", _snv),
        _spectral("MSC", _msc),
        _spectral("EMSC", _emsc),
    ]
    for window in windows:
        found += [
            _spectral(f"1st derivative over {window}", _derivative(window, 1)),
            _spectral(f"1st derivative over {window}, SNV", _derivative(window, 1), _snv),
        ]
    found += [
        _spectral(f"2nd derivative over {window}, SNV", _derivative(window, 2), _snv)
        for window in windows
        if window > WINDOWS[0]
    ]
    return tuple(found)


def regions(preparation: Preparation, axis: Array) -> tuple[Preparation, ...]:
    """The preparation on runs of neighbouring parts of the spectrum."""
    ends = np.linspace(0, len(axis), REGIONS + 1).astype(int).tolist()
    runs = [(a, a + length) for length in (2, 3, 4) for a in range(REGIONS - length + 1)]
    return tuple(
        preparation.within(ends[a], ends[b], f"{axis[ends[a]]:g} to {axis[ends[b] - 1]:g}") for a, b in runs
    )


def _spectral(name: str, *makings: Making) -> Preparation:
    claims = sum(2 if making in SCATTER else 1 for making in makings)
    return Preparation(name, (_gaps, *makings, _center), claims=claims)


def _medians(x: Array) -> Step:
    return Impute(values=_middle(x))


def _gaps(x: Array) -> Step:
    """A gap in a spectrum is filled with the mean of the others; as a rule there is none."""
    known = ~np.isnan(x)
    sums = np.where(known, x, 0.0).sum(axis=0)
    return Impute(values=sums / np.maximum(known.sum(axis=0), 1))


def _middle(x: Array) -> Array:
    if not np.isnan(x).any():
        return np.asarray(np.median(x, axis=0), np.float64)
    empty = np.isnan(x).all(axis=0)
    return np.where(empty, 0.0, np.nanmedian(np.where(empty, 0.0, x), axis=0))


def _autoscale(x: Array) -> Step:
    mean, deviation = x.mean(axis=0), x.std(axis=0, ddof=1)
    flat = ~(deviation > 1e-12 * np.maximum(np.abs(mean), 1e-300))
    return Autoscale(mean=mean, deviation=np.where(flat, 1.0, deviation))


def _center(x: Array) -> Step:
    return Center(mean=x.mean(axis=0))


def _snv(x: Array) -> Step:
    return SNV()


def _msc(x: Array) -> Step:
    return MSC.against(x.mean(axis=0))


def _emsc(x: Array) -> Step:
    return EMSC.against(x.mean(axis=0), 2)


def _derivative(window: int, order: int) -> Making:
    def make(x: Array) -> Step:
        return SavitzkyGolay.of(window, 2, order)

    return make


SCATTER = (_snv, _msc, _emsc)
"""What divides a spectrum by its own size: right where the sample's amount varies, wrong where its matrix does."""
