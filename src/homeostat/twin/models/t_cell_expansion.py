"""Perfused expansion of CAR-T cells: growth, death, medium, gases, activation and transduction.

Growth, death and inhibitor follow the unstructured ambr15 model of Duran-Villalobos et al. (University of Manchester)
after Stacey et al. (Loughborough), called "ambr15" below; its lag while the inhibitor is negative is carried by the
activation state instead, so the inhibitor starts at 0 and its thresholds are moved by the published start of -24.
The composition of the cells (memory or effector, CD4+ or CD8+) follows growth and death and does not act back on them.
"""

import math
from typing import Any

from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.declare import input, output, state
from homeostat.twin.model import Model
from homeostat.twin.models.t_cell_parameters import TCellParameters
from homeostat.twin.models.t_cell_phenotype import TCellPhenotype

PER_LN10 = 1.0 / math.log(10.0)


class TCellExpansion(TCellPhenotype, TCellParameters, Model):
    """T cells in a perfused, gassed vessel whose filter keeps the cells. Densities per mL of culture."""

    viable = state(0.5, "1e6 cell/mL", "viable cell density")
    dead = state(0.02, "1e6 cell/mL", "dead cell density")
    activated = state(0.05, "1", "activated fraction of the viable cells", high=1.0)
    transduced = state(0.0, "1", "fraction of the viable cells that carry the transgene (CAR+)", high=1.0)
    glucose = state(20.0, "mmol/L", "glucose concentration")
    lactate = state(0.5, "mmol/L", "lactate concentration")
    inhibitor = state(0.0, "1e6 cell h/mL", "accumulated inhibitor, in cell hours per volume")
    oxygen = state(90.0, "%", "dissolved oxygen, of saturation with air")
    bicarbonate = state(24.0, "mmol/L", "bicarbonate concentration")
    il2 = state(100.0, "IU/mL", "interleukin-2 concentration")
    volume = state(200.0, "mL", "culture volume", low=1.0)
    memory = state(0.6, "1", "memory fraction of the viable cells (CD62L+, CCR7+; naive included)", high=1.0)
    cd8 = state(0.35, "1", "fraction of the viable cells that are CD8+; the others are CD4+", high=1.0)

    perfusion = input(0.0, "mL/h", "fresh medium in, cell-free medium out", low=0.0, high=200.0)
    feed = input(0.0, "mL/h", "glucose concentrate in", low=0.0, high=50.0)
    base = input(0.0, "mL/h", "sodium bicarbonate solution in", low=0.0, high=50.0)
    bleed = input(0.0, "mL/h", "culture out, cells included", low=0.0, high=200.0)
    oxygen_gas = input(21.0, "%", "oxygen in the gas", low=0.0, high=100.0)
    carbon_dioxide_gas = input(5.0, "%", "carbon dioxide in the gas", low=0.5, high=20.0)
    il2_feed = input(
        0.0, "IU/h", "interleukin-2 in, as a concentrate of negligible volume", low=0.0, high=1e6
    )
    activator = input(0.0, "1", "CD3/CD28 activation reagent present, of its full dose", low=0.0, high=1.0)
    vector = input(
        0.0, "TU/cell", "lentiviral vector present, as multiplicity of infection", low=0.0, high=50.0
    )

    viability = output("%", "viable cells of all cells")
    ph = output("pH", "pH of the culture")
    viable_cells = output("1e6 cell", "viable cells in the vessel")
    car_positive = output("1e6 cell", "viable CAR+ cells in the vessel")
    memory_cells = output("1e6 cell", "viable memory cells in the vessel")
    cd4_to_cd8 = output("1", "CD4+ cells per CD8+ cell")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Balances over the culture; what enters with a stream dilutes every dissolved concentration but oxygen.

        Streams' oxygen is neglected: at one vessel volume a day they would renew it at 0.04 1/h, the gas does at `kla`.
        """
        medium = self.perfusion / self.volume
        dilution = (self.feed + self.base) / self.volume
        exchange = medium + dilution
        growth, death = self._growth(m), self._death(m)
        glucose = self._glucose_uptake(growth) * self.viable
        acid = self.lactate_yield * glucose
        oxygen = self.oxygen_uptake * self._oxygen_limit() * self.viable / self.oxygen_solubility
        return {
            "viable": (growth - death - dilution) * self.viable,
            "dead": death * self.viable - (self.lysis + dilution) * self.dead,
            "activated": self.activation_rate * self.activator * (1.0 - self.activated)
            - self.deactivation * self.activated,
            "transduced": self.transduction_rate * self.vector * self.activated * (1.0 - self.transduced),
            "glucose": medium * self.medium_glucose
            + self.feed / self.volume * self.feed_glucose
            - exchange * self.glucose
            - glucose,
            "lactate": acid - exchange * self.lactate,
            "inhibitor": self.inhibitor_yield * self.viable - exchange * self.inhibitor,
            "oxygen": self.kla * (self.oxygen_gas * (100.0 / 20.95) - self.oxygen) - 100.0 * oxygen,
            "bicarbonate": medium * self.medium_bicarbonate
            + self.base / self.volume * self.base_bicarbonate
            - exchange * self.bicarbonate
            - self.buffer_share * acid * self.bicarbonate / (self.bicarbonate + 1.0),
            "il2": medium * self.medium_il2
            + self.il2_feed / self.volume
            - (exchange + self.il2_decay) * self.il2
            - self.il2_uptake * self._il2_limit() * self.viable,
            "volume": self.feed + self.base - self.bleed,
            "memory": self._memory_rate(self.memory, growth, death, self._differentiation(growth)),
            "cd8": self._cd8_rate(self.cd8, growth),
        }

    def outputs(self, m: Algebra) -> dict[str, Value]:
        """What a sampler or sensor sees."""
        cells = self.viable * self.volume
        return {
            "viability": 100.0 * self.viable / (self.viable + self.dead + 1e-9),
            "ph": self._ph(m),
            "viable_cells": cells,
            "car_positive": cells * self.transduced,
            "memory_cells": cells * self.memory,
            "cd4_to_cd8": (1.0 - self.cd8) / (self.cd8 + 1e-6),
        }

    def _growth(self, m: Algebra) -> Any:
        inhibition = m.logistic(self.inhibitor_slope * (self.inhibitor_centre - self.inhibitor))
        away = (self._ph(m) - self.ph_best) / self.ph_width
        vigour = self.growth_resting + (1.0 - self.growth_resting) * self.activated
        limits = self.glucose / (self.glucose_half + self.glucose) * self._oxygen_limit() * self._il2_limit()
        lactate = self.lactate_half / (self.lactate_half + self.lactate)
        return self.growth_max * vigour * limits * lactate * inhibition * m.exp(-away * away)

    def _death(self, m: Algebra) -> Any:
        toxic = self.death_max * self.inhibitor / (self.death_half + self.inhibitor)
        fed = m.logistic(self.starvation_slope * (self.glucose - self.starvation_centre))
        return toxic + self.starvation_max * (1.0 - fed)

    def _glucose_uptake(self, growth: Any) -> Any:
        limit = self.glucose / (self.uptake_half + self.glucose)
        return (growth / self.glucose_yield + self.glucose_maintenance) * limit

    def _differentiation(self, growth: Any) -> Any:
        return self._differentiation_rate(growth, self.il2, self.activator * self.activated)

    def _oxygen_limit(self) -> Any:
        return self.oxygen / (self.oxygen_half + self.oxygen)

    def _il2_limit(self) -> Any:
        return self.il2 / (self.il2_half + self.il2)

    def _ph(self, m: Algebra) -> Any:
        carbon_dioxide = self.carbon_dioxide_solubility * self.carbon_dioxide_gas
        return self.pk_carbonic + PER_LN10 * m.log((self.bicarbonate + 1e-3) / carbon_dioxide)
