"""CHO culture: against an independent integration, published behaviour, closed forms and balances."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.twin import Segment, Simulator, Status, Trajectory, simulate
from homeostat.twin.models.cho_culture import ChoCulture

STATES, OUTPUTS = ChoCulture.signature.states, ChoCulture.signature.outputs
EMPTY = {"viable": 0.0, "dead": 0.0}
FED = [Segment(24.0 * day, {"feed": 2e-4 * max(0, min(day - 1, 6))}) for day in range(14)]
"""Fed-batch in 2 L: nothing for two days, then rising to 1.2 mL/h of concentrate."""


def _perfused(vessels_a_day: float, bled: float, feed: float = 0.002) -> dict[str, float]:
    """Flows of a 2 L vessel that stays full: what is bled, less the concentrate, comes back as medium."""
    bleed = 2.0 * bled / 24.0
    return {
        "perfusion": 2.0 * vessels_a_day / 24.0,
        "bleed": bleed,
        "medium": bleed - feed,
        "feed": feed,
    }


GROW = [
    Segment(24.0 * day, {"perfusion": 2.0 * min(2.0, 0.5 * day) / 24.0, "feed": 1e-4 * day})
    for day in range(8)
]
HOLD = [Segment(24.0 * 8, _perfused(2.0, 0.34))]


@pytest.fixture(scope="module")
def cho() -> Simulator:
    return Simulator(ChoCulture)


@pytest.fixture(scope="module")
def fed_batch(cho: Simulator) -> Trajectory:
    return simulate(cho, {}, FED, {}, np.arange(0.0, 14 * 24 + 1, 24.0))


def _state(run: Trajectory, name: str) -> np.ndarray:
    return np.asarray(run.states[:, STATES.index(name)])


def _output(run: Trajectory, name: str) -> np.ndarray:
    return np.asarray(run.outputs[:, OUTPUTS.index(name)])


def test_without_by_product_cells_double_in_the_published_20_hours(cho: Simulator) -> None:
    p = {"byproduct_rate": 0.0, "death": 0.0, "toxicity": 0.0, "starvation": 0.0, "glucose_half": 1e-6}
    run = simulate(cho, {"viable": 0.1, "dead": 0.0}, [], p, [0.0, 24.0, 48.0, 72.0])
    np.testing.assert_allclose(_state(run, "viable"), 0.1 * np.exp(0.8384 * run.time / 24.0), rtol=1e-5)
    assert math.log(2.0) / _output(run, "growth_rate")[0] == pytest.approx(19.84, abs=0.01)


def test_the_published_constants_stand_per_hour_and_halve_growth_at_24_g_per_litre(cho: Simulator) -> None:
    values = cho.signature.parameters
    per_day = [24.0 * values[name].value for name in ("growth_max", "death", "toxicity")]
    assert per_day == pytest.approx([0.8384, 0.0209, 0.0290])
    clean = simulate(cho, {"byproduct": 0.0}, [], {}, [0.0])
    loaded = simulate(cho, {"byproduct": 24.39}, [], {}, [0.0])
    assert _output(loaded, "growth_rate")[0] == pytest.approx(0.5 * _output(clean, "growth_rate")[0])


def test_two_weeks_of_fed_batch_are_plausible(fed_batch: Trajectory) -> None:
    assert fed_batch.status is Status.OK
    viable = _state(fed_batch, "viable")
    assert 20.0 < viable.max() < 35.0
    assert 8 <= viable.argmax() <= 11
    assert _output(fed_batch, "viability")[:9].min() > 90.0
    assert 3000.0 < _state(fed_batch, "titre")[-1] < 6000.0
    assert _state(fed_batch, "glucose").min() > 1.0
    assert _state(fed_batch, "lactate").max() < 50.0


def test_lactate_turns_from_made_to_used_as_growth_ends(fed_batch: Trajectory) -> None:
    lactate = _state(fed_batch, "lactate") * _state(fed_batch, "volume")
    turn = int(lactate.argmax())
    assert 5 <= turn <= 12
    assert lactate[-1] < 0.95 * lactate[turn]


def test_fed_batch_agrees_with_an_independent_integration(
    cho: Simulator, reference: Callable[..., np.ndarray], fed_batch: Trajectory
) -> None:
    np.testing.assert_allclose(
        fed_batch.states, reference(ChoCulture, {}, FED, fed_batch.time), rtol=1e-5, atol=1e-6
    )


def test_perfusion_and_bleed_agree_with_an_independent_integration(
    cho: Simulator, reference: Callable[..., np.ndarray]
) -> None:
    times = np.arange(0.0, 20 * 24 + 1, 24.0)
    ours = simulate(cho, {}, GROW + HOLD, {}, times)
    np.testing.assert_allclose(
        ours.states, reference(ChoCulture, {}, GROW + HOLD, times), rtol=1e-5, atol=1e-6
    )


def test_perfusion_with_the_constants_of_fed_batch_holds_the_published_70e6_per_ml(cho: Simulator) -> None:
    """Richelle et al. 2022 hold 70e6 cells/mL by a controlled bleed; the flows, 2 and 0.34 a day, are ours."""
    run = simulate(cho, {}, GROW + HOLD, {}, np.arange(0.0, 80 * 24 + 1, 24.0))
    assert run.status is Status.OK
    assert _state(run, "viable")[-1] == pytest.approx(70.0, rel=0.1)
    assert _output(run, "viability")[-1] > 90.0
    assert _state(run, "volume")[-1] == pytest.approx(_state(run, "volume")[8])


def test_viability_falls_where_more_cells_get_less_perfusion(cho: Simulator) -> None:
    """As published for the phase in which the culture is driven beyond that density at a reduced rate."""
    push = [Segment(24.0 * 20, {"perfusion": 2.0 / 24.0, "feed": 0.002})]
    run = simulate(cho, {}, GROW + HOLD + push, {}, [0.0, 20.0 * 24.0, 23.0 * 24.0])
    assert run.status is Status.OK
    assert _state(run, "viable")[2] > _state(run, "viable")[1]
    assert _output(run, "viability")[2] < _output(run, "viability")[1] - 5.0


def test_the_steady_state_of_perfusion_is_where_every_balance_is_zero(cho: Simulator) -> None:
    run = simulate(cho, {}, GROW + HOLD, {"starvation": 0.0}, [0.0, 200.0 * 24.0])
    x = dict(zip(STATES.names, run.states[-1], strict=True))
    p = {q.name: q.value for q in cho.signature.parameters}
    bled = 2.0 * 0.34 / 24.0 / x["volume"]
    washed = 2.0 * 2.0 / 24.0 / x["volume"] + bled
    assert x["byproduct"] == pytest.approx(p["byproduct_rate"] * x["viable"] / washed, rel=1e-4)
    assert x["titre"] == pytest.approx(p["productivity"] * x["viable"] / washed, rel=0.02)
    assert x["lysed"] == pytest.approx(p["lysis"] * x["dead"] / washed, rel=1e-4)
    death = p["death"] + p["toxicity"] * x["lysed"]
    assert x["dead"] == pytest.approx(death * x["viable"] / (p["lysis"] + bled), rel=1e-3)
    assert _output(run, "growth_rate")[-1] == pytest.approx(death + bled, rel=1e-3)


def test_washing_the_by_product_out_extends_growth(cho: Simulator) -> None:
    still = simulate(cho, {}, FED, {}, [0.0, 240.0])
    washed = simulate(
        cho, {}, [*GROW, Segment(24.0 * 8, {"perfusion": 4.0 / 24.0, "feed": 0.002})], {}, [0.0, 240.0]
    )
    assert _state(washed, "viable")[-1] > 3.0 * _state(still, "viable")[-1]


def test_every_cell_that_dies_or_lyses_is_counted(cho: Simulator) -> None:
    x0 = {"viable": 10.0, "dead": 1.0, "lysed": 4.0}
    run = simulate(cho, x0, [], {"growth_max": 0.0}, np.arange(0.0, 200.0, 20.0))
    total = _state(run, "viable") + _state(run, "dead") + _state(run, "lysed")
    np.testing.assert_allclose(total, 15.0, rtol=1e-7)
    assert _state(run, "lysed")[-1] > 6.0


def test_streams_bring_what_they_hold_and_dilute_the_rest(cho: Simulator) -> None:
    run = simulate(
        cho, EMPTY | {"lactate": 8.0, "byproduct": 3.0, "titre": 50.0},
        [Segment(0.0, {"medium": 0.1, "feed": 0.01})], {}, [0.0, 10.0],
    )  # fmt: skip
    volume = 2.0 + 0.11 * 10.0
    assert _state(run, "volume")[-1] == pytest.approx(volume)
    for name, start in (("lactate", 8.0), ("byproduct", 3.0), ("titre", 50.0)):
        assert _state(run, name)[-1] == pytest.approx(start * 2.0 / volume, rel=1e-6)
    moles = 35.0 * 2.0 + 0.1 * 10.0 * 35.0 + 0.01 * 10.0 * 2000.0
    assert _state(run, "glucose")[-1] == pytest.approx(moles / volume, rel=1e-6)


def test_the_filter_keeps_cells_and_a_bleed_takes_them_without_diluting(cho: Simulator) -> None:
    frozen = {"growth_max": 0.0, "death": 0.0, "toxicity": 0.0, "lysis": 0.0, "starvation": 0.0}
    x0 = {"viable": 30.0, "dead": 2.0, "lysed": 1.0, "byproduct": 5.0}
    run = simulate(cho, x0, [Segment(0.0, {"perfusion": 0.2, "bleed": 0.05})], frozen, [0.0, 10.0])
    assert _state(run, "viable")[-1] == pytest.approx(30.0, rel=1e-6)
    assert _state(run, "dead")[-1] == pytest.approx(2.0, rel=1e-6)
    assert _state(run, "volume")[-1] == pytest.approx(1.5)
    assert _state(run, "lysed")[-1] == pytest.approx((1.5 / 2.0) ** 4, rel=1e-5)


@pytest.mark.parametrize("sieving", [1.0, 0.4])
def test_what_is_secreted_is_in_the_vessel_the_permeate_or_the_bleed(cho: Simulator, sieving: float) -> None:
    times = np.linspace(0.0, 96.0, 4801)
    u = {"perfusion": 0.1, "bleed": 0.01, "medium": 0.012, "feed": 0.001}
    run = simulate(cho, {"viable": 10.0, "titre": 30.0}, [Segment(0.0, u)], {"sieving": sieving}, times)
    volume, glucose = _state(run, "volume"), _state(run, "glucose")
    secreted = 20.0 / 24.0 * glucose / (0.15 + glucose) * _state(run, "viable") * volume
    bled = np.trapezoid(0.01 * _state(run, "titre"), times)
    held = _output(run, "product")
    assert held[-1] + bled == pytest.approx(held[0] + np.trapezoid(secreted, times), rel=1e-6)
    assert held[-1] == pytest.approx((_state(run, "titre") * volume + _state(run, "harvested"))[-1])


def test_glucose_is_found_in_new_cells_and_maintenance_and_lactate_never_exceeds_its_carbon(
    cho: Simulator,
) -> None:
    times = np.linspace(0.0, 96.0, 2401)
    run = simulate(cho, {"viable": 1.0}, [], {}, times)
    viable, glucose, lactate = (_state(run, name) for name in ("viable", "glucose", "lactate"))
    needed = (_output(run, "growth_rate") / 0.5 + 0.015 * glucose / (0.15 + glucose)) * viable
    assert glucose[0] - glucose[-1] == pytest.approx(np.trapezoid(needed, times), rel=1e-5)
    assert 0.0 < lactate[-1] - lactate[0] < 2.0 * (glucose[0] - glucose[-1])
    assert cho.signature.parameters["lactate_yield"].high == 2.0


def test_cells_starve_when_glucose_is_gone(cho: Simulator) -> None:
    run = simulate(cho, {"viable": 10.0, "glucose": 2.0}, [], {}, [0.0, 24.0, 120.0])
    assert run.status is Status.OK
    assert 0.0 <= _state(run, "glucose")[-1] < 0.1
    assert _state(run, "viable")[-1] < 1.0


def test_an_emptied_vessel_is_out_of_bounds(cho: Simulator) -> None:
    assert simulate(cho, {}, [Segment(0.0, {"bleed": 1.0})], {}, [0.0, 2.1]).status is Status.OUT_OF_BOUNDS


@settings(max_examples=25, deadline=None)
@given(
    viable=st.floats(0.0, 50.0),
    flows=st.tuples(st.floats(0.0, 0.5), st.floats(0.0, 0.05), st.floats(0.0, 0.01), st.floats(0.0, 0.005)),
    glucose=st.floats(0.0, 100.0),
)
def test_sane_inputs_never_fail_and_never_go_negative(
    cho: Simulator, viable: float, flows: Sequence[float], glucose: float
) -> None:
    u = dict(zip(("perfusion", "medium", "feed", "bleed"), flows, strict=True))
    run = simulate(cho, {"viable": viable, "glucose": glucose}, [Segment(0.0, u)], {}, [0.0, 24.0, 288.0])
    assert run.status is Status.OK
    assert (run.states >= 0.0).all()
    assert (_output(run, "viability") <= 100.0).all()
