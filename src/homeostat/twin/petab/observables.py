"""The PEtab observable table: formulas of what is measured and of its noise.

In: rows. Out: `Observable`s with parsed formulas. `observableParameter1_x` and `noiseParameter1_x` in them stand for
values that each measurement brings along.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.errors import TwinError
from homeostat.twin.petab.expression import Expression
from homeostat.twin.petab.mathml import parse
from homeostat.twin.petab.tables import Row, by_id

COLUMNS = ("observableId", "observableFormula", "noiseFormula")
TRANSFORMATIONS = ("lin", "log", "log10")
DISTRIBUTIONS = ("normal", "laplace")
PLACEHOLDER = re.compile(r"(observable|noise)Parameter(\d+)_(.+)")


@dataclass(frozen=True)
class Observable:
    """One observable: `formula` and `noise` (a standard deviation, or the scale of Laplace) as trees."""

    id: str
    formula: Expression
    noise: Expression
    transformation: str
    distribution: str

    def placeholders(self, kind: str) -> tuple[str, ...]:
        """Return the names of its `observable` or `noise` parameters, in the order of their numbers."""
        named = {*self.formula.names(), *self.noise.names()}
        matches = (PLACEHOLDER.fullmatch(n) for n in named)
        own = ((int(m[2]), m[0]) for m in matches if m and m[1] == kind and m[3] == self.id)
        return tuple(label for _, label in sorted(own))


def read_observables(rows: Sequence[Row]) -> dict[str, Observable]:
    """Return the observables by name."""
    return {identifier: _observable(identifier, row) for identifier, row in by_id(rows, COLUMNS[0]).items()}


def _observable(identifier: str, row: Row) -> Observable:
    transformation = row.choice("observableTransformation", TRANSFORMATIONS, "lin")
    distribution = row.choice("noiseDistribution", DISTRIBUTIONS, "normal")
    formula, noise = (parse(row.text(c), row.at(c)) for c in COLUMNS[1:])
    if identifier in formula.names():
        raise TwinError(f"{identifier!r} is defined by itself", where=row.at(COLUMNS[1]))
    return Observable(identifier, formula, noise, transformation, distribution)
