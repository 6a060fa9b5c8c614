"""do-mpc's batch bioreactor: biomass makes penicillin while substrate is fed, within a limit of biomass.

Equations, constants, bounds and objective: do-mpc documentation, example gallery, "Batch Bioreactor"
(https://www.do-mpc.com/en/latest/example_gallery/batch_reactor.html). The gallery states no units; those here are
an assumption, chosen so that they agree with each other.
"""

import math

from homeostat.bench.control.task import Task
from homeostat.twin import Model, input, parameter, state
from homeostat.twin.algebra import Algebra, Value


class BatchBioreactor(Model):
    """Haldane growth, formation of product in proportion to biomass, and dilution by the feed."""

    biomass = state(1.0, "g/L", "concentration of biomass, X_s")
    substrate = state(0.5, "g/L", "concentration of substrate, S_s", low=-0.04)
    product = state(0.0, "g/L", "concentration of product, P_s", low=-1e-6)
    volume = state(120.0, "L", "volume of liquid, V_s", low=1.0)

    feed = input(0.0, "L/h", "flow of feed, u_inp", low=0.0, high=0.2)

    growth_yield = parameter(0.5, "g/g", "biomass from substrate, Y_x", low=0.2, high=0.8)
    feed_substrate = parameter(200.0, "g/L", "substrate in the feed, S_in", low=1.0, high=1000.0)
    growth_max = parameter(0.02, "1/h", "largest specific growth rate, mu_m")
    half = parameter(0.05, "g/L", "substrate at half growth, K_m")
    inhibition = parameter(5.0, "g/L", "substrate that inhibits growth, K_i")
    production = parameter(0.004, "g/(g h)", "product formed by biomass, v")
    product_yield = parameter(1.2, "g/g", "product from substrate, Y_p")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Balances of what is dissolved, and of the liquid."""
        dilution = self.feed / self.volume
        limited = self.half + self.substrate + self.substrate * self.substrate / self.inhibition
        grown = self.growth_max * self.substrate / limited * self.biomass
        formed = self.production * self.biomass
        return {
            "biomass": grown - dilution * self.biomass,
            "substrate": dilution * (self.feed_substrate - self.substrate)
            - grown / self.growth_yield
            - formed / self.product_yield,
            "product": formed - dilution * self.product,
            "volume": self.feed,
        }


TASK = Task(
    name="batch bioreactor",
    model=BatchBioreactor,
    hours=1.0,
    steps=20,
    substeps=2,
    elements=2,
    stage=lambda x: -x["product"],
    terminal=lambda x: -x["product"],
    moves={"feed": 1.0},
    bounds={
        "biomass": (0.0, 3.7),
        "substrate": (-0.01, math.inf),
        "product": (0.0, 3.0),
        "volume": (0.0, math.inf),
    },
    uncertain=("growth_yield", "feed_substrate"),
    scenarios=((0.5, 200.0),),
)
"""Most product over the next 20 h, without abrupt changes of the feed (weight of do-mpc's r-term 1)."""
