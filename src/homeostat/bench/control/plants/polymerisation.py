"""do-mpc's industrial polymerisation: an exothermic semi-batch reactor with a jacket and an external heat exchanger.

Equations, constants, bounds and objective: do-mpc documentation, example gallery, "Industrial polymerization reactor"
(https://www.do-mpc.com/en/latest/example_gallery/industrial_poly.html), after Lucia, Finkler & Engell 2013, J. Process
Control 23(9). The heat that the reactor's contents carry into the exchanger has their own heat capacity, and the jacket
takes heat from the steel once, as in the example's model and unlike the formulas printed in the gallery.
"""

import math
from itertools import product

from homeostat.bench.control.task import Task
from homeostat.twin import Model, input, parameter, state
from homeostat.twin.algebra import Algebra, Value

KELVIN = 273.15
SHARES = (1.0, 1.3, 0.7)
"""Of their nominal values, which reaction enthalpy and rate constant are thought possible."""


class Polymerisation(Model):
    """Monomer becomes polymer in the reactor and in the exchanger; the heat leaves through jacket and exchanger."""

    water = state(10_000.0, "kg", "water, m_W")
    monomer = state(853.0, "kg", "monomer, m_A")
    polymer = state(26.5, "kg", "polymer, m_P")
    reactor = state(90.0 + KELVIN, "K", "temperature of the contents, T_R")
    steel = state(90.0 + KELVIN, "K", "temperature of the vessel, T_S")
    jacket = state(90.0 + KELVIN, "K", "temperature of the jacket, T_M")
    exchanger = state(35.0 + KELVIN, "K", "temperature of contents in the exchanger, T_EK")
    coolant = state(35.0 + KELVIN, "K", "temperature of coolant leaving the exchanger, T_AWT")
    fed = state(300.0, "kg", "monomer feed since the start, m_F,acc")
    adiabatic = state(
        853.0 * 950.0 / (10_879.5 * 5.0) + 90.0 + KELVIN, "K", "temperature if cooling failed, T_adiab"
    )

    feed = input(0.0, "kg/h", "flow of feed, m_F", low=0.0, high=3.0e4)
    jacket_inlet = input(KELVIN + 90.0, "K", "temperature of coolant to the jacket", low=333.15, high=373.15)
    exchanger_inlet = input(
        KELVIN + 90.0, "K", "temperature of coolant to the exchanger", low=333.15, high=373.15
    )

    enthalpy = parameter(950.0, "kJ/kg", "heat of reaction, H_R")
    rate_constant = parameter(7.0, "1/h", "rate constant, k_0")
    gas_constant = parameter(8.314, "kJ/(kmol K)", "gas constant, R")
    activation = parameter(8500.0, "kJ/kmol", "energy of activation, E_a")
    without_polymer = parameter(4.0, "1", "rate factor without polymer, k_U1")
    with_polymer = parameter(32.0, "1", "rate factor in polymer alone, k_U2")
    feed_temperature = parameter(25.0 + KELVIN, "K", "temperature of the feed, T_F")
    feed_water = parameter(0.333, "kg/kg", "water in the feed, w_W,F")
    feed_monomer = parameter(0.667, "kg/kg", "monomer in the feed, w_A,F")
    area = parameter(65.0, "m^2", "area of the vessel's wall, A")
    wall_water = parameter(17_280.0, "kJ/(h m^2 K)", "heat transfer from water to steel, k_WS")
    wall_monomer = parameter(3_600.0, "kJ/(h m^2 K)", "heat transfer from monomer to steel, k_AS")
    wall_polymer = parameter(360.0, "kJ/(h m^2 K)", "heat transfer from polymer to steel, k_PS")
    exchange = parameter(5.0 * 20e4 * 3.6, "kJ/(h K)", "heat transfer in the exchanger, alpha")
    jacket_mass = parameter(5_000.0, "kg", "coolant in the jacket, m_M,KW")
    jacket_flow = parameter(300_000.0, "kg/h", "flow through the jacket")
    coolant_mass = parameter(1_000.0, "kg", "coolant in the exchanger, m_AWT,KW")
    coolant_flow = parameter(100_000.0, "kg/h", "flow of coolant through the exchanger")
    exchanger_mass = parameter(200.0, "kg", "contents in the exchanger, m_AWT")
    exchanger_flow = parameter(20_000.0, "kg/h", "flow of contents through the exchanger")
    steel_mass = parameter(39_000.0, "kg", "steel, m_S")
    heat_water = parameter(4.2, "kJ/(kg K)", "heat capacity of coolant, c_p,W")
    heat_steel = parameter(0.47, "kJ/(kg K)", "heat capacity of steel, c_p,S")
    heat_feed = parameter(3.0, "kJ/(kg K)", "heat capacity of the feed, c_p,F")
    heat_contents = parameter(5.0, "kJ/(kg K)", "heat capacity of the contents, c_p,R")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Balances of mass and of heat; the adiabatic temperature follows from both."""
        mass = self.water + self.monomer + self.polymer
        outside = self.exchanger_mass * self.monomer / mass
        here = self._speed(m, self.reactor) * (self.monomer - outside)
        there = self._speed(m, self.exchanger) * outside
        water, polymer = self.feed * self.feed_water, here + there
        monomer = self.feed * self.feed_monomer - polymer
        reactor = self._warming(mass, here)
        stored = self.enthalpy / (mass * self.heat_contents)
        growing = (water + monomer + polymer) / mass
        return {
            "water": water,
            "monomer": monomer,
            "polymer": polymer,
            "reactor": reactor,
            **self._cooling(mass, there),
            "fed": self.feed,
            "adiabatic": stored * (monomer - growing * self.monomer) + reactor,
        }

    def _speed(self, m: Algebra, temperature: Value) -> Value:
        """The rate of reaction per monomer, 1/h."""
        share = self.polymer / (self.monomer + self.polymer)
        factor = self.without_polymer * (1.0 - share) + self.with_polymer * share
        return self.rate_constant * m.exp(-self.activation / (self.gas_constant * temperature)) * factor

    def _wall(self, mass: Value) -> Value:
        """Heat through the wall per difference of temperature, kJ/(h K)."""
        inside = (
            self.water * self.wall_water + self.monomer * self.wall_monomer + self.polymer * self.wall_polymer
        )
        return inside / mass * self.area

    def _warming(self, mass: Value, reacting: Value) -> Value:
        """Of the contents, K/h."""
        heat = (
            self.feed * self.heat_feed * (self.feed_temperature - self.reactor)
            + self.enthalpy * reacting
            - self._wall(mass) * (self.reactor - self.steel)
            - self.exchanger_flow * self.heat_contents * (self.reactor - self.exchanger)
        )
        return heat / (self.heat_contents * mass)

    def _cooling(self, mass: Value, reacting: Value) -> dict[str, Value]:
        """Of steel, jacket and both sides of the exchanger, K/h."""
        wall, crossing = self._wall(mass), self.exchange * (self.exchanger - self.coolant)
        outward = wall * (self.steel - self.jacket)
        return {
            "steel": (wall * (self.reactor - self.steel) - outward) / (self.heat_steel * self.steel_mass),
            "jacket": self.jacket_flow / self.jacket_mass * (self.jacket_inlet - self.jacket)
            + outward / (self.heat_water * self.jacket_mass),
            "exchanger": self.exchanger_flow / self.exchanger_mass * (self.reactor - self.exchanger)
            + (reacting * self.enthalpy - crossing) / (self.heat_contents * self.exchanger_mass),
            "coolant": self.coolant_flow / self.coolant_mass * (self.exchanger_inlet - self.coolant)
            + crossing / (self.heat_water * self.coolant_mass),
        }


TASK = Task(
    name="industrial polymerisation",
    model=Polymerisation,
    hours=50.0 / 3600.0,
    steps=20,
    substeps=6,
    elements=1,
    stage=lambda x: -x["polymer"],
    terminal=lambda x: -x["polymer"],
    moves={"feed": 0.002, "jacket_inlet": 0.004, "exchanger_inlet": 0.002},
    bounds={
        "water": (0.0, math.inf),
        "monomer": (0.0, math.inf),
        "polymer": (26.0, math.inf),
        "reactor": (361.15, 365.15),
        "steel": (298.0, 400.0),
        "jacket": (298.0, 400.0),
        "exchanger": (288.0, 400.0),
        "coolant": (288.0, 400.0),
        "fed": (0.0, 30_000.0),
        "adiabatic": (-math.inf, 382.15),
    },
    scale={"water": 10.0, "monomer": 10.0, "polymer": 10.0, "fed": 10.0, "feed": 100.0},
    uncertain=("enthalpy", "rate_constant"),
    stiff=True,
    scenarios=tuple((950.0 * a, 7.0 * b) for a, b in product(SHARES, SHARES)),
)
"""Most polymer soon, within ±2 K of the reaction's temperature and safe if cooling fails, in nine scenarios.

The exchanger takes 50 s for 60 times what it needs to settle: explicit steps would have to be 30 an interval.
"""
