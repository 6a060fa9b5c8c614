"""From samples with reference values to a frozen calibration, and the choice among many.

    samples, steps, components           -> calibrate -> Calibration
    samples, recipes, unlabelled spectra -> choose    -> Calibration, what was tried, and how well any tells

The choice needs no reference value of the live process: it takes the recipe and size whose predicted error on the
process's own first spectra is least (`Calibration.read`, deviation). A calibration that is best on its own samples may
lean on what the live spectra do not share; its leverage and residual there tell. The least of many such numbers falls
below what laboratory values themselves err by: that is told apart from them (`repeated`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Step
from homeostat.monitoring.latent.kernel import Components, kernel_pls
from homeostat.monitoring.latent.scaling import neutral
from homeostat.monitoring.spectra.axis import checked
from homeostat.monitoring.spectra.calibration import Calibration
from homeostat.monitoring.spectra.recipe import Recipe
from homeostat.monitoring.spectra.repeated import best_without


@dataclass(frozen=True)
class Samples:
    """`spectra` (n, p) at `wavelengths` (p,), their reference `values` (n,), and the `groups` (n,) they belong to.

    Groups (batches, donors) are left out together; without them each sample is its own.
    """

    wavelengths: Array
    spectra: Array
    values: Array
    groups: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        checked(self.wavelengths)
        rows = len(self.values)
        if self.spectra.shape != (rows, len(self.wavelengths)) or len(self.groups or self.values) != rows:
            raise MonitoringError(
                f"{self.spectra.shape} spectra do not fit {rows} values at {len(self.wavelengths)} wavelengths",
                mend="give one row of points and one reference value for each sample",
            )
        if not (np.isfinite(self.spectra).all() and np.isfinite(self.values).all()):
            raise MonitoringError("a calibration sample is not finite", mend="leave out samples with gaps")
        if len(self.folds()) < 3 or float(np.ptp(self.values)) <= 0.0:
            raise MonitoringError(
                "too few samples, or all of one value, to calibrate from",
                mend="give at least three groups of samples that span the range of the process",
            )

    def folds(self) -> list[Array]:
        """For each group the mask (n,) of its samples."""
        names = np.array(self.groups if self.groups is not None else range(len(self.values)))
        return [names == name for name in dict.fromkeys(names.tolist())]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A recipe and a size, calibrated; `errors` (n,) are those of the samples, each left out with its group."""

    recipe: Recipe
    calibration: Calibration
    errors: Array


@dataclass(frozen=True)
class Tried:
    """One candidate: its cross-validated error, and its predicted error (rms) on the unlabelled spectra."""

    recipe: Recipe
    components: int
    rmsecv: float
    deviation: float


@dataclass(frozen=True)
class Choice:
    """The calibration chosen, and all that were tried, in their order.

    `errors` (n,) are those of the samples by what tells laboratory values best, chosen without their group.
    """

    calibration: Calibration
    chosen: Tried
    tried: tuple[Tried, ...]
    errors: Array


def calibrate(samples: Samples, steps: tuple[Step, ...], components: int) -> Calibration:
    """The calibration after given `steps`. Raises MonitoringError when it holds no such number of components."""
    sizes = [found for found, _ in _sizes(samples, steps, components)]
    if len(sizes) < components:
        raise MonitoringError(
            f"the samples hold {len(sizes)} components, not {components}", mend="ask for fewer components"
        )
    return sizes[-1]


def choose(samples: Samples, recipes: Sequence[Recipe], components: int, unlabelled: Array) -> Choice:
    """The recipe and size (up to `components`) with the least predicted error on `unlabelled` spectra (m, p).

    Give spectra of the live process that are at hand when the model is frozen: their concentrations are not needed.
    """
    return choose_among(trials(samples, recipes, components), samples.folds(), unlabelled)


def trials(samples: Samples, recipes: Sequence[Recipe], components: int) -> Iterator[Candidate]:
    """Each recipe with each size up to `components`."""
    for recipe in recipes:
        for found, errors in _sizes(samples, recipe.steps(samples.wavelengths, samples.spectra), components):
            yield Candidate(recipe, found, errors)


def choose_among(offered: Iterable[Candidate], folds: Sequence[Array], unlabelled: Array) -> Choice:
    """The candidate with the least predicted error on `unlabelled` spectra (m, p); `folds` are those of its samples."""
    tried: list[Tried] = []
    errors: list[Array] = []
    best: tuple[float, Calibration] | None = None
    for one in offered:
        found = one.calibration
        deviation = float(np.sqrt(np.mean(found.read(unlabelled).deviation ** 2)))
        if not np.isfinite(deviation):  # a preparation that these spectra do not bear
            continue
        tried.append(Tried(one.recipe, len(found.answers), float(np.sqrt(found.error)), deviation))
        errors.append(one.errors)
        if best is None or deviation < best[0]:
            best = deviation, found
    if best is None:
        raise MonitoringError("no candidate could be calibrated", mend="give recipes and samples that vary")
    chosen = min(tried, key=lambda one: one.deviation)
    return Choice(best[1], chosen, tuple(tried), best_without(np.array(errors), folds))


def scaled_errors(samples: Samples, found: Calibration) -> Array:
    """The errors (n,) of the samples, each judged without its group, over those that `found` expects, with their sign.

    `found` is what was learnt of the same samples.
    """
    z, size = samples.spectra, len(found.answers)
    for step in found.steps:
        z = step.apply(z)
    return _in_order(samples, _left_out(samples, z, size)[size - 1].scaled(_freedom(samples, size)))


def _in_order(samples: Samples, judged: Array) -> Array:
    """What was judged fold by fold, in the order of the samples."""
    order = np.concatenate([np.flatnonzero(fold) for fold in samples.folds()])
    found = np.empty(len(order))
    found[order] = judged
    return found


def _freedom(samples: Samples, size: int) -> float:
    return 1.0 - (size + 1) / len(samples.values)


def _sizes(samples: Samples, steps: tuple[Step, ...], components: int) -> Iterator[tuple[Calibration, Array]]:
    """Calibrations with 1, 2, ... components, judged on left-out groups, and the errors (n,) of these."""
    z = samples.spectra
    for step in steps:
        z = step.apply(z)
    whole = _fit(z, samples.values, components)
    left_out = _left_out(samples, z, whole.scores.shape[1])
    for size, judged in enumerate(left_out[: whole.scores.shape[1]], start=1):
        found = Calibration(
            wavelengths=samples.wavelengths,
            steps=steps,
            center=z.mean(axis=0),
            intercept=float(samples.values.mean()),
            rotations=whole.rotations[:, :size].T,
            loadings=whole.loadings[:, :size].T,
            answers=whole.y_loadings[0, :size],
            power=(whole.scores[:, :size] ** 2).sum(axis=0),
            rows=len(samples.values),
            error=judged.error,
            residual=judged.residual,
            ratios=np.sort(np.abs(judged.scaled(_freedom(samples, size)))),
            low=float(samples.values.min()),
            high=float(samples.values.max()),
        )
        yield found, _in_order(samples, judged.errors)


def _fit(z: Array, values: Array, components: int) -> Components:
    centred = z - z.mean(axis=0)
    size = min(components, len(z) - 1)
    return kernel_pls(centred, (values - values.mean())[:, None], size, neutral(centred))


@dataclass(frozen=True)
class _Judged:
    """How left-out samples fare with one number of components: all (n,)."""

    errors: Array
    squares: Array
    leverages: Array

    @property
    def error(self) -> float:
        """The mean squared error."""
        return float(np.mean(self.errors**2))

    @property
    def residual(self) -> float:
        """The mean squared distance from the plane."""
        return float(np.mean(self.squares))

    def scaled(self, freedom: float) -> Array:
        """Errors over what `Calibration.read` would have expected."""
        expected = self.error * freedom * (self.leverages + self.squares / self.residual)
        return self.errors / np.sqrt(expected)


def _left_out(samples: Samples, z: Array, components: int) -> list[_Judged]:
    """For each size how all samples fare, each judged without its group."""
    parts = [_judged(z, samples.values, out, components) for out in samples.folds()]
    return [_joined(same) for same in zip(*parts, strict=False)]


def _joined(parts: Sequence[_Judged]) -> _Judged:
    columns = [(part.errors, part.squares, part.leverages) for part in parts]
    return _Judged(*(np.concatenate(column) for column in zip(*columns, strict=True)))


def _judged(z: Array, values: Array, out: Array, components: int) -> list[_Judged]:
    kept = np.logical_not(out)
    found = _fit(z[kept], values[kept], components)
    rest = z[out] - z[kept].mean(axis=0)
    scores, error = rest @ found.rotations, values[kept].mean() - values[out]
    leverage = np.full(len(rest), 1.0 / int(kept.sum()))
    judged = []
    for number, loading in enumerate(found.loadings.T):
        score = scores[:, number]
        error = error + score * found.y_loadings[0, number]
        rest = rest - np.outer(score, loading)
        leverage = leverage + score**2 / float(np.sum(found.scores[:, number] ** 2))
        judged.append(_Judged(error, (rest**2).sum(axis=1), leverage))
    return judged
