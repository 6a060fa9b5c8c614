"""After the culture: beads out, medium out, and the wanted dose into a bag with cryoprotectant."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.chain.handling import draw_off, pour_in, recover, take
from homeostat.twin.chain.material import DMSO, SOLUTES, Amounts, Material, share
from homeostat.twin.chain.step import Change, Step, require_fractions
from homeostat.twin.chain.uncertain import Array, Uncertain


@dataclass(frozen=True)
class BeadRemoval(Step):
    """Magnetic removal of the activation beads; few beads pass, and some cells stay at the magnet."""

    title: ClassVar[str] = "Bead removal"
    law: ClassVar[str] = "beads x passing; cells x recovery"

    passing: Uncertain
    recovery: Uncertain

    def __post_init__(self) -> None:
        require_fractions(self, "passing", "recovery")

    def apply(self, material: Material, draws: Mapping[str, Array]) -> Change:
        """Keep the cells that are recovered and the beads that pass."""
        bag, lost = recover(material, draws["recovery"], draws["recovery"], draws["passing"])
        return Change(bag, Amounts.nothing(material.patients), lost)


@dataclass(frozen=True)
class Wash(Step):
    """Concentration to a volume, then `cycles` of buffer exchange, each leaving a fraction of the old liquid."""

    title: ClassVar[str] = "Wash and concentration"
    law: ClassVar[str] = "dissolved x residual^cycles in the new volume; cells x recovery"

    recovery: Uncertain
    dead_recovery: Uncertain
    residual: Uncertain
    volume: Uncertain
    hours: Uncertain
    cycles: int = 3

    def __post_init__(self) -> None:
        require_fractions(self, "recovery", "dead_recovery", "residual")
        if self.cycles < 0:
            raise TwinError(f"{self.cycles} cycles cannot be made", where=self.name)

    def apply(self, material: Material, draws: Mapping[str, Array]) -> Change:
        """Draw off medium and exchange what is left against buffer."""
        cells, lost = recover(material, draws["recovery"], draws["dead_recovery"])
        bag, liquid = draw_off(cells, draws["volume"])
        left = (draws["residual"] ** self.cycles)[:, None]
        washed_out = bag.dissolved * (1.0 - left) * bag.volume[:, None]
        removed = lost + replace(liquid, dissolved=liquid.dissolved + washed_out)
        bag = replace(bag, dissolved=bag.dissolved * left, age=bag.age + draws["hours"])
        return Change(bag, Amounts.nothing(material.patients), removed)


@dataclass(frozen=True)
class Formulation(Step):
    """Samples are drawn, the planned dose is filled by a count that errs, and cryoprotectant is added.

    At most half of the filled volume is the old liquid; the rest is a cryomedium that brings DMSO to its strength.
    """

    title: ClassVar[str] = "Formulation"
    law: ClassVar[str] = (
        "share = min(1, planned CAR+ cells / (true x count error)); volume = viable cells / density"
    )

    dose: Uncertain
    count_error: Uncertain
    samples: Uncertain
    density: Uncertain
    smallest_volume: Uncertain
    dmso: Uncertain
    hours: Uncertain

    def __post_init__(self) -> None:
        require_fractions(self, "samples")
        if self.parameters["density"].low <= 0.0 or self.parameters["smallest_volume"].low <= 0.0:
            raise TwinError(
                "density and smallest volume must be positive", where=self.name, mend="give low > 0"
            )
        if self.parameters["dmso"].high > 50.0:
            raise TwinError(
                "the cryomedium, half of the bag, cannot bring more than 50 % DMSO",
                where=self.name,
                mend="declare it with high=50 or less",
            )

    def apply(self, material: Material, draws: Mapping[str, Array]) -> Change:
        """Fill one patient's bag; what is not filled goes into reserve."""
        sampled, samples = take(material, 1.0 - draws["samples"])
        counted = sampled.car_cells * draws["count_error"]
        filled, reserve = take(sampled, share(draws["dose"], counted))
        volume = np.maximum(filled.viable.sum(axis=1) / draws["density"], draws["smallest_volume"])
        spun, liquid = draw_off(filled, 0.5 * volume)
        cryomedium = np.zeros((material.patients, len(SOLUTES)))
        brought = np.maximum(draws["dmso"] * volume - spun.amounts.dissolved[:, DMSO], 0.0)
        cryomedium[:, DMSO] = brought / (volume - spun.volume)
        bag, added = pour_in(spun, volume - spun.volume, cryomedium)
        bag = replace(bag, age=bag.age + draws["hours"])
        return Change(bag, added, samples + reserve + liquid)
