"""Activation and transduction: the T cells are woken up, and the vector brings the transgene."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from homeostat.twin.chain.handling import draw_off, kill, pour_in, take
from homeostat.twin.chain.material import Amounts, Material, share
from homeostat.twin.chain.step import Change, Step, require_fractions
from homeostat.twin.chain.uncertain import Array, Uncertain


@dataclass(frozen=True)
class Activation(Step):
    """Inoculation in fresh medium with CD3/CD28 beads; what exceeds the inoculum is kept in reserve."""

    title: ClassVar[str] = "Activation"
    law: ClassVar[str] = (
        "inoculum = min(planned, all viable T cells); beads = ratio x inoculum; no growth yet"
    )

    inoculum: Uncertain
    volume: Uncertain
    beads_per_cell: Uncertain
    activated: Uncertain
    survival: Uncertain
    il2: Uncertain
    glucose: Uncertain
    hours: Uncertain

    def __post_init__(self) -> None:
        require_fractions(self, "activated", "survival")

    def apply(self, material: Material, draws: Mapping[str, Array]) -> Change:
        """Take the inoculum into medium, add beads, and let the time pass."""
        taken, reserve = take(material, share(draws["inoculum"], material.t_cells))
        dry, liquid = draw_off(taken, np.zeros(material.patients))
        nothing = np.zeros(material.patients)
        medium = np.stack([draws["il2"], draws["glucose"], nothing, nothing], axis=1)
        culture, added = pour_in(dry, draws["volume"], medium)
        beads = draws["beads_per_cell"] * culture.t_cells
        culture = kill(replace(culture, beads=culture.beads + beads), draws["survival"])
        culture = replace(culture, activated=draws["activated"], age=culture.age + draws["hours"])
        return Change(culture, replace(added, beads=beads), reserve + liquid)


@dataclass(frozen=True)
class Transduction(Step):
    """A lentiviral vector: hits on a cell that can be hit are Poisson distributed.

    Fehse et al. 2004, Gene Ther 11:879-881. With m hits a cell on average, 1 - exp(-m) are hit, and the hit ones hold
    m / (1 - exp(-m)) copies. Only activated cells, and of them only the permissive fraction, can be hit.
    """

    title: ClassVar[str] = "Transduction"
    law: ClassVar[str] = (
        "m = MOI x efficiency; CAR+ = activated x permissive x (1 - exp(-m)); copies = ... x m"
    )

    moi: Uncertain
    efficiency: Uncertain
    permissive: Uncertain
    survival: Uncertain
    vector_volume: Uncertain
    hours: Uncertain

    def __post_init__(self) -> None:
        require_fractions(self, "permissive", "survival")

    def apply(self, material: Material, draws: Mapping[str, Array]) -> Change:
        """Add the vector; CAR+ cells of an earlier transduction stay so and may be hit again."""
        hits = draws["moi"] * draws["efficiency"]
        open_share = material.activated * draws["permissive"]
        positive = material.positive + (1.0 - material.positive) * open_share * -np.expm1(-hits)
        mixed, added = pour_in(material, draws["vector_volume"], np.zeros(4))
        survivors = kill(mixed, draws["survival"])
        bag = replace(
            survivors,
            positive=positive,
            copies=material.copies + open_share * hits,
            age=material.age + draws["hours"],
        )
        return Change(bag, added, Amounts.nothing(material.patients))
