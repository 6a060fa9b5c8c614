"""Fed-batch culture of Saccharomyces cerevisiae on glucose, with overflow to ethanol.

Sonnleitner & Kaeppeli 1986, Biotechnology and Bioengineering 28:927-937: respiration is a bottleneck; glucose beyond it
is fermented to ethanol, and ethanol is respired with whatever capacity glucose leaves free. Oxygen, carbon dioxide and
the by-products of fermentation follow from the balances of chemical oxygen demand and of carbon, which both close by
construction, so they bring no parameters of their own. By-products are booked as glycerol and are not respired again.
Added to that model: respiratory capacity is repressed by glucose and returns slowly, as the off-gas of the public runs
shows (ethanol burns ever faster for hours after glucose has gone).
"""

from typing import NamedTuple

from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.declare import input, output, parameter, state
from homeostat.twin.model import Model

SK86 = "Sonnleitner & Kaeppeli 1986"
FIT = "fitted to runs 4, 5, 6 of the public yeast data set by studies/yeast_fit.py; see decision 8"

CARBON, HYDROGEN, OXYGEN, NITROGEN = 12.011, 1.008, 15.999, 14.007
"""Standard atomic weights, g/mol."""
OXYGEN_GAS, CARBON_DIOXIDE = 2.0 * OXYGEN, CARBON + 2.0 * OXYGEN
"""Molar masses, g/mol."""


class Compound(NamedTuple):
    """Atoms in a formula, and the share of ash in the dry mass that comes on top of it."""

    carbons: float
    hydrogens: float
    oxygens: float
    nitrogens: float = 0.0
    ash: float = 0.0

    @property
    def mass(self) -> float:
        """Grams that hold one mole of the formula, ash included."""
        atoms = CARBON * self.carbons + HYDROGEN * self.hydrogens
        return (atoms + OXYGEN * self.oxygens + NITROGEN * self.nitrogens) / (1.0 - self.ash)

    @property
    def carbon(self) -> float:
        """Carbon content, g per g."""
        return CARBON * self.carbons / self.mass

    @property
    def demand(self) -> float:
        """Chemical oxygen demand, g O2 per g; nitrogen comes from ammonia and returns to it."""
        moles = self.carbons + self.hydrogens / 4.0 - self.oxygens / 2.0 - 0.75 * self.nitrogens
        return OXYGEN_GAS * moles / self.mass


GLUCOSE, ETHANOL, GLYCEROL = Compound(6, 12, 6), Compound(2, 6, 1), Compound(3, 8, 3)
BIOMASS = Compound(1.0, 1.8, 0.5, 0.2, ash=0.05)
"""The usual composition of microbial biomass and its ash: an assumption, the data set has no analysis of elements."""
AIR_OXYGEN, AIR_CARBON_DIOXIDE = 0.2095, 0.0004
"""Mole fractions in dry air."""
MOLAR_VOLUME = 24.05
"""Litres per mole of gas at 20 degC, the state air flow is metered in."""


class _Flows(NamedTuple):
    """Specific rates in g/(g h): glucose respired and fermented, ethanol respired."""

    respired: Value
    fermented: Value
    ethanol: Value


class YeastFedBatch(Model):
    """Yeast in a stirred, aerated tank fed with glucose; concentrations per litre of culture."""

    biomass = state(1.34, "g/L", "dry biomass concentration")
    glucose = state(2.0, "g/L", "glucose concentration")
    ethanol = state(0.0, "g/L", "ethanol concentration")
    oxygen = state(90.0, "%", "dissolved oxygen, of saturation with air")
    respiration = state(0.3328, "1", "respiratory capacity, of the fully derepressed one", high=1.0)
    volume = state(0.5, "L", "culture volume", low=1e-3)

    feed = input(0.0, "L/h", "feed rate", low=0.0, high=10.0)
    aeration = input(0.5, "L/min", "air flow", low=0.0, high=100.0)
    stirrer = input(700.0, "rpm", "stirrer speed", low=0.0, high=3000.0)

    uptake_max = parameter(
        1.582, "g/(g h)", "largest specific glucose uptake", spread=0.1, low=0.0, high=20.0, source=FIT
    )
    glucose_half = parameter(
        0.15, "g/L", "glucose at half uptake", low=1e-4, high=10.0, source=f"order of magnitude from {SK86}"
    )
    respiration_max = parameter(
        0.2761, "g/(g h)", "largest specific oxygen uptake", spread=0.1, low=0.0, high=2.0, source=FIT
    )
    repressed = parameter(
        0.3328,
        "1",
        "respiratory capacity in plenty of glucose, of the full one",
        low=0.0,
        high=1.0,
        source=FIT,
    )
    repression_half = parameter(
        0.1,
        "g/L",
        "glucose at half repression",
        low=1e-4,
        high=10.0,
        source="assumption: near the half uptake",
    )
    adaptation = parameter(
        0.2278, "1/h", "rate of repression and derepression", low=0.0, high=10.0, source=FIT
    )
    oxygen_half = parameter(
        1.3, "%", "dissolved oxygen at half respiration", low=1e-3, high=50.0, source=f"{SK86}: 0.1 mg/L"
    )
    yield_respired = parameter(
        0.5822, "g/g", "biomass per respired glucose", spread=0.03, low=0.0, high=0.7, source=FIT
    )
    yield_fermented = parameter(
        0.1312, "g/g", "biomass per fermented glucose", spread=0.1, low=0.0, high=0.4, source=FIT
    )
    ethanol_formed = parameter(
        0.368, "g/g", "ethanol per fermented glucose", spread=0.05, low=0.0, high=0.511, source=FIT
    )
    ethanol_max = parameter(
        0.2,
        "g/(g h)",
        "largest specific ethanol uptake",
        spread=0.1,
        low=0.0,
        high=5.0,
        source="assumption: the bottleneck limits first, so the data do not identify it",
    )
    ethanol_half = parameter(
        0.1, "g/L", "ethanol at half uptake", low=1e-4, high=10.0, source=f"{SK86}: 0.1 g/L"
    )
    yield_ethanol = parameter(
        0.7612, "g/g", "biomass per respired ethanol", spread=0.03, low=0.0, high=1.2, source=FIT
    )
    maintenance = parameter(
        0.00375, "g/(g h)", "glucose respired without growth", spread=0.2, low=0.0, high=0.2, source=FIT
    )
    feed_glucose = parameter(
        200.0, "g/L", "glucose in the feed", low=0.0, high=900.0, source="public yeast data set, metadata"
    )
    kla = parameter(
        168.6,
        "1/h",
        "oxygen transfer coefficient at 0.5 L/min and 700 rpm",
        spread=0.05,
        low=0.0,
        high=5e3,
        source="fitted to the dissolved oxygen of runs 4, 5, 6 of the public yeast data set",
    )
    oxygen_solubility = parameter(
        0.0073,
        "g/L",
        "oxygen at saturation with air, 32 degC",
        low=1e-3,
        high=0.1,
        source="Benson & Krause 1984, Limnol. Oceanogr. 29:620-632: fresh water; the salts of the medium are neglected",
    )

    oxygen_rate = output("g/(L h)", "oxygen uptake rate")
    carbon_dioxide_rate = output("g/(L h)", "carbon dioxide evolution rate")
    by_product_rate = output("g/(L h)", "formation rate of by-products, as glycerol")
    carbon_dioxide_gas = output("%", "carbon dioxide in the off-gas, by volume")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Balances over the culture volume; the feed dilutes and brings no oxygen."""
        flows = self._flows(m)
        dilution = self.feed / self.volume
        uptake = flows.respired + flows.fermented
        transfer = self.kla * m.pow(self.aeration / 0.5, 0.2) * m.pow(self.stirrer / 700.0, 2.1)
        consumed = 100.0 * self._oxygen_use(flows) * self.biomass / self.oxygen_solubility
        return {
            "biomass": (self._growth(flows) - dilution) * self.biomass,
            "glucose": dilution * (self.feed_glucose - self.glucose) - uptake * self.biomass,
            "ethanol": (self.ethanol_formed * flows.fermented - flows.ethanol) * self.biomass
            - dilution * self.ethanol,
            "oxygen": transfer * (100.0 - self.oxygen) - consumed - dilution * self.oxygen,
            "respiration": self.adaptation * (self._derepressed() - self.respiration),
            "volume": self.feed,
        }

    def outputs(self, m: Algebra) -> dict[str, Value]:
        """Gas exchange and by-products, by the balances of oxygen demand and carbon."""
        flows = self._flows(m)
        consumed = self._oxygen_use(flows) * self.biomass
        released = self._carbon_dioxide_made(flows) * self.biomass
        return {
            "oxygen_rate": consumed,
            "carbon_dioxide_rate": released,
            "by_product_rate": self._by_product_yield() * flows.fermented * self.biomass,
            "carbon_dioxide_gas": self._off_gas(m, consumed * self.volume, released * self.volume),
        }

    def _off_gas(self, m: Algebra, consumed: Value, released: Value) -> Value:
        """Carbon dioxide in %, of dry gas; no more oxygen (g/h) leaves the air than it holds, rounded over 1 %."""
        air = self.aeration * 60.0 / MOLAR_VOLUME
        held = AIR_OXYGEN * air
        taken = m.minimum(consumed / OXYGEN_GAS, held, width=0.01 * held + 1e-9)
        evolved = released / CARBON_DIOXIDE
        return 100.0 * (AIR_CARBON_DIOXIDE * air + evolved) / (air + evolved - taken + 1e-9)

    def _flows(self, m: Algebra) -> _Flows:
        """Glucose goes first through the bottleneck, ethanol takes the rest; corners are rounded over 5 %."""
        uptake = self.uptake_max * self.glucose / (self.glucose_half + self.glucose)
        capacity = self.respiration_max * self.respiration * self._aerobic()
        need = self._glucose_need()
        respired = m.minimum(uptake, capacity / need, width=0.05 * uptake + 1e-6)
        wish = self.ethanol_max * self.ethanol / (self.ethanol_half + self.ethanol)
        spare = (capacity - need * respired) / self._ethanol_need()
        return _Flows(respired, uptake - respired, m.minimum(wish, spare, width=0.05 * wish + 1e-6))

    def _growth(self, flows: _Flows) -> Value:
        return (
            self.yield_respired * (flows.respired - self._upkeep())
            + self.yield_fermented * flows.fermented
            + self.yield_ethanol * flows.ethanol
        )

    def _derepressed(self) -> Value:
        free = self.repression_half / (self.repression_half + self.glucose)
        return self.repressed + (1.0 - self.repressed) * free

    def _upkeep(self) -> Value:
        """Respired glucose that yields no biomass; without glucose the cells live on themselves."""
        return self.maintenance * self._aerobic()

    def _aerobic(self) -> Value:
        return self.oxygen / (self.oxygen_half + self.oxygen)

    def _glucose_need(self) -> Value:
        """Oxygen per respired glucose, g/g: what the biomass made of it no longer demands is saved."""
        return GLUCOSE.demand - BIOMASS.demand * self.yield_respired

    def _ethanol_need(self) -> Value:
        return ETHANOL.demand - BIOMASS.demand * self.yield_ethanol

    def _oxygen_use(self, flows: _Flows) -> Value:
        burnt = BIOMASS.demand * self.yield_respired * self._upkeep()
        return self._glucose_need() * flows.respired + burnt + self._ethanol_need() * flows.ethanol

    def _by_product_yield(self) -> Value:
        """By-products per fermented glucose, g/g: the oxygen demand that biomass and ethanol leave over.

        Negative if the yields of biomass and ethanol together claim more than glucose holds.
        """
        claimed = BIOMASS.demand * self.yield_fermented + ETHANOL.demand * self.ethanol_formed
        return (GLUCOSE.demand - claimed) / GLYCEROL.demand

    def _carbon_dioxide_made(self, flows: _Flows) -> Value:
        """Carbon of the substrates that is found in no product."""
        respired = (GLUCOSE.carbon - BIOMASS.carbon * self.yield_respired) * flows.respired
        respired = respired + BIOMASS.carbon * self.yield_respired * self._upkeep()
        kept = BIOMASS.carbon * self.yield_fermented + ETHANOL.carbon * self.ethanol_formed
        kept = kept + GLYCEROL.carbon * self._by_product_yield()
        fermented = (GLUCOSE.carbon - kept) * flows.fermented
        ethanol = (ETHANOL.carbon - BIOMASS.carbon * self.yield_ethanol) * flows.ethanol
        return CARBON_DIOXIDE / CARBON * (respired + fermented + ethanol)
