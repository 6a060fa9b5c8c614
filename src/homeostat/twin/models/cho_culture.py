"""CHO cells that secrete a protein, in fed-batch or perfusion, held back by one catch-all by-product.

Richelle et al. 2022, Frontiers in Bioengineering and Biotechnology 10:948905: every inhibition of growth is put into
one by-product that viable cells release and that only leaves with the liquid, so that constants identified in fed-batch
hold in perfusion; viable cells die, dead ones lyse, and what lysed cells leave behind kills. The rates are published
per day, by their balances (growth per hour would double in 50 minutes); they stand here divided by 24.
Added to that model: glucose, lactate, product, a bleed and a filter. Glucose limits growth only where it runs out;
lactate does not inhibit, because the by-product stands for it already.
"""

from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.declare import input, output, parameter, state
from homeostat.twin.model import Model

R22 = "Richelle et al. 2022"
PER_DAY = 1.0 / 24.0
"""One per day, in 1/h."""


class ChoCulture(Model):
    """CHO cells in a stirred vessel; a filter, where perfusion flows, keeps whole cells and lets the rest pass."""

    viable = state(0.5, "1e6 cell/mL", "viable cell density")
    dead = state(0.01, "1e6 cell/mL", "dead, whole cell density")
    lysed = state(0.0, "1e6 cell/mL", "lysed cells, as the density they had")
    byproduct = state(0.0, "g/L", "catch-all by-product concentration")
    glucose = state(35.0, "mmol/L", "glucose concentration")
    lactate = state(0.5, "mmol/L", "lactate concentration")
    titre = state(0.0, "mg/L", "product concentration")
    harvested = state(0.0, "mg", "product that has left with the permeate")
    volume = state(2.0, "L", "culture volume", low=1e-3)

    perfusion = input(0.0, "L/h", "fresh medium in, cell-free permeate out", low=0.0, high=50.0)
    medium = input(0.0, "L/h", "fresh medium in, such as replaces a bleed", low=0.0, high=50.0)
    feed = input(0.0, "L/h", "glucose concentrate in", low=0.0, high=5.0)
    bleed = input(0.0, "L/h", "culture out, cells included", low=0.0, high=50.0)

    growth_max = parameter(
        0.8384 * PER_DAY, "1/h", "largest specific growth rate", spread=0.05, low=0.0, high=0.2, source=R22
    )
    byproduct_half = parameter(
        24.39,
        "g/L",
        "by-product at half growth rate",
        spread=0.1,
        low=1e-3,
        high=1e4,
        source=f"{R22}: K_I,phi",
    )
    byproduct_rate = parameter(
        PER_DAY,
        "ng/(cell h)",
        "by-product released",
        spread=0.05,
        low=0.0,
        high=1.0,
        source=f"assumption: 1 ng/(cell d), so that the by-product counts cell days; {R22} fit no rate for it",
    )
    death = parameter(
        0.0209 * PER_DAY,
        "1/h",
        "death rate in clean medium",
        spread=0.1,
        low=0.0,
        high=1.0,
        source=f"{R22}: k_d",
    )
    toxicity = parameter(
        0.0290 * PER_DAY,
        "mL/(1e6 cell h)",
        "death rate per lysed cell density",
        spread=0.1,
        low=0.0,
        high=1.0,
        source=f"{R22}: k_t, per cell density; assumption: of lysed cells",
    )
    lysis = parameter(
        0.2 * PER_DAY,
        "1/h",
        "lysis of dead cells",
        spread=0.2,
        low=0.0,
        high=1.0,
        source="assumption: half in 3.5 days; the published fit hardly identified it",
    )
    starvation = parameter(
        0.04, "1/h", "death rate without glucose", low=0.0, high=1.0, source="assumption: half in 17 h"
    )
    starvation_centre = parameter(
        0.1, "mmol/L", "glucose at half that rate", low=1e-3, high=20.0, source="assumption"
    )
    glucose_half = parameter(
        0.15, "mmol/L", "glucose at half growth and uptake", low=1e-6, high=20.0, source="assumption"
    )
    glucose_yield = parameter(
        0.5, "cell/pmol", "cells grown per glucose", spread=0.1, low=1e-2, high=10.0, source="assumption"
    )
    glucose_maintenance = parameter(
        0.015,
        "pmol/(cell h)",
        "glucose taken up without growth",
        spread=0.1,
        low=0.0,
        high=1.0,
        source="assumption",
    )
    lactate_yield = parameter(
        1.0,
        "mol/mol",
        "lactate per glucose taken up for growth",
        spread=0.1,
        low=0.0,
        high=2.0,
        source="assumption: overflow of growing cells, below the carbon limit of 2",
    )
    lactate_uptake = parameter(
        0.02,
        "pmol/(cell h)",
        "largest lactate uptake",
        spread=0.15,
        low=0.0,
        high=1.0,
        source="assumption: below overflow in growth, above it later: lactate turns from made to used",
    )
    lactate_half = parameter(
        2.0, "mmol/L", "lactate at half uptake", low=1e-3, high=100.0, source="assumption"
    )
    productivity = parameter(
        20.0 * PER_DAY,
        "pg/(cell h)",
        "product secreted",
        spread=0.15,
        low=0.0,
        high=10.0,
        source="assumption: 20 pg/(cell d), the order of industrial clones",
    )
    sieving = parameter(
        1.0,
        "1",
        "product in the permeate, of that in the culture",
        low=0.0,
        high=1.0,
        source="assumption: it passes",
    )
    medium_glucose = parameter(
        35.0, "mmol/L", "glucose in the medium", low=0.0, high=500.0, source="assumption: 6.3 g/L"
    )
    feed_glucose = parameter(
        2000.0, "mmol/L", "glucose in the concentrate", low=0.0, high=5e3, source="assumption: 360 g/L"
    )

    viability = output("%", "viable cells of all whole cells")
    viable_cells = output("1e9 cell", "viable cells in the vessel")
    growth_rate = output("1/h", "specific growth rate, before death")
    product = output("mg", "product made and not bled: in the vessel and in the permeate")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Balances over the culture volume: what streams in dilutes, permeate takes what is dissolved."""
        permeate, added = self.perfusion / self.volume, (self.medium + self.feed) / self.volume
        fresh = (self.perfusion + self.medium) / self.volume
        growth, dying = self._growth(), self._death()
        exchange = permeate + added
        secreted = self.productivity * self._fed() * self.viable
        return {
            "viable": (growth - dying - added) * self.viable,
            "dead": dying * self.viable - (self.lysis + added) * self.dead,
            "lysed": self.lysis * self.dead - exchange * self.lysed,
            "byproduct": self.byproduct_rate * self.viable - exchange * self.byproduct,
            "glucose": fresh * self.medium_glucose
            + self.feed / self.volume * self.feed_glucose
            - exchange * self.glucose
            - self._glucose_uptake(growth) * self.viable,
            "lactate": self._lactate_made(growth) * self.viable - exchange * self.lactate,
            "titre": secreted - (self.sieving * permeate + added) * self.titre,
            "harvested": self.sieving * self.perfusion * self.titre,
            "volume": self.medium + self.feed - self.bleed,
        }

    def outputs(self, m: Algebra) -> dict[str, Value]:
        """What a sampler sees, and what the run has yielded."""
        return {
            "viability": 100.0 * self.viable / (self.viable + self.dead + 1e-9),
            "viable_cells": self.viable * self.volume,
            "growth_rate": self._growth(),
            "product": self.titre * self.volume + self.harvested,
        }

    def _growth(self) -> Value:
        inhibition = self.byproduct_half / (self.byproduct_half + self.byproduct)
        return self.growth_max * inhibition * self._fed()

    def _death(self) -> Value:
        """By lysed cells, and steeply where glucose is gone."""
        gone = self.starvation_centre * self.starvation_centre
        starving = gone / (gone + self.glucose * self.glucose)
        return self.death + self.toxicity * self.lysed + self.starvation * starving

    def _fed(self) -> Value:
        return self.glucose / (self.glucose_half + self.glucose)

    def _glucose_uptake(self, growth: Value) -> Value:
        return growth / self.glucose_yield + self.glucose_maintenance * self._fed()

    def _lactate_made(self, growth: Value) -> Value:
        """Net: growth overflows to lactate, every cell takes some up."""
        used = self.lactate_uptake * self.lactate / (self.lactate_half + self.lactate)
        return self.lactate_yield * growth / self.glucose_yield - used
