"""Disturbances: a further rate of a state, gone where the state is at a bound, and no other change to a model."""

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from homeostat.errors import TwinError
from homeostat.process.units import compatible
from homeostat.twin import Model, Simulator, Status, model, models, parameter, state
from homeostat.twin.algebra import ARRAYS, FLOATS, SYMBOLS, Algebra
from homeostat.twin.disturbed import NEAR, disturbance, disturbances, disturbed
from homeostat.twin.models import named


class Vessel(Model):
    """Something that leaves by itself, and a fraction."""

    amount = state(4.0, "mmol/L", "amount")
    share = state(0.5, "1", "fraction", high=1.0)
    leak = parameter(0.1, "1/h", "leak")

    def rates(self, m: Any) -> dict[str, Any]:
        return {"amount": -self.leak * self.amount, "share": 0.0}


@pytest.mark.parametrize("name", models())
def test_without_disturbances_a_model_is_itself(name: str) -> None:
    assert model(named(name)) is models()[name]
    assert named(name) == name
    assert disturbances(model(name)) == {}


def test_a_name_carries_what_is_disturbed() -> None:
    name = named("t_cell_expansion", ("glucose", "lactate"))
    assert name == "t_cell_expansion disturbed in glucose, lactate"
    of = model(name)
    assert of is model(name)
    assert disturbances(of) == {"glucose": "glucose_disturbance", "lactate": "lactate_disturbance"}
    assert of.signature.parameters["glucose_disturbance"].unit == "(mmol/L)/h"
    plain = models()["t_cell_expansion"]
    assert (
        of.signature.parameters.names[: len(plain.signature.parameters)] == plain.signature.parameters.names
    )
    assert of.fingerprint() not in {
        plain.fingerprint(),
        model(named("t_cell_expansion", ("glucose",))).fingerprint(),
    }


@pytest.mark.parametrize("name", models())
def test_every_state_of_a_shipped_model_can_be_disturbed(name: str) -> None:
    plain = models()[name].signature
    of = model(named(name, plain.states.names))
    for own, rate in disturbances(of).items():
        assert compatible(of.signature.parameters[rate].unit, f"({plain.states[own].unit})/min")
    vectors = plain.states.values, plain.inputs.values
    assert of.evaluate(*vectors, of.signature.parameters.values) == models()[name].evaluate(
        *vectors, plain.parameters.values
    )


@pytest.mark.parametrize(("amount", "rate"), [(4.0, 0.3), (4.0, -0.3), (1e-4, 0.3), (0.0, -5.0)])
def test_it_is_a_rate_beside_the_models_own(amount: float, rate: float) -> None:
    of = disturbed(Vessel, ("amount",))
    rates, _ = of.evaluate((amount, 0.5), (), (0.1, rate))
    own, _ = Vessel.evaluate((amount, 0.5), (), (0.1,))
    assert rates[0] - own[0] == pytest.approx(rate * amount**2 / (amount**2 + (NEAR * 4.0) ** 2))
    assert rates[1] == own[1]


def test_of_a_fraction_it_fades_at_both_ends() -> None:
    of = disturbed(Vessel, ("share",))
    for share, kept in ((0.0, 0.0), (1.0, 0.0), (0.5, (0.25 / 0.2525) ** 2)):
        assert of.evaluate((4.0, share), (), (0.1, 2.0))[0][1] == pytest.approx(2.0 * kept)


@pytest.mark.parametrize("algebra", [FLOATS, ARRAYS, SYMBOLS])
def test_beyond_a_bound_there_is_none_and_its_share_is_never_outside_of_0_to_1(algebra: Algebra) -> None:
    """Also where an integrator tries a state a little beyond a bound: there is no pole."""
    of, near = disturbed(Vessel, ("amount", "share")), NEAR * 4.0
    away = np.array([-100.0, -1.001, -1.0, -0.999, -1e-9, 0.0, 1e-9, 0.5, 1.0, 3.0, 50.0])
    for low in near * away:
        bare = of.evaluate((low, 0.5), (), (0.0, 1.0, 1.0), algebra)[0][0]
        assert 0.0 <= float(bare) <= 1.0
        assert low > 0.0 or float(bare) == 0.0
    for beyond in (-0.0101, -0.01, -1e-3, 1.001, 1.01, 1.0101):
        assert float(of.evaluate((4.0, beyond), (), (0.0, 1.0, 1.0), algebra)[0][1]) == 0.0


def test_long_explicit_steps_cross_a_bound_by_no_more_than_a_step() -> None:
    """Runge & Kutta's fourth-order step of 2 h, beside scipy's implicit integrator: nothing is thrown far off."""
    of = disturbed(Vessel, ("amount",))

    def rate(_: float, x: Any) -> Any:
        return of.evaluate((float(x[0]), 0.5), (), (0.01, -0.5))[0][:1]

    exact = solve_ivp(rate, (0.0, 16.0), [0.3], method="BDF", rtol=1e-9, atol=1e-9).y[0][-1]
    x, hours = 0.3, 2.0
    for _ in range(8):
        k = [0.0]
        for part in (0.0, 0.5, 0.5, 1.0):
            k.append(rate(0.0, [x + part * hours * k[-1]])[0])
        x += hours * (k[1] + 2.0 * k[2] + 2.0 * k[3] + k[4]) / 6.0
        assert -0.5 * hours <= x <= 0.3
    assert 0.0 < exact < 0.05
    assert abs(x - exact) < 0.5 * hours


def test_no_disturbance_empties_a_vessel_below_its_bound() -> None:
    of = disturbed(Vessel, ("amount",))
    reached = Simulator(of).advance((4.0, 0.5), (), (0.1, -2.0), 50.0)
    assert reached.status is Status.OK
    assert 0.0 <= reached.x[0] < 0.01


def test_at_rest_it_moves_a_state_as_far_as_closed_form_says() -> None:
    of = disturbed(Vessel, ("amount",))
    reached = Simulator(of).advance((4.0, 0.5), (), (0.1, 0.8), 400.0)
    faded = reached.x[0] ** 2 / (reached.x[0] ** 2 + (NEAR * 4.0) ** 2)
    assert reached.x[0] == pytest.approx(8.0 * faded, rel=1e-4)


def test_what_cannot_be_disturbed_is_refused() -> None:
    with pytest.raises(TwinError, match="no state is called"):
        disturbed(Vessel, ("leak",))
    with pytest.raises(TwinError, match="of its own"):
        disturbed(disturbed(Vessel, ("amount",)), ("amount",))
    assert disturbance("amount") == "amount_disturbance"
