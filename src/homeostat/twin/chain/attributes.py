"""The critical quality attributes of the material, each with its unit, specification and source.

In: a material. Out: one value a patient. The table below is what is reported after every step and at infusion.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.chain.material import DMSO, IL2, Material, ratio
from homeostat.twin.chain.uncertain import Array

DMSO_G_PER_ML = 1.1


@dataclass(frozen=True)
class Attribute:
    """One attribute: how it is read off a material, and between which bounds it must lie at infusion, if any."""

    name: str
    title: str
    unit: str
    read: Callable[[Material], Array]
    low: float = -math.inf
    high: float = math.inf
    source: str = ""

    @property
    def specified(self) -> bool:
        """Whether it has a specification."""
        return self.low > -math.inf or self.high < math.inf

    def meets(self, values: Array) -> NDArray[np.bool_]:
        """Return which of the values (n,) lie within the specification."""
        return (values >= self.low) & (values <= self.high)


def _viability(m: Material) -> Array:
    alive = m.viable.sum(axis=1)
    return 100.0 * ratio(alive, alive + m.dead.sum(axis=1))


def _beads(m: Material) -> Array:
    return 3e6 * ratio(m.beads, m.viable.sum(axis=1) + m.dead.sum(axis=1))


def _dmso_dose(m: Material) -> Array:
    return ratio(m.dissolved[:, DMSO] / 100.0 * m.volume * DMSO_G_PER_ML, m.weight)


CASTELLA = "Castella et al. 2019, Mol Ther Methods Clin Dev (PMC6319086), table 2"
ALEKSANDROVA = "assumption, after Aleksandrova et al. 2024, Front Immunol 15:1328368, table 1 (not confirmed)"

ATTRIBUTES: Mapping[str, Attribute] = MappingProxyType(
    {
        a.name: a
        for a in (
            Attribute(
                "dose",
                "Viable CAR+ T cells, the dose when infused",
                "1e6 cell",
                lambda m: m.car_cells,
                60.0,
                600.0,
                "Kymriah (tisagenlecleucel) prescribing information: adult lymphoma, 0.6 to 6.0 x 10^8",
            ),
            Attribute(
                "dose_per_kg", "Dose per body weight", "1e6 cell/kg", lambda m: ratio(m.car_cells, m.weight)
            ),
            Attribute("viability", "Viability", "%", _viability, 70.0, source=CASTELLA),
            Attribute(
                "car", "CAR+ of the viable T cells", "%", lambda m: 100.0 * m.positive, 20.0, source=CASTELLA
            ),
            Attribute(
                "purity",
                "T cells of the viable cells",
                "%",
                lambda m: 100.0 * ratio(m.t_cells, m.viable.sum(axis=1)),
                80.0,
                source=ALEKSANDROVA,
            ),
            Attribute(
                "cd4", "CD4+ of the viable T cells", "%", lambda m: 100.0 * ratio(m.viable[:, 0], m.t_cells)
            ),
            Attribute("memory", "Memory fraction of the viable T cells", "%", lambda m: 100.0 * m.memory),
            Attribute(
                "vcn",
                "Vector copies per CAR+ cell",
                "copy/cell",
                lambda m: ratio(m.copies, m.positive),
                high=5.0,
                source=f"{ALEKSANDROVA}: fewer than 5 per transduced cell",
            ),
            Attribute(
                "beads",
                "Residual beads",
                "bead per 3e6 cell",
                _beads,
                high=100.0,
                source="release criterion of 100 per 3e6 cells: Oncotarget 2016, 7:79474, table 1",
            ),
            Attribute("il2", "Residual interleukin-2", "IU/mL", lambda m: m.dissolved[:, IL2]),
            Attribute("il2_total", "Interleukin-2 in the bag", "IU", lambda m: m.amounts.dissolved[:, IL2]),
            Attribute("dmso", "DMSO", "% v/v", lambda m: m.dissolved[:, DMSO]),
            Attribute(
                "dmso_per_kg",
                "DMSO per body weight",
                "g/kg",
                _dmso_dose,
                high=1.0,
                source="1 g/kg as accepted for haematopoietic transplants: J Transl Med 2025, 23:932 (1,173 patients)",
            ),
            Attribute("volume", "Volume", "mL", lambda m: m.volume),
        )
    }
)
"""Every attribute by name; a chain may replace it by its own table."""


def attribute(name: str, table: Mapping[str, Attribute] = ATTRIBUTES) -> Attribute:
    """Return the attribute called `name`; `TwinError` when there is none."""
    if name not in table:
        raise TwinError(f"no attribute is called {name!r}", mend="choose one of: " + ", ".join(table))
    return table[name]
