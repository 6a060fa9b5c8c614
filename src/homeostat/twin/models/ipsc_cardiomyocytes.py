"""Aggregates of human pluripotent stem cells, turned into cardiomyocytes by switching Wnt on and then off.

The protocol is that of Halloin et al. 2019, Stem Cell Reports 13:366-379, in stirred tanks: an activator (CHIR99021)
makes mesoderm, then an inhibitor of Wnt secretion (IWP2) lets it become cardiac; about 1e6 cardiomyocytes/mL result, at
more than 90 % in good runs. Cells pass through stages at first-order rates; no kinetics of the stages are published, so
these are assumptions, set to end near that density and at the median share (75 %) of the 42 public runs of Williams
et al. 2020, Frontiers in Bioengineering and Biotechnology 8:851, whose medians also gave start and metabolism. Oxygen
reaches the cells of an aggregate by diffusion (effectiveness factor of a sphere, Thiele 1939, Industrial & Engineering
Chemistry 31:916-920); aggregates keep their number and grow as their cells do.
"""

import math

from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.declare import input, output, parameter, state
from homeostat.twin.model import Model

MEDIAN = "from medians of the 42 public runs of Williams et al. 2020"
STAGES = "assumption: to end near the densities of Halloin et al. 2019 and the median share of Williams et al. 2020"


class IpscCardiomyocytes(Model):
    """Pluripotent aggregates in a stirred tank become cardiomyocytes; densities count the cells per mL of culture.

    Aggregates stay where medium is perfused; settled medium is exchanged by jumps that assign what is dissolved.
    """

    pluripotent = state(0.74, "1e6 cell/mL", "pluripotent cell density")
    mesoderm = state(0.0, "1e6 cell/mL", "mesoderm cell density")
    progenitor = state(0.0, "1e6 cell/mL", "cardiac progenitor density")
    cardiomyocyte = state(0.0, "1e6 cell/mL", "cardiomyocyte density")
    other = state(0.0, "1e6 cell/mL", "density of cells of other fates")
    dead = state(0.02, "1e6 cell/mL", "dead cell density")
    aggregates = state(0.9, "1e3/mL", "number of aggregates per volume", low=1e-6)
    glucose = state(11.1, "mmol/L", "glucose concentration")
    lactate = state(0.5, "mmol/L", "lactate concentration")
    oxygen = state(90.0, "%", "dissolved oxygen, of saturation with air")
    volume = state(150.0, "mL", "culture volume", low=1.0)

    wnt_activator = input(0.0, "umol/L", "CHIR99021 present", low=0.0, high=50.0)
    wnt_inhibitor = input(0.0, "umol/L", "IWP2 present", low=0.0, high=50.0)
    perfusion = input(0.0, "mL/h", "fresh medium in, aggregate-free liquid out", low=0.0, high=200.0)
    medium = input(0.0, "mL/h", "fresh medium in", low=0.0, high=200.0)
    bleed = input(0.0, "mL/h", "culture out, aggregates included", low=0.0, high=200.0)
    oxygen_gas = input(21.0, "%", "oxygen in the gas", low=0.0, high=100.0)

    growth_pluripotent = parameter(
        0.025, "1/h", "growth of pluripotent cells", spread=0.1, low=0.0, high=0.2, source="assumption"
    )
    growth_mesoderm = parameter(
        0.02, "1/h", "growth of mesoderm", spread=0.1, low=0.0, high=0.2, source="assumption"
    )
    growth_progenitor = parameter(
        0.032, "1/h", "growth of progenitors", spread=0.1, low=0.0, high=0.2, source="assumption"
    )
    growth_cardiomyocyte = parameter(
        0.0005, "1/h", "growth of cardiomyocytes", low=0.0, high=0.1, source="assumption: hardly any"
    )
    growth_other = parameter(
        0.004, "1/h", "growth of other cells", spread=0.2, low=0.0, high=0.2, source="assumption"
    )
    death = parameter(
        0.004, "1/h", "death rate", spread=0.2, low=0.0, high=1.0, source=f"assumption; {MEDIAN}"
    )
    death_hypoxic = parameter(
        0.03, "1/h", "further death rate without oxygen", low=0.0, high=1.0, source="assumption"
    )
    activator_toxicity = parameter(
        0.01, "1/h", "further death rate at full Wnt activation", low=0.0, high=1.0, source="assumption"
    )
    lysis = parameter(0.04, "1/h", "disappearance of dead cells", low=0.0, high=1.0, source="assumption")
    activator_half = parameter(
        3.0, "umol/L", "activator at half effect", spread=0.15, low=1e-3, high=50.0, source=STAGES
    )
    inhibitor_half = parameter(
        0.5, "umol/L", "inhibitor at half effect", spread=0.15, low=1e-4, high=50.0, source=STAGES
    )
    own_wnt = parameter(
        0.5, "1", "Wnt activity by the cells' own ligands", spread=0.15, low=0.0, high=1.0, source=STAGES
    )
    induction = parameter(
        0.2,
        "1/h",
        "pluripotent to mesoderm at full activation",
        spread=0.1,
        low=0.0,
        high=2.0,
        source=STAGES,
    )
    drift = parameter(
        0.01,
        "1/h",
        "pluripotent to other fates, in a medium that does not hold them",
        spread=0.2,
        low=0.0,
        high=1.0,
        source="assumption",
    )
    specification = parameter(
        0.09, "1/h", "mesoderm to progenitor without Wnt", spread=0.1, low=0.0, high=2.0, source=STAGES
    )
    specification_half = parameter(
        0.15, "1", "Wnt activity at half that rate", low=1e-3, high=1.0, source=STAGES
    )
    diversion = parameter(
        0.01, "1/h", "mesoderm to other fates at full Wnt", spread=0.2, low=0.0, high=1.0, source=STAGES
    )
    maturation = parameter(
        0.04, "1/h", "progenitor to cardiomyocyte", spread=0.1, low=0.0, high=1.0, source=STAGES
    )
    straying = parameter(
        0.001, "1/h", "progenitor to other fates", spread=0.3, low=0.0, high=1.0, source=STAGES
    )
    glucose_early = parameter(
        0.38, "pmol/(cell h)", "glucose uptake until mesoderm", spread=0.1, low=0.0, high=5.0, source=MEDIAN
    )
    glucose_late = parameter(
        0.11, "pmol/(cell h)", "glucose uptake of later cells", spread=0.1, low=0.0, high=5.0, source=MEDIAN
    )
    glucose_half = parameter(
        0.5, "mmol/L", "glucose at half uptake and growth", low=1e-3, high=50.0, source="assumption"
    )
    lactate_yield = parameter(
        1.8, "mol/mol", "lactate per glucose", spread=0.04, low=0.0, high=2.0, source=MEDIAN
    )
    oxygen_uptake = parameter(
        0.1,
        "pmol/(cell h)",
        "oxygen uptake",
        spread=0.15,
        low=0.0,
        high=5.0,
        source="assumption: 28 amol/(cell s)",
    )
    oxygen_half = parameter(
        0.005, "mmol/L", "oxygen at half uptake", low=1e-5, high=0.2, source="assumption: some 4 mmHg"
    )
    oxygen_solubility = parameter(
        0.0021, "mmol/(L %)", "oxygen per % of saturation with air, 37 degC", low=5e-4, high=0.01,
        source="Benson & Krause 1984: fresh water, 6.73 mg/L; the salts of the medium are neglected",
    )  # fmt: skip
    kla = parameter(
        8.0, "1/h", "oxygen transfer coefficient", spread=0.05, low=0.0, high=500.0, source="assumption"
    )
    diffusivity = parameter(
        5.4, "mm^2/h", "diffusion of oxygen in an aggregate", low=0.1, high=20.0,
        source="assumption: half of that in water, 3e-9 m2/s in Ahluwalia 2017, Sci. Rep. 7:42113",
    )  # fmt: skip
    packing = parameter(
        1000.0, "1e6 cell/mL", "cells per volume of an aggregate", spread=0.1, low=50.0, high=5000.0,
        source=f"assumption: 10 um a cell; with 900/mL it gives size and density {MEDIAN}",
    )  # fmt: skip
    medium_glucose = parameter(
        11.1, "mmol/L", "glucose in the medium", low=0.0, high=500.0, source="RPMI 1640 formulation"
    )

    cardiomyocyte_share = output("%", "cardiomyocytes of all viable cells")
    cell_density = output("1e6 cell/mL", "viable cell density")
    viability = output("%", "viable cells of all cells")
    diameter = output("um", "diameter of an aggregate")
    effectiveness = output("1", "oxygen uptake of an aggregate, of what its cells would take up in the bulk")
    cardiomyocytes = output("1e6 cell", "cardiomyocytes in the vessel")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Balances over the culture; aggregates stay, what streams in dilutes all but oxygen, which the gas renews."""
        dilution = self.medium / self.volume
        exchange = self.perfusion / self.volume + dilution
        wnt, breathing = self._wnt(), self._breathing(m)
        fed = breathing * self.glucose / (self.glucose_half + self.glucose)
        dying = self._death(breathing)
        out = dying + dilution
        induced = self.induction * self._activation() * self.pluripotent
        steep = self.specification_half * self.specification_half
        specified = self.specification * steep / (steep + wnt * wnt) * self.mesoderm
        diverted, drifted = self.diversion * wnt * self.mesoderm, self.drift * self.pluripotent
        matured, strayed = self.maturation * breathing * self.progenitor, self.straying * self.progenitor
        glucose = self._glucose_uptake()
        consumed = self.oxygen_uptake * breathing * self._viable() / self.oxygen_solubility
        return {
            "pluripotent": (self.growth_pluripotent * fed - out) * self.pluripotent - induced - drifted,
            "mesoderm": (self.growth_mesoderm * fed - out) * self.mesoderm + induced - specified - diverted,
            "progenitor": (self.growth_progenitor * fed - out) * self.progenitor
            + specified
            - matured
            - strayed,
            "cardiomyocyte": (self.growth_cardiomyocyte * fed - out) * self.cardiomyocyte + matured,
            "other": (self.growth_other * fed - out) * self.other + diverted + drifted + strayed,
            "dead": dying * self._viable() - (self.lysis + exchange) * self.dead,
            "aggregates": -dilution * self.aggregates,
            "glucose": exchange * (self.medium_glucose - self.glucose) - glucose,
            "lactate": self.lactate_yield * glucose - exchange * self.lactate,
            "oxygen": self.kla * (self.oxygen_gas * (100.0 / 20.95) - self.oxygen) - consumed,
            "volume": self.medium - self.bleed,
        }

    def outputs(self, m: Algebra) -> dict[str, Value]:
        """What counting, flow cytometry and microscopy see."""
        viable = self._viable()
        return {
            "cardiomyocyte_share": 100.0 * self.cardiomyocyte / (viable + 1e-9),
            "cell_density": viable,
            "viability": 100.0 * viable / (viable + self.dead + 1e-9),
            "diameter": 2000.0 * m.sqrt(self._radius_squared(m)),
            "effectiveness": self._effectiveness(m),
            "cardiomyocytes": self.cardiomyocyte * self.volume,
        }

    def _viable(self) -> Value:
        return self.pluripotent + self.mesoderm + self.progenitor + self.cardiomyocyte + self.other

    def _activation(self) -> Value:
        """Effect of the activator, 0 to 1: steep, as its dose response is."""
        dose = self.wnt_activator / self.activator_half
        return dose * dose / (1.0 + dose * dose)

    def _wnt(self) -> Value:
        """Wnt activity: the activator acts in the cell; the inhibitor stops only what cells secrete."""
        own = self.own_wnt * self.inhibitor_half / (self.inhibitor_half + self.wnt_inhibitor)
        return own + (1.0 - own) * self._activation()

    def _death(self, breathing: Value) -> Value:
        poisoned = self.activator_toxicity * self._activation()
        return self.death + poisoned + self.death_hypoxic * (1.0 - breathing)

    def _glucose_uptake(self) -> Value:
        early = self.glucose_early * (self.pluripotent + self.mesoderm)
        late = self.glucose_late * (self.progenitor + self.cardiomyocyte + self.other)
        return (early + late) * self.glucose / (self.glucose_half + self.glucose)

    def _radius_squared(self, m: Algebra) -> Value:
        """Of an aggregate, in mm2: a density over another and 1e3/mL is a volume in mm3; never quite 0."""
        cells = self._viable() + 1e-9 * self.packing
        cubed = 0.75 / math.pi * cells / (self.aggregates * self.packing)
        return m.pow(cubed, 2.0 / 3.0)

    def _effectiveness(self, m: Algebra) -> Value:
        """Of first-order uptake in a sphere, 3/f2 (f coth f - 1), within 3 % for f < 10 and never 0/0."""
        scale = self.diffusivity * (self.oxygen_half + self._dissolved())
        thiele = self.oxygen_uptake * self.packing * self._radius_squared(m) / scale
        return 1.0 / m.sqrt(1.0 + 2.0 / 15.0 * thiele)

    def _breathing(self, m: Algebra) -> Value:
        """Oxygen uptake of the mean cell, of the largest possible."""
        return self._effectiveness(m) * self._dissolved() / (self.oxygen_half + self._dissolved())

    def _dissolved(self) -> Value:
        return self.oxygen_solubility * self.oxygen
