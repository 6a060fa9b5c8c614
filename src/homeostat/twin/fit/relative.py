"""Uncertainty as a share of the value: the one measure in which quantities of different units compare."""

import numpy as np

from homeostat.twin.fit.free import LN10, Scale
from homeostat.twin.fit.protocol import Array
from homeostat.twin.fit.result import Fit

SMALL = 0.05
"""A value on a linear scale counts as at least this share of its range, so that shares of a value near 0 stay small."""


def relative_units(fit: Fit) -> Array:
    """For each coordinate (k,), the change that multiplies or adds 100 % of the value, to first order."""
    return np.array(
        [
            1.0 / LN10 if each.scale is Scale.LOG10 else max(abs(value), SMALL * (each.upper - each.lower))
            for each, value in zip(fit.problem.free, fit.values.values(), strict=True)
        ]
    )


def relative_deviations(fit: Fit) -> dict[str, float]:
    """The standard deviation of each learnt quantity as a share of its value, by name; infinite if undetermined."""
    shares = fit.information.deviations() / relative_units(fit)
    return dict(zip(fit.problem.names, shares.tolist(), strict=True))
