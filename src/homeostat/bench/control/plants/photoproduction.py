"""Phycocyanin from Arthrospira platensis in light: biomass grows on nitrate, light makes product, low nitrate loses it.

Equations and constants: PC-Gym documentation, "Photo Production of Phycocyanin"
(https://maximilianb2.github.io/pc-gym/env/photoproduction), after Bradford et al. 2020, Comput. Chem. Eng.
(S0098135419313080). The constants of light and nitrate that it calls uncertain, each normal with a deviation of 10 %,
first states and the ranges of both inputs are those of PC-Gym's repository (src/pcgym/models/photo_production.py).
Units, at most 800 mg/L of nitrate, a batch of 240 h moved every 20 h, and the small cost of changes are assumptions.
"""

import math

from homeostat.bench.control.task import Task
from homeostat.twin import Model, input, parameter, state
from homeostat.twin.algebra import Algebra, Value

UNCERTAIN = 0.1
"""Relative deviation of the uncertain constants."""
PER_MILLIGRAM = 1000.0


class Photoproduction(Model):
    """Growth and formation of product are both inhibited by much light; product is lost when nitrate is short."""

    biomass = state(1.0, "g/L", "concentration of biomass, c_x")
    nitrate = state(150.0, "mg/L", "concentration of nitrate, c_N", low=-1.0)
    product = state(0.0, "mg/L", "concentration of phycocyanin, c_q", low=-1e-3)

    light = input(250.0, "umol/(m^2 s)", "intensity of light, I", low=100.0, high=400.0)
    feed = input(0.0, "mg/(L h)", "nitrate fed, F_N", low=0.0, high=10.0)

    light_growth = parameter(
        178.9, "umol/(m^2 s)", "light at half growth, k_s", spread=UNCERTAIN, low=80.0, high=280.0
    )
    light_harm = parameter(
        447.1, "umol/(m^2 s)", "light that inhibits growth, k_i", spread=UNCERTAIN, low=200.0, high=700.0
    )
    nitrate_half = parameter(
        393.1, "mg/L", "nitrate at half growth, k_N", spread=UNCERTAIN, low=180.0, high=620.0
    )
    growth_max = parameter(0.0572, "1/h", "largest specific growth rate, u_m")
    death = parameter(0.0, "1/h", "death rate, u_d")
    nitrate_yield = parameter(504.5, "mg/g", "nitrate taken up for biomass, Y_NX")
    formation = parameter(0.00016, "g/(g h)", "product formed by biomass, k_m")
    loss = parameter(0.281, "mg/(L h)", "loss of product where nitrate is short, k_d")
    light_product = parameter(23.51, "umol/(m^2 s)", "light at half formation, k_sq")
    light_bleach = parameter(800.0, "umol/(m^2 s)", "light that inhibits formation, k_iq")
    nitrate_keep = parameter(16.89, "mg/L", "nitrate at half the loss, K_Nq")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Balances of biomass, nitrate and product."""
        squared = self.light * self.light
        lit = self.light / (self.light + self.light_growth + squared / self.light_harm)
        grown = self.growth_max * lit * self.biomass * self.nitrate / (self.nitrate + self.nitrate_half)
        making = self.light / (self.light + self.light_product + squared / self.light_bleach)
        return {
            "biomass": grown - self.death * self.biomass,
            "nitrate": self.feed - self.nitrate_yield * grown,
            "product": PER_MILLIGRAM * self.formation * making * self.biomass
            - self.loss * self.product / (self.nitrate + self.nitrate_keep),
        }


TASK = Task(
    name="photoproduction",
    model=Photoproduction,
    hours=20.0,
    steps=12,
    substeps=8,
    elements=4,
    stage=lambda x: 0.0 * x["product"],
    terminal=lambda x: -x["product"],
    moves={"light": 1e-3, "feed": 1e-3},
    bounds={"biomass": (0.0, math.inf), "nitrate": (0.0, 800.0), "product": (-1e-3, math.inf)},
    scale={"nitrate": 100.0, "product": 10.0, "light": 100.0, "feed": 10.0},
    uncertain=("light_growth", "light_harm", "nitrate_half"),
    scenarios=((178.9, 447.1, 393.1),),
)
"""Most phycocyanin at the end of the batch."""
