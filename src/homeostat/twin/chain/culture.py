"""Expansion: the step that is a dynamic model, run through the ensemble engine for all patients at once.

In: the transduced culture. Out: what the model makes of it in `hours` of perfusion. What the model declares to spread
between donors are parameters of this step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.chain.material import GLUCOSE, IL2, LACTATE, Amounts, Material, ratio
from homeostat.twin.chain.step import Change, Step
from homeostat.twin.chain.uncertain import Array, Uncertain, lognormal
from homeostat.twin.declare import Group, Quantity
from homeostat.twin.engine import Ensemble, Segment
from homeostat.twin.model import Model
from homeostat.twin.models import model

NEEDED = ("viable", "dead", "activated", "transduced", "glucose", "lactate", "il2", "volume")
"""States without which a model is no model of this step; the fractions `memory` and `cd8` are used if it has them."""


@dataclass(frozen=True)
class Feeding:
    """Perfusion of `volumes` culture volumes a day, and `oxygen` per cent in the gas, from `start_h` on."""

    start_h: float
    volumes: float
    oxygen: float = 21.0


@dataclass(frozen=True)
class Expansion(Step):
    """Perfused expansion of the T cells by a shipped model; cells that are no T cells die at `other_loss`."""

    title: ClassVar[str] = "Expansion"
    law: ClassVar[str] = "the balances of the model; other cells: survival exp(-other_loss hours)"

    other_loss: Uncertain
    hours: float
    feeding: tuple[Feeding, ...]
    model: str = "t_cell_expansion"

    def __post_init__(self) -> None:
        states = self._model.signature.states.names
        missing = [name for name in NEEDED if name not in states]
        if missing:
            raise TwinError(f"{self.model} has no state {', '.join(missing)}", where=self.name)
        if not 0.0 < self.hours < np.inf:
            raise TwinError(f"{self.hours} h of expansion are none", where=self.name)
        if any(b.start_h <= a.start_h for a, b in pairwise(self.feeding)):
            raise TwinError("feedings must follow each other in time", where=self.name)

    @property
    def _model(self) -> type[Model]:
        return model(self.model)

    @property
    def parameters(self) -> Mapping[str, Uncertain]:
        """Its own, and every parameter of the model that spreads between donors."""
        spreading = [q for q in self._model.signature.parameters if q.spread > 0.0]
        return dict(super().parameters) | {q.name: _uncertain(q) for q in spreading}

    def apply(self, material: Material, draws: Mapping[str, Array]) -> Change:
        """Run the model from the density, activation and medium of each patient's culture."""
        result = _ensemble(self.model).run(
            (0.0, self.hours),
            [Segment(feeding.start_h) for feeding in self.feeding],
            states=_table(self._model.signature.states, _start(material)),
            parameters=_table(self._model.signature.parameters, draws),
            inputs=self._inputs(material.volume),
        )
        end = {name: result.values[:, -1, i] for i, name in enumerate(result.columns)}
        return self._harvest(material, end, result.sound, draws["other_loss"])

    def _inputs(self, volume: Array) -> Array:
        """Inputs (n, feedings, nu): perfusion in mL/h by the volume of each culture."""
        group = self._model.signature.inputs
        rows = [
            _table(
                group, {"perfusion": f.volumes / 24.0 * volume, "oxygen_gas": np.full(len(volume), f.oxygen)}
            )
            for f in self.feeding
        ]
        return np.stack(rows, axis=1)

    def _harvest(
        self, before: Material, end: Mapping[str, Array], good: NDArray[np.bool_], other_loss: Array
    ) -> Change:
        """Put the end of the run into the bag; where the model failed, the bag stays as it was."""
        kept = np.exp(-other_loss * self.hours)[:, None]
        viable, dead = before.viable * kept, before.dead + before.viable * (1.0 - kept)
        subsets = _subsets(before, end)
        viable[:, :2] = subsets * (end["viable"] * end["volume"])[:, None]
        dead[:, :2] = subsets * (end["dead"] * end["volume"])[:, None]
        after = replace(
            before,
            volume=end["volume"],
            viable=viable,
            dead=dead,
            positive=end["transduced"],
            activated=end["activated"],
            memory=end.get("memory", before.memory),
            age=before.age + self.hours,
        )
        for column, name in ((IL2, "il2"), (GLUCOSE, "glucose"), (LACTATE, "lactate")):
            after = after.with_dissolved(column, end[name])
        return _accounted(before, _where(good, after, before))


@lru_cache(maxsize=4)
def _ensemble(name: str) -> Ensemble:
    return Ensemble(model(name))


def _uncertain(quantity: Quantity) -> Uncertain:
    return lognormal(
        quantity.value,
        quantity.spread,
        quantity.unit,
        quantity.source or "assumption: as the model declares",
        low=max(quantity.low, 0.0),
        high=quantity.high,
    )


def _start(material: Material) -> Mapping[str, Array]:
    """The states that the culture determines, whether the model has them or not; others begin as declared."""
    dead_t = material.dead[:, 0] + material.dead[:, 1]
    return {
        "viable": ratio(material.t_cells, material.volume),
        "dead": ratio(dead_t, material.volume),
        "activated": material.activated,
        "transduced": material.positive,
        "glucose": material.dissolved[:, GLUCOSE],
        "lactate": material.dissolved[:, LACTATE],
        "il2": material.dissolved[:, IL2],
        "volume": material.volume,
        "memory": material.memory,
        "cd8": ratio(material.viable[:, 1], material.t_cells),
    }


def _table(group: Group, known: Mapping[str, Array]) -> Array:
    """Values (n, quantities) in declared order: columns of `known` by name, declared values for the rest."""
    n = len(next(iter(known.values())))
    return np.stack([known[q.name] if q.name in known else np.full(n, q.value) for q in group], axis=1)


def _subsets(before: Material, end: Mapping[str, Array]) -> Array:
    """The shares (n, 2) of CD4 and CD8 in the T cells: as the model ends, or as before where it has no such state."""
    if "cd8" in end:
        return np.stack([1.0 - end["cd8"], end["cd8"]], axis=1)
    return ratio(before.viable[:, :2], before.t_cells[:, None])


def _where(good: NDArray[np.bool_], after: Material, before: Material) -> Material:
    """Take each patient from `after` where all went well, else from `before`, marked as not completed."""
    chosen = {}
    for field in fields(Material):
        new, old = getattr(after, field.name), getattr(before, field.name)
        chosen[field.name] = np.where(good if new.ndim == 1 else good[:, None], new, old)
    return replace(Material(**chosen), completed=before.completed & good)


def _accounted(before: Material, after: Material) -> Change:
    """Book the net of growth and lysis, and of what perfusion and the cells did to the medium."""
    held, found = before.amounts, after.amounts
    cells, dissolved = found.cells - held.cells, found.dissolved - held.dissolved
    none = np.zeros(before.patients)
    return Change(
        after,
        Amounts(np.maximum(cells, 0.0), none, np.maximum(dissolved, 0.0)),
        Amounts(np.maximum(-cells, 0.0), none, np.maximum(-dissolved, 0.0)),
    )
