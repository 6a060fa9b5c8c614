"""A frozen spectral calibration: a spectrum in; a value, how far off the calibration the spectrum is, and an error out.

    spectrum -> steps -> centred -> scores of PLS -> value
                                 -> leverage, residual -> deviation

The deviation of a new spectrum's value needs no reference value, and grows with what the calibration has never seen:
the error of left-out samples, times leverage plus residual. It has the form that The Unscrambler made usual; S. de
Vries & C. J. F. ter Braak (Chemometrics and Intelligent Laboratory Systems 30 (1995) 239-245) examine it and find it
too small in practice. So it serves to compare, and intervals scale it by what left-out samples show (`quantile`).
"""

from typing import Literal, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import AnyStep, Array, Matrix, Piece, Vector
from homeostat.monitoring.spectra.repeated import held_within
from homeostat.monitoring.spectra.sums import products, spanned, total


class Reading(NamedTuple):
    """What n spectra say, each (n,): `value` and `deviation` in the unit of the reference values.

    `leverage` is Hotelling's T² / (rows - 1), plus 1 / rows; `residual` the squared distance from the calibration's
    plane, in units of what left-out calibration spectra had.
    """

    value: Array
    leverage: Array
    residual: Array
    deviation: Array


class Calibration(Piece):
    """A PLS model of one quantity, with all that its live use needs. Frozen: JSON holds it.

    `wavelengths` (p,) of a spectrum; `steps` it passes; `center` (q,) of what comes out; `rotations` R and `loadings`
    P (a, q); `answers` (a,), what a unit of each score adds to the value; `power` (a,), the sums of squares of the
    scores. `error` is the mean squared error, `residual` the mean squared distance of left-out samples. `low` and
    `high` are the least and greatest reference value of the `rows` samples. `ratios` (rows,), sorted, are the errors of
    left-out samples over their expected errors.
    """

    kind: Literal["spectral-calibration"] = "spectral-calibration"
    wavelengths: Vector
    steps: tuple[AnyStep, ...]
    center: Vector
    intercept: float = Field(allow_inf_nan=False)
    rotations: Matrix
    loadings: Matrix
    answers: Vector
    power: Vector
    rows: int = Field(ge=3)
    error: float = Field(gt=0.0, allow_inf_nan=False)
    residual: float = Field(gt=0.0, allow_inf_nan=False)
    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)
    ratios: Vector

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        shape = (len(self.answers), len(self.center))
        if not self.rotations.shape == self.loadings.shape == shape or len(self.power) != shape[0]:
            raise ValueError("rotations, loadings, answers and powers do not have the same components")
        if len(self.power) and float(self.power.min()) <= 0.0:
            raise ValueError("every component has a positive power")
        return self

    def prepared(self, spectra: Array) -> Array:
        """Rows `spectra` (n, p) after all steps, centred: (n, q). Raises MonitoringError for another length."""
        if spectra.ndim != 2 or spectra.shape[1] != len(self.wavelengths):
            raise MonitoringError(
                f"the spectra are not rows of {len(self.wavelengths)} points",
                mend="resample them onto the calibration's wavelengths",
            )
        for step in self.steps:
            spectra = step.apply(spectra)
        return spectra - self.center

    def read(self, spectra: Array) -> Reading:
        """What rows `spectra` (n, p) say."""
        z = self.prepared(spectra)
        scores = products(z, self.rotations)
        rest = z - spanned(scores, self.loadings)
        return self.reading(scores, total(rest * rest))

    def quantile(self, coverage: float) -> float:
        """By how many deviations an interval of `coverage` reaches to either side: the ratio that enough left-out
        samples kept within (conformal, normalised by the deviation: Lei et al. 2018, section 5.2).

        The greatest ratio where the samples are too few for the coverage.
        """
        return held_within(self.ratios, coverage)

    def reading(self, scores: Array, squares: Array) -> Reading:
        """The reading of n `scores` (n, a) whose squared distances from the plane are `squares` (n,)."""
        value = self.intercept + total(scores * self.answers)
        leverage = 1.0 / self.rows + total(scores * scores / self.power)
        residual = squares / self.residual
        freedom = 1.0 - (len(self.answers) + 1) / self.rows
        return Reading(value, leverage, residual, np.sqrt(self.error * freedom * (leverage + residual)))
