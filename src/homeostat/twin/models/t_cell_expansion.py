"""Perfused expansion of CAR-T cells: growth, death, medium, gases, activation and transduction.

Growth, death and inhibitor follow the unstructured ambr15 model of Duran-Villalobos et al. (University of Manchester)
after Stacey et al. (Loughborough), called "ambr15" below; its lag while the inhibitor is negative is carried by the
activation state instead, so the inhibitor starts at 0 and its thresholds are moved by the published start of -24.
"""

import math
from typing import Any

from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.declare import input, output, parameter, state
from homeostat.twin.model import Model

AMBR15 = "ambr15 model, Duran-Villalobos et al. after Stacey et al."
PER_LN10 = 1.0 / math.log(10.0)


class TCellExpansion(Model):
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

    growth_max = parameter(
        0.06,
        "1/h",
        "largest specific growth rate",
        spread=0.12,
        low=0.0,
        high=0.2,
        source="assumption: three times ambr15's 0.02 1/h, to double a day in fresh medium after CD3/CD28 activation",
    )
    growth_resting = parameter(
        0.2,
        "1",
        "growth rate of cells that are not activated, relative to activated ones",
        spread=0.1,
        low=0.0,
        high=1.0,
        source=f"{AMBR15}: growth during the lag is a fifth",
    )
    glucose_half = parameter(
        15.0,
        "mmol/L",
        "glucose at half growth rate",
        spread=0.1,
        low=1e-3,
        high=200.0,
        source=f"{AMBR15}: kp = 2.71 mg/mL",
    )
    inhibitor_slope = parameter(
        0.111, "nL/(cell h)", "steepness of inhibition", low=0.0, high=10.0, source=f"{AMBR15}: ai"
    )
    inhibitor_centre = parameter(
        119.3,
        "1e6 cell h/mL",
        "inhibitor at half growth rate",
        spread=0.1,
        low=1.0,
        high=1e4,
        source=f"{AMBR15}: bi = 95.26, moved by 24",
    )
    inhibitor_yield = parameter(
        0.35,
        "1",
        "inhibitor made per cell hour",
        spread=0.1,
        low=0.0,
        high=10.0,
        source="assumption: below ambr15's 1, whose unperfused, unstripped vessel also counts spent nutrients and gas",
    )
    death_max = parameter(
        0.007,
        "1/h",
        "largest death rate by the inhibitor",
        spread=0.15,
        low=0.0,
        high=1.0,
        source=f"{AMBR15}: rd",
    )
    death_half = parameter(
        174.0,
        "1e6 cell h/mL",
        "inhibitor at half of that death rate",
        low=1.0,
        high=1e4,
        source=f"{AMBR15}: ad = 150, moved by 24",
    )
    starvation_max = parameter(
        0.083, "1/h", "death rate without glucose", low=0.0, high=1.0, source=f"{AMBR15}: rdg"
    )
    starvation_slope = parameter(
        5.40, "L/mmol", "steepness of starvation", low=0.0, high=100.0, source=f"{AMBR15}: ag = 30 mL/mg"
    )
    starvation_centre = parameter(
        0.278, "mmol/L", "glucose at half starvation", low=0.0, high=20.0, source=f"{AMBR15}: bg = 0.05 mg/mL"
    )
    lysis = parameter(
        0.01,
        "1/h",
        "disappearance of dead cells",
        spread=0.1,
        low=0.0,
        high=1.0,
        source="assumption: a few days",
    )
    glucose_yield = parameter(
        0.4,
        "cell/pmol",
        "cells grown per glucose",
        spread=0.1,
        low=1e-3,
        high=10.0,
        source="assumption: with maintenance 0.1 pmol/(cell h) in growth, about a third of ambr15's rc",
    )
    glucose_maintenance = parameter(
        0.015,
        "pmol/(cell h)",
        "glucose taken up without growth",
        spread=0.1,
        low=0.0,
        high=1.0,
        source="assumption: a sixth of the uptake in growth",
    )
    uptake_half = parameter(
        1.11, "mmol/L", "glucose at half uptake", low=1e-3, high=50.0, source=f"{AMBR15}: kgu = 0.2 mg/mL"
    )
    lactate_yield = parameter(
        1.5,
        "mol/mol",
        "lactate per glucose taken up",
        spread=0.06,
        low=0.0,
        high=2.0,
        source="assumption: aerobic glycolysis of activated T cells, below the carbon limit of 2",
    )
    lactate_half = parameter(
        60.0,
        "mmol/L",
        "lactate at half growth rate",
        low=1.0,
        high=1e3,
        source="assumption: mild inhibition at the 20 to 25 mmol/L that perfused cultures tolerate",
    )
    oxygen_uptake = parameter(
        0.08,
        "pmol/(cell h)",
        "oxygen uptake",
        spread=0.1,
        low=0.0,
        high=5.0,
        source="assumption: 1 to 2 fmol/(cell min), the order of respirometry of activated T cells",
    )
    oxygen_half = parameter(
        2.0, "%", "dissolved oxygen at half uptake and growth", low=1e-2, high=50.0, source="assumption"
    )
    oxygen_solubility = parameter(
        0.21,
        "mmol/L",
        "oxygen at saturation with air, 37 degC",
        low=0.05,
        high=1.0,
        source="Benson & Krause 1984: fresh water, 6.73 mg/L; the salts of the medium are neglected",
    )
    kla = parameter(
        6.0,
        "1/h",
        "oxygen transfer coefficient",
        spread=0.05,
        low=0.0,
        high=500.0,
        source="assumption: gentle stirring",
    )
    buffer_share = parameter(
        0.55,
        "1",
        "share of lactic acid that bicarbonate neutralises",
        spread=0.05,
        low=0.0,
        high=1.0,
        source="assumption: the rest is taken by the medium's other buffers",
    )
    ph_best = parameter(
        7.25, "pH", "pH of fastest growth", low=6.0, high=8.5, source="assumption: ambr15 ran at 7.3"
    )
    ph_width = parameter(
        0.45, "pH", "distance from it at which growth is 1/e", low=0.05, high=5.0, source="assumption"
    )
    pk_carbonic = parameter(
        6.1, "pH", "apparent pK of carbonic acid, 37 degC", low=5.0, high=7.0, source="Henderson-Hasselbalch"
    )
    carbon_dioxide_solubility = parameter(
        0.219,
        "mmol/L",
        "dissolved carbon dioxide per percent in the gas, 37 degC",
        low=0.01,
        high=2.0,
        source="0.0307 mmol/(L mmHg) of 713 mmHg dry gas",
    )
    il2_half = parameter(
        8.0,
        "IU/mL",
        "interleukin-2 at half growth rate",
        low=1e-3,
        high=1e3,
        source="assumption: 20 to 100 IU/mL suffice",
    )
    il2_decay = parameter(
        0.012,
        "1/h",
        "loss of interleukin-2 activity, 37 degC",
        low=0.0,
        high=1.0,
        source="assumption: half in 58 h",
    )
    il2_uptake = parameter(
        0.06, "uIU/(cell h)", "uptake of interleukin-2", spread=0.1, low=0.0, high=10.0, source="assumption"
    )
    activation_rate = parameter(
        0.08,
        "1/h",
        "activation at full reagent",
        spread=0.1,
        low=0.0,
        high=2.0,
        source="assumption: 90 % in 30 h",
    )
    deactivation = parameter(
        0.0025, "1/h", "return to rest", spread=0.15, low=0.0, high=1.0, source="assumption: half in 12 days"
    )
    transduction_rate = parameter(
        0.022,
        "cell/(TU h)",
        "transduction of activated cells per vector present",
        spread=0.15,
        low=0.0,
        high=2.0,
        source="assumption: first-order hits (Poisson), 40 to 60 % at a multiplicity of 2 in 16 to 24 h",
    )
    medium_glucose = parameter(
        20.0, "mmol/L", "glucose in the medium", low=0.0, high=500.0, source="assumption"
    )
    medium_bicarbonate = parameter(
        24.0, "mmol/L", "bicarbonate in the medium", low=0.0, high=200.0, source="RPMI 1640 formulation"
    )
    medium_il2 = parameter(
        100.0,
        "IU/mL",
        "interleukin-2 in the medium",
        low=0.0,
        high=1e5,
        source="assumption: 20 to 100 IU/mL suffice",
    )
    feed_glucose = parameter(
        1000.0, "mmol/L", "glucose in the concentrate", low=0.0, high=5e3, source="18 % w/v"
    )
    base_bicarbonate = parameter(
        890.0, "mmol/L", "bicarbonate in the base", low=0.0, high=2e3, source="sodium bicarbonate 7.5 % w/v"
    )

    viability = output("%", "viable cells of all cells")
    ph = output("pH", "pH of the culture")
    viable_cells = output("1e6 cell", "viable cells in the vessel")
    car_positive = output("1e6 cell", "viable CAR+ cells in the vessel")

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
        }

    def outputs(self, m: Algebra) -> dict[str, Value]:
        """What a sampler or sensor sees."""
        cells = self.viable * self.volume
        return {
            "viability": 100.0 * self.viable / (self.viable + self.dead + 1e-9),
            "ph": self._ph(m),
            "viable_cells": cells,
            "car_positive": cells * self.transduced,
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

    def _oxygen_limit(self) -> Any:
        return self.oxygen / (self.oxygen_half + self.oxygen)

    def _il2_limit(self) -> Any:
        return self.il2 / (self.il2_half + self.il2)

    def _ph(self, m: Algebra) -> Any:
        carbon_dioxide = self.carbon_dioxide_solubility * self.carbon_dioxide_gas
        return self.pk_carbonic + PER_LN10 * m.log((self.bicarbonate + 1e-3) / carbon_dioxide)
