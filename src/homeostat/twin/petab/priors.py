"""Prior densities of estimated parameters, the column `objectivePriorType` of PEtab version 1.

In: a row of the parameter table. Out: `Prior`, whose negative logarithm is a symbolic function of the coordinate.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import casadi as ca

from homeostat.errors import TwinError
from homeostat.twin.petab.tables import Row, to_number

TYPE, PARAMETERS = "objectivePriorType", "objectivePriorParameters"


def _normal(x: ca.SX, mean: float, deviation: float) -> ca.SX:
    return 0.5 * ((x - mean) / deviation) ** 2 + math.log(deviation * math.sqrt(2.0 * math.pi))


def _laplace(x: ca.SX, location: float, width: float) -> ca.SX:
    return ca.fabs(x - location) / width + math.log(2.0 * width)


def _uniform(x: ca.SX, low: float, high: float) -> ca.SX:
    """Constant: the bounds of the search are taken to lie within those of the prior."""
    return ca.SX(math.log(high - low))


def _of_logarithm(density: Callable[[ca.SX, float, float], ca.SX]) -> Callable[[ca.SX, float, float], ca.SX]:
    return lambda x, a, b: density(ca.log(x), a, b) + ca.log(x)


Density = Callable[[ca.SX, float, float], ca.SX]
DENSITIES: Mapping[str, tuple[Density, bool]] = {
    "uniform": (_uniform, False),
    "normal": (_normal, False),
    "laplace": (_laplace, False),
    "logNormal": (_of_logarithm(_normal), False),
    "logLaplace": (_of_logarithm(_laplace), False),
    "parameterScaleUniform": (_uniform, True),
    "parameterScaleNormal": (_normal, True),
    "parameterScaleLaplace": (_laplace, True),
}
"""The negative logarithm of each density, and whether it is one of the scaled coordinate."""


@dataclass(frozen=True)
class Prior:
    """A prior density of `kind` with its two parameters."""

    kind: str
    first: float
    second: float

    def negative_log(self, coordinate: ca.SX, value: ca.SX) -> ca.SX:
        """Return -log density at the search `coordinate` and its plain `value`."""
        density, on_scale = DENSITIES[self.kind]
        return density(coordinate if on_scale else value, self.first, self.second)


def read_prior(row: Row) -> Prior | None:
    """Return the prior of a parameter, or None where the table gives none."""
    if not row.cells.get(TYPE):
        return None
    kind = row.choice(TYPE, tuple(DENSITIES))
    numbers = [to_number(item) for item in row.items(PARAMETERS)]
    first, second = (*numbers, None, None)[:2]
    uniform = kind in ("uniform", "parameterScaleUniform")
    if len(numbers) != 2 or first is None or second is None or second <= (first if uniform else 0.0):
        raise TwinError(
            f"{kind} needs two numbers, not {row.cells.get(PARAMETERS, '')!r}",
            where=row.at(PARAMETERS),
            mend="write location;width, the width > 0, or low;high",
        )
    return Prior(kind, first, second)
