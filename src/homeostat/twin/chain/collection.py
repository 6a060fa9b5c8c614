"""The first two steps: collecting mononuclear cells from the patient, and selecting the T cells."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.chain.handling import draw_off, pour_in, recover
from homeostat.twin.chain.material import SOLUTES, SUBSETS, Amounts, Material, share
from homeostat.twin.chain.step import Change, Step, require_fractions
from homeostat.twin.chain.uncertain import Array, Uncertain


@dataclass(frozen=True)
class Apheresis(Step):
    """Leukapheresis: the bag begins with the patient's mononuclear cells."""

    title: ClassVar[str] = "Apheresis"
    law: ClassVar[str] = (
        "viable CD3+ cells, and the others by their share; dead = viable (1 - viability) / viability"
    )

    t_cells: Uncertain
    t_share: Uncertain
    cd4_share: Uncertain
    viability: Uncertain
    memory: Uncertain
    volume: Uncertain
    weight: Uncertain

    def __post_init__(self) -> None:
        require_fractions(self, "t_share", "cd4_share", "viability", "memory")
        if self.parameters["t_share"].low <= 0.0 or self.parameters["viability"].low <= 0.0:
            raise TwinError(
                "a share of T cells or a viability of 0 has no bag", where=self.name, mend="give low > 0"
            )

    def apply(self, material: Material, draws: Mapping[str, Array]) -> Change:
        """Fill the bags of `material`, which must be empty."""
        if material.volume.any() or material.viable.any():
            raise TwinError(
                "collection begins with an empty bag", where=self.name, mend="make it the first step"
            )
        t_cells, cd4, viability = draws["t_cells"], draws["cd4_share"], draws["viability"]
        others = t_cells * (1.0 - draws["t_share"]) / draws["t_share"]
        viable = np.stack([t_cells * cd4, t_cells * (1.0 - cd4), others], axis=1)
        bag = replace(
            material,
            volume=draws["volume"],
            viable=viable,
            dead=viable * ((1.0 - viability) / viability)[:, None],
            memory=draws["memory"],
            weight=draws["weight"],
        )
        return Change(bag, bag.amounts, Amounts.nothing(material.patients))


@dataclass(frozen=True)
class Selection(Step):
    """Positive magnetic selection: the wanted subsets are kept with a recovery, others by what purity lets through."""

    title: ClassVar[str] = "Selection"
    law: ClassVar[str] = (
        "wanted: viable x recovery; unwanted: kept (1 - purity) / purity, at most what there was"
    )

    recovery: Uncertain
    purity: Uncertain
    dead_recovery: Uncertain
    volume: Uncertain
    wanted: tuple[str, ...] = ("CD4", "CD8")

    def __post_init__(self) -> None:
        require_fractions(self, "recovery", "purity", "dead_recovery")
        if not self.wanted or set(self.wanted) - set(SUBSETS) or self.parameters["purity"].low <= 0.0:
            raise TwinError(
                f"cannot select {self.wanted}",
                where=self.name,
                mend=f"choose of {SUBSETS}, with purity low > 0",
            )

    def apply(self, material: Material, draws: Mapping[str, Array]) -> Change:
        """Keep the wanted cells in buffer; the liquid they came in is left behind."""
        wanted = np.isin(SUBSETS, self.wanted)
        target = (material.viable * wanted).sum(axis=1) * draws["recovery"]
        unwanted = (material.viable * ~wanted).sum(axis=1)
        passing = share(target * (1.0 - draws["purity"]) / draws["purity"], unwanted)
        kept = np.where(wanted, draws["recovery"][:, None], passing[:, None])
        cells, lost = recover(material, kept, draws["dead_recovery"])
        dry, liquid = draw_off(cells, np.zeros(material.patients))
        bag, added = pour_in(dry, draws["volume"], np.zeros(len(SOLUTES)))
        return Change(bag, added, lost + liquid)
