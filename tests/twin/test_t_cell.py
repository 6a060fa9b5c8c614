"""T-cell expansion: against an independent integration, closed forms, balances, and a plausible twelve days."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from homeostat.twin import Jump, Segment, Simulator, Status, Trajectory, model, simulate
from homeostat.twin.mixing import mix

STATES = model("t_cell_expansion").signature.states
STILL = {"viable": 0.0, "dead": 0.0, "activated": 0.0, "oxygen": 100.0 * 21.0 / 20.95}
"""A vessel without cells in equilibrium with its gas."""


def _perfusion(day: int) -> float:
    """Vessel volumes per day, from the third day on, up to 2."""
    return min(2.0, max(0.0, 0.25 * (day - 2)))


def _recipe() -> list[Segment]:
    """Activate for two days, transduce on the second, then perfuse the 200 mL and enrich the gas as cells grow."""
    start = [
        Segment(0.0, {"activator": 1.0}),
        Segment(24.0, {"activator": 1.0, "vector": 2.0}),
        Segment(48.0),
    ]
    return start + [
        Segment(
            24.0 * day, {"perfusion": _perfusion(day) * 200.0 / 24.0, "oxygen_gas": 21.0 + 8.0 * (day - 2)}
        )
        for day in range(3, 12)
    ]


@pytest.fixture(scope="module")
def run(t_cell: Simulator) -> Trajectory:
    return simulate(t_cell, {}, _recipe(), {}, np.arange(0.0, 289.0, 6.0))


def _state(run: Trajectory, name: str) -> np.ndarray:
    return np.asarray(run.states[:, STATES.index(name)])


def test_twelve_days_are_plausible_for_car_t_in_perfusion(run: Trajectory) -> None:
    assert run.status is Status.OK
    viability, ph, cells, car, memory_cells, ratio = run.outputs.T
    assert 10.0 < _state(run, "viable").max() < 35.0
    assert viability.min() > 85.0
    assert _state(run, "glucose").min() > 3.0
    assert _state(run, "glucose").max() <= 20.0
    assert _state(run, "lactate").max() < 25.0
    assert 6.9 < ph.min() < ph.max() < 7.6
    assert 0.3 < (car / np.maximum(cells, 1e-9))[-1] < 0.8
    assert 0.25 < memory_cells[-1] / cells[-1] < 0.5 < memory_cells[0] / cells[0]
    assert 0.5 < ratio[-1] < 1.5 < ratio[0]


def test_the_run_agrees_with_an_independent_integration(
    t_cell: Simulator, reference: Callable[..., np.ndarray]
) -> None:
    times = [0.0, 24.0, 48.0, *np.arange(72.0, 289.0, 24.0)]
    ours = simulate(t_cell, {}, _recipe(), {}, times)
    theirs = reference(t_cell.model, {}, _recipe(), times)
    np.testing.assert_allclose(ours.states, theirs, rtol=1e-5, atol=1e-7)


def test_minute_by_minute_agrees_as_well(t_cell: Simulator, reference: Callable[..., np.ndarray]) -> None:
    s = t_cell.signature
    segment = Segment(0.0, {"perfusion": 8.0, "oxygen_gas": 40.0})
    x, u, p = s.states.vector({"viable": 5.0}), s.inputs.vector(segment.values), s.parameters.vector()
    for _ in range(24 * 60):
        x = t_cell.advance(x, u, p, 1.0 / 60.0).x
    theirs = reference(t_cell.model, {"viable": 5.0}, [segment], [0.0, 24.0])[-1]
    np.testing.assert_allclose(x, theirs, rtol=1e-5, atol=1e-7)


def test_what_streams_bring_is_diluted_by_what_they_add(t_cell: Simulator) -> None:
    u = {"feed": 2.0, "base": 3.0}
    run = simulate(t_cell, STILL | {"lactate": 8.0}, [Segment(0.0, u)], {}, [0.0, 10.0])
    volume = 200.0 + 5.0 * 10.0
    assert _state(run, "volume")[-1] == pytest.approx(volume)
    assert _state(run, "lactate")[-1] == pytest.approx(8.0 * 200.0 / volume, rel=1e-6)
    assert _state(run, "glucose")[-1] == pytest.approx(
        (20.0 * 200.0 + 2.0 * 10.0 * 1000.0) / volume, rel=1e-6
    )
    assert _state(run, "bicarbonate")[-1] == pytest.approx(
        (24.0 * 200.0 + 3.0 * 10.0 * 890.0) / volume, rel=1e-6
    )


def test_perfusion_washes_out_and_keeps_the_volume(t_cell: Simulator) -> None:
    run = simulate(
        t_cell, STILL | {"lactate": 8.0, "glucose": 2.0}, [Segment(0.0, {"perfusion": 10.0})], {}, [0.0, 20.0]
    )
    left = math.exp(-10.0 / 200.0 * 20.0)
    assert _state(run, "volume")[-1] == 200.0
    assert _state(run, "lactate")[-1] == pytest.approx(8.0 * left, rel=1e-6)
    assert _state(run, "glucose")[-1] == pytest.approx(20.0 + (2.0 - 20.0) * left, rel=1e-6)


def test_perfusion_keeps_the_cells_and_bleed_takes_them_without_diluting(t_cell: Simulator) -> None:
    frozen = {"growth_max": 0.0, "death_max": 0.0, "starvation_max": 0.0, "lysis": 0.0}
    u = {"perfusion": 10.0, "bleed": 4.0}
    run = simulate(t_cell, {"viable": 3.0, "dead": 0.5}, [Segment(0.0, u)], frozen, [0.0, 20.0])
    assert _state(run, "viable")[-1] == pytest.approx(3.0, rel=1e-9)
    assert _state(run, "dead")[-1] == pytest.approx(0.5, rel=1e-9)
    assert _state(run, "volume")[-1] == pytest.approx(120.0)


def test_growth_is_exponential_while_nothing_is_used_up(t_cell: Simulator) -> None:
    p = {
        "glucose_maintenance": 0.0, "glucose_yield": 10.0, "inhibitor_yield": 0.0, "death_max": 0.0,
        "starvation_max": 0.0, "deactivation": 0.0, "oxygen_uptake": 0.0, "il2_decay": 0.0, "il2_uptake": 0.0,
    }  # fmt: skip
    x0 = STILL | {"viable": 1e-3, "activated": 1.0, "glucose": 20.0, "lactate": 0.0}
    run = simulate(t_cell, x0, [], p, [0.0, 24.0, 48.0])
    signature = t_cell.signature
    x, u = signature.states.vector(x0), signature.inputs.vector()
    rate = t_cell.model.evaluate(x, u, signature.parameters.vector(p))[0][0] / 1e-3
    np.testing.assert_allclose(_state(run, "viable"), 1e-3 * np.exp(rate * run.time), rtol=1e-4)
    assert 0.02 < rate < 0.05


def test_every_cell_that_dies_is_counted_as_dead(t_cell: Simulator) -> None:
    p = {"growth_max": 0.0, "lysis": 0.0}
    run = simulate(t_cell, {"viable": 4.0, "inhibitor": 300.0}, [], p, np.arange(0.0, 100.0, 10.0))
    assert _state(run, "dead")[-1] > 0.5
    np.testing.assert_allclose(_state(run, "viable") + _state(run, "dead"), 4.02, rtol=1e-7)


def test_lactate_appears_as_glucose_goes_and_never_beyond_the_carbon(t_cell: Simulator) -> None:
    run = simulate(t_cell, {"viable": 2.0, "activated": 0.9}, [], {}, np.arange(0.0, 60.0, 5.0))
    made = _state(run, "lactate") - _state(run, "lactate")[0]
    used = _state(run, "glucose")[0] - _state(run, "glucose")
    assert used[-1] > 5.0
    np.testing.assert_allclose(made, 1.5 * used, rtol=1e-5, atol=1e-6)
    assert t_cell.signature.parameters["lactate_yield"].high == 2.0


def test_transduction_follows_poisson_while_the_vector_is_present(t_cell: Simulator) -> None:
    p = {"deactivation": 0.0, "transduction_rate": 0.02}
    run = simulate(
        t_cell, {"activated": 1.0}, [Segment(0.0, {"vector": 3.0}), Segment(10.0)], p, [0.0, 10.0, 30.0]
    )
    expected = 1.0 - math.exp(-0.02 * 3.0 * 10.0)
    np.testing.assert_allclose(_state(run, "transduced"), [0.0, expected, expected], rtol=1e-6)


def test_cells_starve_when_glucose_is_gone_and_glucose_stays_at_nothing(t_cell: Simulator) -> None:
    run = simulate(t_cell, {"viable": 5.0, "glucose": 0.5, "activated": 0.8}, [], {}, [0.0, 24.0, 96.0])
    assert run.status is Status.OK
    assert 0.0 <= _state(run, "glucose")[-1] < 0.2
    assert _state(run, "viable")[-1] < 0.1 * 5.0
    assert run.outputs[-1, 0] < 50.0


def test_lactic_acid_lowers_ph_and_base_raises_it_again(t_cell: Simulator) -> None:
    sour = simulate(t_cell, {"viable": 4.0, "activated": 0.9}, [], {}, [0.0, 36.0])
    base = simulate(
        t_cell, {"viable": 4.0, "activated": 0.9}, [Segment(0.0, {"base": 0.05})], {}, [0.0, 36.0]
    )
    ph = 1
    assert sour.outputs[-1, ph] < sour.outputs[0, ph] - 0.1
    assert base.outputs[-1, ph] > sour.outputs[-1, ph] + 0.02
    assert sour.outputs[0, ph] == pytest.approx(6.1 + math.log10(24.0 / (0.219 * 5.0)), abs=1e-4)


def test_a_bolus_of_interleukin_decays_by_half_in_58_hours(t_cell: Simulator) -> None:
    run = simulate(
        t_cell,
        STILL | {"il2": 0.0},
        [],
        {},
        [0.0, 10.0, 10.0 + math.log(2.0) / 0.012],
        [Jump(10.0, add={"il2": 80.0})],
    )
    np.testing.assert_allclose(_state(run, "il2"), [0.0, 80.0, 40.0], rtol=1e-6)


def test_an_emptied_vessel_is_out_of_bounds(t_cell: Simulator) -> None:
    run = simulate(t_cell, {}, [Segment(0.0, {"bleed": 100.0})], {}, [0.0, 1.9, 2.1])
    assert run.status is Status.OUT_OF_BOUNDS
    assert run.time.tolist() == [0.0, 1.9]


STEADY = {"glucose_maintenance": 0.0, "glucose_yield": 10.0, "inhibitor_yield": 0.0, "starvation_max": 0.0,
    "deactivation": 0.0, "oxygen_uptake": 0.0, "il2_decay": 0.0, "il2_uptake": 0.0}  # fmt: skip
"""With few cells, growth and death stay what they are at the start."""


def _constant_rates(t_cell: Simulator, x0: Mapping[str, float], death: float) -> tuple[float, float]:
    """Growth and death rate in `x0`, under STEADY."""
    s = t_cell.signature
    x, u = s.states.vector(x0), s.inputs.vector()
    rates = t_cell.model.evaluate(x, u, s.parameters.vector(STEADY | {"death_max": death}))[0]
    dying = death * x0["inhibitor"] / (174.0 + x0["inhibitor"])
    return rates[0] / x0["viable"] + dying, dying


def test_composition_is_that_of_two_populations_followed_one_by_one(t_cell: Simulator) -> None:
    """Memory and effector cells, each with growth and death of its own, integrated as numbers instead of a fraction."""
    x0 = STILL | {"viable": 1e-3, "activated": 1.0, "inhibitor": 60.0, "memory": 0.7, "cd8": 0.2}
    run = simulate(t_cell, x0, [], STEADY | {"death_max": 0.05}, np.arange(0.0, 121.0, 24.0))
    growth, death = _constant_rates(t_cell, x0, 0.05)
    turning = 0.12 * 100.0 / 200.0 * growth / math.log(2.0)

    def populations(_: float, n: np.ndarray) -> list[float]:
        memory = n[0] / (n[0] + n[1])
        slow, fast = growth * (1.0 - 0.1 * (1.0 - memory)), growth * (1.0 + 0.1 * memory)
        tough, frail = death * (1.0 - 0.5 * (1.0 - memory)), death * (1.0 + 0.5 * memory)
        return [(slow - tough - turning) * n[0], (fast - frail) * n[1] + turning * n[0]]

    n = solve_ivp(populations, (0.0, 120.0), [0.7e-3, 0.3e-3], t_eval=run.time, rtol=1e-9, atol=1e-15).y
    np.testing.assert_allclose(_state(run, "viable"), n.sum(axis=0), rtol=1e-4)
    np.testing.assert_allclose(_state(run, "memory"), n[0] / n.sum(axis=0), rtol=1e-4)


def test_cd8_cells_outgrow_as_the_logarithm_of_the_odds_tells(t_cell: Simulator) -> None:
    x0 = STILL | {"viable": 1e-3, "activated": 1.0, "inhibitor": 0.0, "cd8": 0.2}
    run = simulate(t_cell, x0, [], STEADY, [0.0, 24.0, 72.0])
    growth, _ = _constant_rates(t_cell, x0, 0.007)
    odds = 0.25 * np.exp(0.08 * growth * run.time)
    np.testing.assert_allclose(_state(run, "cd8"), odds / (1.0 + odds), rtol=1e-5)
    np.testing.assert_allclose(run.outputs[:, 5], 1.0 / odds, rtol=1e-4)


def test_what_the_cells_are_does_not_act_back_on_the_culture(t_cell: Simulator, run: Trajectory) -> None:
    """Growth and death are means over the cells: only the composition depends on the composition."""
    other = {"differentiation": 0.9, "effector_growth": -0.5, "effector_death": 1.0, "cd8_growth": 0.8}
    changed = simulate(t_cell, {"memory": 0.1, "cd8": 0.9}, _recipe(), other, run.time)
    kept = [i for i, name in enumerate(STATES.names) if name not in ("memory", "cd8")]
    np.testing.assert_allclose(changed.states[:, kept], run.states[:, kept], rtol=1e-4, atol=1e-6)
    assert _state(changed, "memory")[-1] < 0.5 * _state(run, "memory")[-1]
    assert _state(changed, "cd8")[-1] > 0.98


@pytest.mark.parametrize("name", ["memory", "cd8"])
@pytest.mark.parametrize("pure", [0.0, 1.0])
def test_a_pure_population_stays_pure_but_for_differentiation(
    t_cell: Simulator, name: str, pure: float
) -> None:
    p = {"differentiation": 0.0, "differentiation_stimulated": 0.0}
    run = simulate(t_cell, {name: pure}, _recipe(), p, [0.0, 100.0, 288.0])
    np.testing.assert_array_equal(_state(run, name), pure)


def test_interleukin_and_lasting_stimulation_cost_memory(t_cell: Simulator) -> None:
    def memory(il2: float, stimulated_h: float) -> float:
        start = {"activated": 0.8, "il2": il2, "memory": 0.6}
        p = {"medium_il2": il2, "il2_decay": 0.0, "il2_uptake": 0.0}
        recipe = [Segment(0.0, {"activator": 1.0}), Segment(stimulated_h)]
        return float(_state(simulate(t_cell, start, recipe, p, [0.0, 96.0]), "memory")[-1])

    assert memory(300.0, 24.0) < memory(100.0, 24.0) < memory(20.0, 24.0) < 0.6
    assert memory(100.0, 96.0) < memory(100.0, 24.0)


def test_cells_that_are_added_bring_their_composition(t_cell: Simulator) -> None:
    x = STATES.vector({"viable": 2.0, "volume": 100.0, "memory": 0.2, "cd8": 0.5})
    after = mix(t_cell.model, x, 50.0, {"viable": 12.0, "memory": 0.6, "cd8": 0.1})
    assert after[STATES.index("memory")] == pytest.approx((2.0 * 0.2 + 6.0 * 0.6) / 8.0)
    assert after[STATES.index("cd8")] == pytest.approx((2.0 * 0.5 + 6.0 * 0.1) / 8.0)
    diluted = mix(t_cell.model, x, 50.0, {"glucose": 20.0})
    assert diluted[STATES.index("memory")] == 0.2


@settings(max_examples=25, deadline=None)
@given(
    viable=st.floats(0.05, 5.0),
    flows=st.tuples(st.floats(0.0, 40.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 0.5)),
    gas=st.tuples(st.floats(0.0, 100.0), st.floats(1.0, 15.0)),
)
def test_sane_inputs_never_fail_and_never_go_negative(
    t_cell: Simulator, viable: float, flows: Sequence[float], gas: Sequence[float]
) -> None:
    names = ("perfusion", "feed", "base", "bleed", "oxygen_gas", "carbon_dioxide_gas")
    u = dict(zip(names, (*flows, *gas), strict=True))
    run = simulate(t_cell, {"viable": viable, "activated": 0.8}, [Segment(0.0, u)], {}, [0.0, 24.0, 288.0])
    assert run.status is Status.OK
    assert (run.states >= 0.0).all()
    assert (run.outputs[:, 0] <= 100.0).all()
