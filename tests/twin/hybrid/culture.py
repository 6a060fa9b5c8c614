"""A culture with a known inhibition, the same without it, and with a learnt one in its place."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from homeostat.twin import Ensemble, Model, parameter, state
from homeostat.twin.fit import Noise, Run
from homeostat.twin.hybrid import Argument, NeuralTerm, Positive

MU, HALF, INHIBITION = 0.5, 0.5, 2.0
"""Largest growth rate in 1/h, substrate at half of it and product at half of it in g/L: the truth."""


class Culture(Model):
    """Growth on a substrate with a product: three balances, one rate left open."""

    cells = state(0.1, "g/L", "biomass")
    substrate = state(10.0, "g/L", "substrate")
    product = state(0.0, "g/L", "product")
    growth_max = parameter(0.3, "1/h", "largest growth rate", low=0.01, high=2.0, source="test")
    yield_cells = parameter(0.5, "g/g", "biomass from substrate", low=0.1, high=0.9, source="test")

    def growth(self, m: Any) -> Any:
        """Monod alone."""
        return self.growth_max * self.substrate / (HALF + self.substrate)

    def rates(self, m: Any) -> dict[str, Any]:
        made = self.growth(m) * self.cells
        used = made / self.yield_cells
        return {"cells": made, "substrate": -used, "product": used - made}


class Truth(Culture):
    """The culture as it is: its product inhibits growth."""

    def growth(self, m: Any) -> Any:
        return MU * INHIBITION / (INHIBITION + self.product) * self.substrate / (HALF + self.substrate)


class Learnt(Culture):
    """The culture with a learnt rate in the place of the largest: never negative, never rising with the product."""

    factor = NeuralTerm({"product": Argument(0.0, 5.0, monotone=-1)}, Positive(0.3), units=3)

    def growth(self, m: Any) -> Any:
        return self.factor(m, product=self.product) * self.substrate / (HALF + self.substrate)


STARTS: Mapping[str, Mapping[str, float]] = {
    "a": {"cells": 0.1, "substrate": 10.0},
    "b": {"cells": 0.5, "substrate": 8.0},
    "c": {"cells": 0.2, "substrate": 6.0, "product": 1.5},
    "judge": {"cells": 0.3, "substrate": 9.0, "product": 0.5},
    "unseen": {"cells": 0.15, "substrate": 8.0, "product": 1.0},
}
NOISE = Noise(absolute=0.02, relative=0.03)


def noisy_run(name: str, seed: int) -> Run:
    """A run of the truth, sampled every two hours with errors drawn from `seed`."""
    hours = np.arange(0.0, 25.0, 2.0)
    begin = np.array([Truth.signature.states.vector(STARTS[name])])
    true = Ensemble(Truth, method="rodas4", rtol=1e-8, atol=1e-10).run(hours.tolist(), states=begin).values[0]
    errors = np.random.default_rng(seed).standard_normal(true.shape) * NOISE.deviation(true)
    columns = dict(zip(Truth.signature.states.names, (true + errors).T, strict=True))
    return Run.of(name, hours, columns, dict.fromkeys(columns, NOISE), initial=STARTS[name])
