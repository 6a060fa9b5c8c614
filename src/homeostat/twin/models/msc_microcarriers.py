"""Mesenchymal stromal cells on microcarriers: they attach, grow until the surface is full, and spend the medium.

The shape is that of segregated growth models for such cultures (Jossen et al. 2018, Bioengineering 5:106): suspended
cells attach, attached ones grow on free surface and detach again, glucose is spent on growth and maintenance, lactate
and ammonium inhibit. Metabolism and inhibition of human cells are those of Schop et al. 2009, Tissue Engineering Part
A, doi 10.1089/ten.tea.2008.0345. Bare microcarriers added later are colonised by cells that detach and attach again, as
Verbruggen et al. 2018, Cytotechnology 70:503-512, saw of myoblasts. Oxygen is held by the vessel and not modelled.
"""

from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.declare import input, output, parameter, state
from homeostat.twin.model import Model

SCHOP = "Schop et al. 2009, human cells"


class MscMicrocarriers(Model):
    """Stromal cells on suspended microcarriers, which a filter or settling keeps where medium is exchanged.

    Microcarriers are added, and settled medium is exchanged, by jumps: `surface` rises, dissolved states are assigned.
    """

    suspended = state(0.03, "1e6 cell/mL", "suspended, single viable cell density")
    attached = state(0.0, "1e6 cell/mL", "attached cells, per volume of culture")
    dead = state(0.0, "1e6 cell/mL", "dead cell density")
    surface = state(5.0, "cm^2/mL", "microcarrier surface, per volume of culture", low=1e-3)
    glucose = state(5.6, "mmol/L", "glucose concentration")
    glutamine = state(2.0, "mmol/L", "glutamine concentration")
    lactate = state(0.5, "mmol/L", "lactate concentration")
    ammonium = state(0.1, "mmol/L", "ammonium concentration")
    volume = state(100.0, "mL", "culture volume", low=1.0)

    perfusion = input(0.0, "mL/h", "fresh medium in, microcarrier-free liquid out", low=0.0, high=200.0)
    medium = input(0.0, "mL/h", "fresh medium in", low=0.0, high=200.0)
    bleed = input(0.0, "mL/h", "culture out, microcarriers included", low=0.0, high=200.0)

    growth_max = parameter(
        0.025,
        "1/h",
        "largest specific growth rate, on free surface",
        spread=0.15,
        low=0.0,
        high=0.2,
        source="assumption: doubling in 28 h in rich medium",
    )
    density_max = parameter(
        0.05,
        "1e6 cell/cm^2",
        "attached cells on full surface",
        spread=0.15,
        low=1e-3,
        high=1.0,
        source="assumption: a confluent layer",
    )
    free_width = parameter(
        0.01, "1", "rounding of the free share of surface near none", low=1e-6, high=0.1, source="assumption"
    )
    attachment = parameter(
        0.15,
        "1/h",
        "attachment to bare surface",
        spread=0.2,
        low=0.0,
        high=10.0,
        source="assumption: half in 5 h",
    )
    detachment = parameter(
        0.001, "1/h", "detachment", spread=0.2, low=0.0, high=1.0, source="assumption: gentle stirring"
    )
    death_suspended = parameter(
        0.012, "1/h", "death of suspended cells", spread=0.2, low=0.0, high=1.0, source="assumption: anoikis"
    )
    death_attached = parameter(
        0.0008, "1/h", "death of attached cells", spread=0.2, low=0.0, high=1.0, source="assumption"
    )
    starvation = parameter(
        0.02, "1/h", "death rate of attached cells without glucose", low=0.0, high=1.0, source="assumption"
    )
    starvation_centre = parameter(
        0.1, "mmol/L", "glucose at half that rate", low=1e-3, high=20.0, source="assumption"
    )
    lysis = parameter(0.01, "1/h", "disappearance of dead cells", low=0.0, high=1.0, source="assumption")
    glucose_half = parameter(
        0.4, "mmol/L", "glucose at half growth and uptake", low=1e-3, high=50.0, source="assumption"
    )
    lactate_half = parameter(
        35.4,
        "mmol/L",
        "lactate at half growth rate",
        spread=0.1,
        low=1.0,
        high=1e3,
        source=f"{SCHOP}: growth inhibiting; assumption: halved there",
    )
    ammonium_half = parameter(
        2.4,
        "mmol/L",
        "ammonium at half growth rate",
        spread=0.1,
        low=0.1,
        high=1e3,
        source=f"{SCHOP}: growth inhibiting; assumption: halved there",
    )
    glucose_uptake = parameter(
        9.2 / 24.0,
        "pmol/(cell h)",
        "glucose taken up in full growth",
        spread=0.15,
        low=0.0,
        high=5.0,
        source=f"{SCHOP}: 9.2 pmol/(cell d)",
    )
    upkeep = parameter(
        0.4, "1", "share of that uptake without growth", spread=0.1, low=0.0, high=1.0, source="assumption"
    )
    lactate_yield = parameter(
        2.0, "mol/mol", "lactate per glucose", low=0.0, high=2.0, source=f"{SCHOP}; the carbon limit"
    )
    glutamine_uptake = parameter(
        0.06,
        "pmol/(cell h)",
        "glutamine taken up in full growth",
        spread=0.15,
        low=0.0,
        high=2.0,
        source="assumption: little, as glutamine is no important energy source (Schop et al. 2009)",
    )
    glutamine_half = parameter(
        0.1, "mmol/L", "glutamine at half uptake", low=1e-4, high=10.0, source="assumption"
    )
    glutamine_decay = parameter(
        0.004,
        "1/h",
        "breakdown of glutamine, 37 degC",
        low=0.0,
        high=0.1,
        source="assumption: half in a week",
    )
    ammonium_yield = parameter(
        1.0,
        "mol/mol",
        "ammonium per glutamine taken up",
        spread=0.1,
        low=0.0,
        high=2.0,
        source="assumption: the amide; both nitrogens are the limit",
    )
    medium_glucose = parameter(
        5.6, "mmol/L", "glucose in the medium", low=0.0, high=500.0, source="assumption: low-glucose medium"
    )
    medium_glutamine = parameter(
        2.0, "mmol/L", "glutamine in the medium", low=0.0, high=50.0, source="assumption"
    )

    confluence = output("%", "occupied share of the surface")
    viability = output("%", "viable cells of all cells")
    viable_cells = output("1e6 cell", "viable cells in the vessel")
    growth_rate = output("1/h", "specific growth rate of attached cells, before death")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Balances over the culture: what streams in dilutes, liquid out takes what is not on microcarriers."""
        washed, dilution = self.perfusion / self.volume, self.medium / self.volume
        exchange = washed + dilution
        growth, dying = self._growth(m), self._death()
        settling = self.attachment * self._free(m) * self.suspended - self.detachment * self.attached
        busy = self._activity(m) * self.attached
        glucose = self.glucose_uptake * busy * self.glucose / (self.glucose_half + self.glucose)
        taken = self.glutamine_uptake * busy * self.glutamine / (self.glutamine_half + self.glutamine)
        broken = self.glutamine_decay * self.glutamine
        return {
            "suspended": -settling - (self.death_suspended + exchange) * self.suspended,
            "attached": settling + (growth - dying - dilution) * self.attached,
            "dead": self.death_suspended * self.suspended
            + dying * self.attached
            - (self.lysis + exchange) * self.dead,
            "surface": -dilution * self.surface,
            "glucose": exchange * (self.medium_glucose - self.glucose) - glucose,
            "glutamine": exchange * (self.medium_glutamine - self.glutamine) - taken - broken,
            "lactate": self.lactate_yield * glucose - exchange * self.lactate,
            "ammonium": self.ammonium_yield * taken + broken - exchange * self.ammonium,
            "volume": self.medium - self.bleed,
        }

    def outputs(self, m: Algebra) -> dict[str, Value]:
        """What counting and microscopy see."""
        viable = self.suspended + self.attached
        return {
            "confluence": 100.0 * self._occupied(),
            "viability": 100.0 * viable / (viable + self.dead + 1e-9),
            "viable_cells": viable * self.volume,
            "growth_rate": self._growth(m),
        }

    def _occupied(self) -> Value:
        return self.attached / (self.density_max * self.surface)

    def _free(self, m: Algebra) -> Value:
        """Free share of the surface, never below 0: a jump may leave more cells than there is room for."""
        left = 1.0 - self._occupied()
        return 0.5 * (left + m.sqrt(left * left + self.free_width * self.free_width))

    def _growth(self, m: Algebra) -> Value:
        return self.growth_max * self._vigour(m)

    def _vigour(self, m: Algebra) -> Value:
        """Growth, of the largest possible."""
        lactate, ammonium = self.lactate / self.lactate_half, self.ammonium / self.ammonium_half
        inhibition = 1.0 / ((1.0 + lactate * lactate) * (1.0 + ammonium * ammonium))
        limit = self.glucose / (self.glucose_half + self.glucose)
        return self._free(m) * limit * inhibition

    def _death(self) -> Value:
        gone = self.starvation_centre * self.starvation_centre
        return self.death_attached + self.starvation * gone / (gone + self.glucose * self.glucose)

    def _activity(self, m: Algebra) -> Value:
        """Metabolic activity, of that in full growth: upkeep, and the rest with growth."""
        return self.upkeep + (1.0 - self.upkeep) * self._vigour(m)
