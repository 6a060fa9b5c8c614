"""How the composition of a T-cell culture shifts: memory turns into effector cells, CD8+ outgrow CD4+ cells.

Mean-field balances. Let a fraction f of N cells grow at g1 and die at d1, the others at g2 and d2, and let the first
turn into the others at a rate c. Then dN1/dt = (g1 - d1 - c) N1, dN2/dt = (g2 - d2) N2 + c N1, and with f = N1 / N

    df/dt = f (1 - f) ((g1 - d1) - (g2 - d2)) - c f.

The culture's growth g and death d are means over its cells, as they were identified on mixed populations, so
f g1 + (1 - f) g2 = g; only the difference g1 - g2, given relative to g, is a parameter (and so for death). Both
partitions are taken as independent of each other and of transduction. The fractions stay within 0 and 1.
"""

import math

from homeostat.twin.algebra import Value
from homeostat.twin.declare import parameter

DIVISIONS = 1.0 / math.log(2.0)
"""Divisions per unit of growth rate times time."""
KAARTINEN = "Kaartinen et al. 2017, Cytotherapy 19:689-702"


class TCellPhenotype:
    """Differences between memory and effector, CD4+ and CD8+ cells, and the drift that follows from them."""

    differentiation = parameter(
        0.12,
        "1",
        "memory cells that become effectors in one division, at high interleukin-2",
        spread=0.2,
        low=0.0,
        high=1.0,
        source="assumption; that it goes with divisions: Gattinoni et al. 2011, Nature Medicine 17:1290-1297",
    )
    differentiation_il2 = parameter(
        100.0,
        "IU/mL",
        "interleukin-2 at half of it",
        low=1e-3,
        high=1e5,
        source=f"assumption, within the 0 to 300 IU/mL over which {KAARTINEN} saw memory lost to effectors",
    )
    differentiation_stimulated = parameter(
        0.003,
        "1/h",
        "differentiation of activated cells while the activation reagent is present, divisions apart",
        spread=0.2,
        low=0.0,
        high=1.0,
        source="assumption; that lasting stimulation costs memory: Kagoya et al. 2017, JCI Insight 2:e89580",
    )
    effector_growth = parameter(
        0.1,
        "1",
        "growth rate of effector over memory cells, relative to the mean",
        low=-1.0,
        high=1.0,
        source="assumption",
    )
    effector_death = parameter(
        0.5,
        "1",
        "death rate of effector over memory cells, relative to the mean",
        low=-1.0,
        high=1.0,
        source="assumption: effectors are the shorter-lived",
    )
    cd8_growth = parameter(
        0.08,
        "1",
        "growth rate of CD8+ over CD4+ cells, relative to the mean",
        spread=0.2,
        low=-1.0,
        high=1.0,
        source="assumption; its sign: Foulds et al. 2002, J. Immunol. 168:1528-1532",
    )

    def _differentiation_rate(self, growth: Value, il2: Value, stimulated: Value) -> Value:
        """The rate c in 1/h, of divisions and of what is `stimulated`: activated fraction times reagent present."""
        drive = il2 / (self.differentiation_il2 + il2)
        return (
            self.differentiation * drive * DIVISIONS * growth + self.differentiation_stimulated * stimulated
        )

    def _memory_rate(self, memory: Value, growth: Value, death: Value, differentiation: Value) -> Value:
        gain = self.effector_death * death - self.effector_growth * growth
        return memory * ((1.0 - memory) * gain - differentiation)

    def _cd8_rate(self, cd8: Value, growth: Value) -> Value:
        return self.cd8_growth * growth * cd8 * (1.0 - cd8)
