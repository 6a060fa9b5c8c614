"""do-mpc's stirred tank reactor (after Klatt & Engell): A reacts to B, to C and to D, cooled by a jacket.

Equations, constants, bounds, soft constraint and objective: do-mpc documentation, example gallery, "Continuous stirred
tank reactor" (https://www.do-mpc.com/en/latest/example_gallery/CSTR.html).
"""

from homeostat.bench.control.task import Soft, Task
from homeostat.twin import Model, input, parameter, state
from homeostat.twin.algebra import Algebra, Value

TARGET = 0.6
"""Concentration of B that is wanted, mol/L."""


class StirredTank(Model):
    """Van de Vusse's reactions A -> B -> C and 2 A -> D, with heat balances of the reactor and of its jacket."""

    a = state(0.8, "mol/L", "concentration of A")
    b = state(0.5, "mol/L", "concentration of B")
    reactor = state(134.14, "degC", "temperature in the reactor, T_R", low=-50.0)
    jacket = state(130.0, "degC", "temperature in the jacket, T_K", low=-50.0)

    feed = input(5.0, "1/h", "feed per volume, F", low=5.0, high=100.0)
    heating = input(0.0, "kJ/h", "heat given to the jacket, Q", low=-8500.0, high=0.0)

    alpha = parameter(1.0, "1", "uncertain factor of the activation energy to D", low=0.9, high=1.1)
    beta = parameter(1.0, "1", "uncertain factor of the rate constant to B", low=0.8, high=1.2)
    rate_ab = parameter(1.287e12, "1/h", "rate constant from A to B")
    rate_bc = parameter(1.287e12, "1/h", "rate constant from B to C")
    rate_ad = parameter(9.043e9, "L/(mol h)", "rate constant from A to D")
    activation_ab = parameter(9758.3, "K", "activation energy from A to B, over the gas constant")
    activation_bc = parameter(9758.3, "K", "activation energy from B to C, over the gas constant")
    activation_ad = parameter(8560.0, "K", "activation energy from A to D, over the gas constant")
    heat_ab = parameter(4.2, "kJ/mol", "enthalpy from A to B")
    heat_bc = parameter(-11.0, "kJ/mol", "enthalpy from B to C")
    heat_ad = parameter(-41.85, "kJ/mol", "enthalpy from A to D")
    density = parameter(0.9342, "kg/L", "density")
    capacity = parameter(3.01, "kJ/(kg K)", "heat capacity of the contents")
    jacket_capacity = parameter(2.0, "kJ/(kg K)", "heat capacity of the coolant")
    area = parameter(0.215, "m^2", "area of the wall")
    volume = parameter(10.01, "L", "volume of the reactor")
    jacket_mass = parameter(5.0, "kg", "coolant in the jacket")
    inlet = parameter(130.0, "degC", "temperature of the feed")
    transfer = parameter(4032.0, "kJ/(h m^2 K)", "heat transfer through the wall")
    feed_a = parameter(5.1, "mol/L", "concentration of A in the feed")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Balances of A and B, and of heat."""
        kelvin = self.reactor + 273.15
        to_b = self.beta * self.rate_ab * m.exp(-self.activation_ab / kelvin) * self.a
        to_c = self.rate_bc * m.exp(-self.activation_bc / kelvin) * self.b
        to_d = self.rate_ad * m.exp(-self.alpha * self.activation_ad / kelvin) * self.a * self.a
        held = self.density * self.capacity
        through = self.transfer * self.area * (self.reactor - self.jacket)
        reacting = to_b * self.heat_ab + to_c * self.heat_bc + to_d * self.heat_ad
        return {
            "a": self.feed * (self.feed_a - self.a) - to_b - to_d,
            "b": -self.feed * self.b + to_b - to_c,
            "reactor": self.feed * (self.inlet - self.reactor)
            - reacting / held
            - through / (held * self.volume),
            "jacket": (self.heating + through) / (self.jacket_mass * self.jacket_capacity),
        }


TASK = Task(
    name="stirred tank",
    model=StirredTank,
    hours=0.005,
    steps=20,
    substeps=4,
    elements=1,
    stage=lambda x: (x["b"] - TARGET) ** 2,
    terminal=lambda x: (x["b"] - TARGET) ** 2,
    moves={"feed": 0.1, "heating": 1e-3},
    bounds={"a": (0.1, 2.0), "b": (0.1, 2.0), "reactor": (50.0, 180.0), "jacket": (50.0, 140.0)},
    soft=(Soft("reactor", 140.0, 1e2),),
    scale={"reactor": 100.0, "jacket": 100.0, "feed": 100.0, "heating": 2000.0},
    uncertain=("alpha", "beta"),
    scenarios=((1.0, 1.0),),
)
"""B at its target, without abrupt changes of feed and cooling, and the reactor below 140 °C if possible."""
