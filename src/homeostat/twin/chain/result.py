"""What a run of a chain gave: the materials, and the tables of attributes a surface shows.

In: the chain and the material after each step. Out: rows of plain data: median, 5 %, 95 %, chance to meet.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeostat.twin.chain.attributes import Attribute, attribute
from homeostat.twin.chain.chain import Chain
from homeostat.twin.chain.material import Material
from homeostat.twin.chain.uncertain import Array

QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class ChainResult:
    """A run over patients `first` to `first + patients`; `materials` holds the bags after each step, in order."""

    chain: Chain
    seed: int
    first: int
    materials: tuple[Material, ...]

    @property
    def patients(self) -> int:
        """How many patients were simulated."""
        return self.materials[-1].patients

    @property
    def completed(self) -> NDArray[np.bool_]:
        """Which patients (n,) every step could be computed for."""
        return self.materials[-1].completed

    def values(self, name: str, step: str = "") -> Array:
        """Return the attribute `name` (n,) after `step` (the last one, if not given); NaN where a step failed."""
        material = self._after(step)
        values = attribute(name, self.chain.attributes).read(material)
        return np.where(material.completed, values, np.nan)

    def rows(self, step: str = "") -> list[dict[str, Any]]:
        """Return one row an attribute after `step`: median, 5 %, 95 %; specifications hold for the last step only."""
        last = not step or self.chain.index(step) == len(self.chain.steps) - 1
        return [_row(a, self.values(a.name, step), judged=last) for a in self.chain.attributes.values()]

    @property
    def in_specification(self) -> float:
        """The share of all patients whose material meets every specification; a patient that failed does not."""
        meets = self.completed.copy()
        for a in self.chain.attributes.values():
            meets &= a.meets(self.values(a.name))
        return float(meets.mean())

    def to_plain(self) -> dict[str, Any]:
        """Return everything a surface shows, as plain data that JSON can hold."""
        steps = [
            {"name": s.name, "title": s.title, "law": s.law, "rows": self.rows(s.name)}
            for s in self.chain.steps
        ]
        return {
            "chain": self.chain.name,
            "title": self.chain.title,
            "seed": self.seed,
            "first": self.first,
            "patients": self.patients,
            "failed": int(self.patients - self.completed.sum()),
            "infusion": self.rows(),
            "in_specification": self.in_specification,
            "steps": steps,
            "parameters": self.chain.table(),
        }

    def _after(self, step: str) -> Material:
        return self.materials[self.chain.index(step) if step else -1]


def _row(a: Attribute, values: Array, *, judged: bool) -> dict[str, Any]:
    known = values[~np.isnan(values)]
    low, median, high = (
        (float(q) for q in np.quantile(known, QUANTILES)) if len(known) else (None, None, None)
    )
    row: dict[str, Any] = {"attribute": a.name, "title": a.title, "unit": a.unit}
    row |= {"median": median, "p05": low, "p95": high}
    if judged and a.specified:
        row |= {
            "low": _bound(a.low),
            "high": _bound(a.high),
            "in_specification": float(a.meets(values).mean()),
        }
        row |= {"specification_source": a.source}
    return row


def _bound(value: float) -> float | None:
    return value if math.isfinite(value) else None
