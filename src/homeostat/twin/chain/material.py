"""The material that passes along the chain: what is in the bag of each of n virtual patients.

Arrays are over patients. Cells in 1e6, by subset; dissolved substances as concentrations; all else per patient.
"""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.chain.uncertain import Array

SUBSETS = ("CD4", "CD8", "other")
"""Columns of the cell counts; the last are the cells that are no T cells."""
SOLUTES = ("il2", "glucose", "lactate", "dmso")
"""Columns of the dissolved substances: IU/mL, mmol/L, mmol/L, % v/v."""
IL2, GLUCOSE, LACTATE, DMSO = range(4)


@dataclass(frozen=True)
class Amounts:
    """What is conserved: cells alive and dead by subset (n, 3), beads (n,), dissolved amounts (n, 4).

    Cells and beads in 1e6; a dissolved amount is its concentration times mL: IU, umol, umol, 0.01 mL.
    """

    cells: Array
    beads: Array
    dissolved: Array

    def __add__(self, other: Self) -> "Amounts":
        return Amounts(self.cells + other.cells, self.beads + other.beads, self.dissolved + other.dissolved)

    @staticmethod
    def nothing(n: int) -> "Amounts":
        """Return zero of everything for n patients."""
        return Amounts(np.zeros((n, len(SUBSETS))), np.zeros(n), np.zeros((n, len(SOLUTES))))


@dataclass(frozen=True)
class Material:
    """The bag of each patient between two steps."""

    volume: Array
    """(n,) mL."""
    viable: Array
    """(n, 3) 1e6 cell with an intact membrane, by subset."""
    dead: Array
    """(n, 3) 1e6 cell, by subset."""
    positive: Array
    """(n,) CAR+ fraction of the viable T cells."""
    copies: Array
    """(n,) integrated vector copies per viable T cell, CAR+ or not."""
    memory: Array
    """(n,) memory fraction (naive-like and central) of the viable T cells."""
    activated: Array
    """(n,) activated fraction of the viable T cells."""
    beads: Array
    """(n,) 1e6 activation beads."""
    dissolved: Array
    """(n, 4) concentrations in the order of `SOLUTES`."""
    iced: Array
    """(n,) fraction of the viable cells that hold intracellular ice; their fate is decided in thawing."""
    injured: Array
    """(n,) fraction of the viable cells that are injured by freezing and will die in the hours after thawing."""
    age: Array
    """(n,) h since collection."""
    weight: Array
    """(n,) kg, body weight of the patient."""
    completed: NDArray[np.bool_]
    """(n,) whether every step so far could be computed; the other patients' numbers stand where they failed."""

    @property
    def patients(self) -> int:
        """How many patients."""
        return len(self.volume)

    @property
    def t_cells(self) -> Array:
        """Viable T cells (n,) in 1e6."""
        return np.asarray(self.viable[:, 0] + self.viable[:, 1])

    @property
    def car_cells(self) -> Array:
        """Viable CAR+ T cells (n,) in 1e6."""
        return self.t_cells * self.positive

    @property
    def amounts(self) -> Amounts:
        """The conserved amounts it holds."""
        return Amounts(self.viable + self.dead, self.beads, self.dissolved * self.volume[:, None])

    def check(self, where: str) -> None:
        """Raise `TwinError` when a number is not finite or negative, or a fraction above 1."""
        for field in fields(self):
            value = np.asarray(getattr(self, field.name))
            if not (np.isfinite(value).all() and (value >= 0.0).all()):
                raise TwinError(f"{field.name} became negative or not a number", where=where)
        for name in ("positive", "memory", "activated", "iced", "injured"):
            if (getattr(self, name) > 1.0 + 1e-12).any():
                raise TwinError(f"the fraction {name} became larger than 1", where=where)

    def with_dissolved(self, column: int, concentration: Array) -> "Material":
        """Return a copy with another concentration (n,) of one substance."""
        dissolved = self.dissolved.copy()
        dissolved[:, column] = concentration
        return replace(self, dissolved=dissolved)

    @staticmethod
    def empty(n: int) -> "Material":
        """Return n empty bags."""
        zero = np.zeros(n)
        cells = np.zeros((n, len(SUBSETS)))
        return Material(
            volume=zero, viable=cells, dead=cells, positive=zero, copies=zero, memory=zero, activated=zero,
            beads=zero, dissolved=np.zeros((n, len(SOLUTES))), iced=zero, injured=zero, age=zero, weight=zero,
            completed=np.ones(n, dtype=np.bool_),
        )  # fmt: skip


def ratio(part: Array, whole: Array) -> Array:
    """Return part / whole, and 0 where there is no whole."""
    return np.divide(
        part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 0.0
    )


def share(wanted: Array, there: Array) -> Array:
    """Return the fraction of what is `there` that gives `wanted`: at most 1, and 0 where nothing is wanted."""
    return ratio(wanted, np.maximum(wanted, there))
