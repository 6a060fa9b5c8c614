"""The PEtab parameter table: what is estimated, on which scale, between which bounds, from which nominal value.

In: rows. Out: `Parameter`s. A search moves in the coordinates of the scale ("scaled"), the model gets plain values.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.errors import TwinError
from homeostat.twin.algebra import SYMBOLS, Value
from homeostat.twin.petab.priors import Prior, read_prior
from homeostat.twin.petab.tables import Row, by_id

COLUMNS = ("parameterId", "parameterScale", "nominalValue", "estimate")
SCALES = ("lin", "log", "log10")
LN10 = math.log(10.0)


@dataclass(frozen=True)
class Parameter:
    """One row: `nominal`, `low` and `high` are plain values; bounds are NaN where nothing is estimated."""

    id: str
    scale: str
    nominal: float
    low: float
    high: float
    estimate: bool
    prior: Prior | None

    def scaled(self, value: float) -> float:
        """Return the search coordinate of a plain `value`."""
        if self.scale == "lin":
            return value
        return math.log(value) if self.scale == "log" else math.log10(value)

    def plain(self, coordinate: float) -> float:
        """Return the plain value of a search `coordinate`."""
        if self.scale == "lin":
            return coordinate
        return math.exp(coordinate) if self.scale == "log" else 10.0**coordinate


def plain(scale: str, coordinate: Value) -> Value:
    """Return the plain value, symbolic, of a search `coordinate` on `scale`."""
    if scale == "lin":
        return coordinate
    return SYMBOLS.exp(coordinate if scale == "log" else coordinate * LN10)


def read_parameters(rows: Sequence[Row]) -> dict[str, Parameter]:
    """Return the parameters by name, in the order of the table."""
    return {identifier: _parameter(identifier, row) for identifier, row in by_id(rows, COLUMNS[0]).items()}


def _parameter(identifier: str, row: Row) -> Parameter:
    scale = row.choice("parameterScale", SCALES)
    estimate = row.choice("estimate", ("0", "1", "0.0", "1.0")).startswith("1")
    if not estimate:
        return Parameter(identifier, scale, row.number("nominalValue"), math.nan, math.nan, False, None)
    low, high = row.number("lowerBound"), row.number("upperBound")
    nominal = row.number("nominalValue", math.sqrt(low * high) if scale != "lin" else 0.5 * (low + high))
    if not low < high or not math.isfinite(high - low):
        raise TwinError(
            f"the bounds {low:g} and {high:g} leave no room",
            where=row.at("lowerBound"),
            mend="give finite bounds, the lower one first",
        )
    if scale != "lin" and not (low > 0.0 and nominal > 0.0):
        raise TwinError(f"only values > 0 have a {scale} scale", where=row.at("lowerBound"), mend="use lin")
    return Parameter(identifier, scale, nominal, low, high, True, read_prior(row))
