"""Disturbances: a further rate of a state, gone where the state is at a bound, and no other change to a model."""

from typing import Any

import pytest

from homeostat.errors import TwinError
from homeostat.process.units import compatible
from homeostat.twin import Model, Simulator, Status, model, models, parameter, state
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
    assert rates[0] - own[0] == pytest.approx(rate * amount / (amount + NEAR * 4.0))
    assert rates[1] == own[1]


def test_of_a_fraction_it_fades_at_both_ends() -> None:
    of = disturbed(Vessel, ("share",))
    for share, kept in ((0.0, 0.0), (1.0, 0.0), (0.5, (0.5 / 0.51) ** 2)):
        assert of.evaluate((4.0, share), (), (0.1, 2.0))[0][1] == pytest.approx(2.0 * kept)


def test_no_disturbance_empties_a_vessel_below_its_bound() -> None:
    of = disturbed(Vessel, ("amount",))
    reached = Simulator(of).advance((4.0, 0.5), (), (0.1, -2.0), 50.0)
    assert reached.status is Status.OK
    assert 0.0 <= reached.x[0] < 0.01


def test_at_rest_it_moves_a_state_as_far_as_closed_form_says() -> None:
    of = disturbed(Vessel, ("amount",))
    reached = Simulator(of).advance((4.0, 0.5), (), (0.1, 0.8), 400.0)
    assert reached.x[0] + NEAR * 4.0 == pytest.approx(8.0, rel=1e-4)


def test_what_cannot_be_disturbed_is_refused() -> None:
    with pytest.raises(TwinError, match="no state is called"):
        disturbed(Vessel, ("leak",))
    with pytest.raises(TwinError, match="of its own"):
        disturbed(disturbed(Vessel, ("amount",)), ("amount",))
    assert disturbance("amount") == "amount_disturbance"
