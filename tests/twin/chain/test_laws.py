"""The law of each step: closed forms, limits and optima."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from homeostat.errors import TwinError
from homeostat.twin.chain import Draws, Material, Step, car_t_chain, fixed, fraction

STEPS = {step.name: step for step in car_t_chain().steps}
DMSO = 3


def _fixed(step: Step, **values: float) -> Step:
    """The step with every parameter at its median, but for `values`."""
    medians = {name: replace(p, spread=0.0) for name, p in step.parameters.items()}
    given_ = {name: replace(medians[name], value=value) for name, value in values.items()}
    return replace(step, **(medians | given_))


def _apply(name: str, material: Material, **values: float) -> Material:
    step = _fixed(STEPS[name], **values)
    return step.apply(material, step.sample(Draws(0, 0, material.patients))).material


def _bag(**values: Any) -> Material:
    """One patient's bag: 1e9 T cells and a few others in 100 mL, unless told otherwise."""
    one = replace(
        Material.empty(1),
        volume=np.array([100.0]),
        viable=np.array([[500.0, 450.0, 50.0]]),
        dead=np.array([[50.0, 45.0, 5.0]]),
        positive=np.array([0.4]),
        copies=np.array([0.7]),
        activated=np.array([0.8]),
        beads=np.array([1000.0]),
        dissolved=np.array([[100.0, 10.0, 15.0, 0.0]]),
        weight=np.array([75.0]),
    )
    return replace(one, **values)


def test_collection_divides_the_cells_by_the_shares() -> None:
    bag = _apply("apheresis", Material.empty(1), t_cells=2600.0, t_share=0.5, cd4_share=0.6, viability=0.8)
    np.testing.assert_allclose(bag.viable[0], [1560.0, 1040.0, 2600.0])
    np.testing.assert_allclose(bag.dead, bag.viable / 4.0)


def test_collection_is_the_first_step() -> None:
    with pytest.raises(TwinError, match="empty bag"):
        _apply("apheresis", _bag())


def test_selection_recovers_the_wanted_and_is_as_pure_as_declared() -> None:
    bag = _apply("selection", _bag(), recovery=0.5, purity=0.98, dead_recovery=0.0)
    np.testing.assert_allclose(bag.viable[0, :2], [250.0, 225.0])
    assert bag.t_cells[0] / bag.viable.sum() == pytest.approx(0.98)
    assert bag.dead.sum() == 0.0
    assert not bag.dissolved.any()


def test_selection_cannot_add_impurities_that_were_not_there() -> None:
    pure = _bag(viable=np.array([[500.0, 450.0, 0.0]]))
    assert _apply("selection", pure, purity=0.6).viable[0, 2] == 0.0
    assert _apply("selection", _bag(), purity=0.6).viable[0, 2] == 50.0


def test_selecting_cd8_alone_leaves_the_cd4_cells_as_impurity() -> None:
    step = replace(_fixed(STEPS["selection"], recovery=0.9, purity=0.95), wanted=("CD8",))
    bag = step.apply(_bag(), step.sample(Draws(0, 0, 1))).material
    assert bag.viable[0, 1] == pytest.approx(0.9 * 450.0)
    assert bag.viable[0, 1] / bag.viable.sum() == pytest.approx(0.95)


def test_activation_takes_the_inoculum_and_three_beads_for_each_cell() -> None:
    culture = _apply("activation", _bag(), inoculum=95.0, beads_per_cell=3.0, survival=1.0)
    assert culture.t_cells[0] == pytest.approx(95.0)
    assert culture.beads[0] == pytest.approx(1000.0 * 0.1 + 3.0 * 95.0)
    assert culture.dissolved[0, 0] == 100.0


def test_activation_uses_every_cell_when_there_are_too_few() -> None:
    culture = _apply("activation", _bag(), inoculum=1e6, survival=0.9)
    assert culture.t_cells[0] == pytest.approx(0.9 * 950.0)
    np.testing.assert_allclose(culture.dead[0], [50.0 + 50.0, 45.0 + 45.0, 5.0 + 5.0])


def test_without_vector_no_cell_is_transduced() -> None:
    bag = _apply("transduction", _bag(positive=np.zeros(1), copies=np.zeros(1)), moi=0.0)
    assert bag.positive[0] == 0.0
    assert bag.copies[0] == 0.0


@given(moi=st.floats(1e-3, 20.0), efficiency=st.floats(0.01, 1.0))
def test_hits_are_poisson_among_the_cells_that_can_be_hit(moi: float, efficiency: float) -> None:
    fresh = _bag(positive=np.zeros(1), copies=np.zeros(1), activated=np.ones(1))
    bag = _apply("transduction", fresh, moi=moi, efficiency=efficiency, permissive=1.0)
    m = moi * efficiency
    assert bag.positive[0] == pytest.approx(1.0 - np.exp(-m), rel=1e-9)
    assert (bag.copies / bag.positive)[0] == pytest.approx(m / (1.0 - np.exp(-m)), rel=1e-9)


def test_a_simulated_population_of_cells_agrees_with_the_poisson_law() -> None:
    hits = np.random.default_rng(5).poisson(1.5, 400_000) * (np.random.default_rng(6).random(400_000) < 0.5)
    fresh = _bag(positive=np.zeros(1), copies=np.zeros(1), activated=np.ones(1))
    bag = _apply("transduction", fresh, moi=5.0, efficiency=0.3, permissive=0.5)
    assert bag.positive[0] == pytest.approx((hits > 0).mean(), abs=4e-3)
    assert (bag.copies / bag.positive)[0] == pytest.approx(hits[hits > 0].mean(), abs=1e-2)


def test_a_second_transduction_hits_those_that_the_first_one_missed() -> None:
    fresh = _bag(positive=np.zeros(1), copies=np.zeros(1), activated=np.ones(1))
    half = {"efficiency": 0.5, "permissive": 1.0}
    twice = _apply("transduction", _apply("transduction", fresh, moi=1.0, **half), moi=1.0, **half)
    once = _apply("transduction", fresh, moi=2.0, **half)
    np.testing.assert_allclose([twice.positive, twice.copies], [once.positive, once.copies])


def test_only_activated_cells_are_transduced() -> None:
    asleep = _bag(positive=np.zeros(1), copies=np.zeros(1), activated=np.zeros(1))
    assert _apply("transduction", asleep).positive[0] == 0.0


def test_bead_removal_leaves_the_declared_fraction() -> None:
    bag = _apply("bead-removal", _bag(), passing=1e-3, recovery=0.9)
    assert bag.beads[0] == pytest.approx(1.0)
    assert bag.viable.sum() == pytest.approx(900.0)


@given(cycles=st.integers(0, 8), residual=st.floats(0.01, 0.9))
def test_washing_dilutes_by_the_residual_at_each_cycle(cycles: int, residual: float) -> None:
    step = replace(_fixed(STEPS["wash"], residual=residual, volume=20.0), cycles=cycles)
    bag = step.apply(_bag(), step.sample(Draws(0, 0, 1))).material
    np.testing.assert_allclose(bag.dissolved, _bag().dissolved * residual**cycles)
    assert bag.volume[0] == 20.0


def test_perfect_recovery_loses_no_cell() -> None:
    bag = _bag()
    for name, values in (
        ("bead-removal", {"recovery": 1.0}),
        ("wash", {"recovery": 1.0, "dead_recovery": 1.0}),
        ("formulation", {"samples": 0.0, "dose": 1e9}),
        ("freezing", {"solution_rate": 0.0, "injured": 0.0, "rate": 1e-9}),
        ("storage", {"decay": 0.0, "excursion_loss": 0.0}),
        ("thaw", {"recovery": 1.0, "toxicity": 0.0}),
    ):
        bag = _apply(name, bag, **values)
    np.testing.assert_allclose(bag.viable, _bag().viable)
    np.testing.assert_allclose(bag.dead, _bag().dead)


def test_formulation_fills_the_planned_dose_if_it_counts_right() -> None:
    bag = _apply("formulation", _bag(), dose=200.0, samples=0.05, count_error=1.0, density=25.0)
    assert bag.car_cells[0] == pytest.approx(200.0)
    assert bag.viable.sum() / bag.volume[0] == pytest.approx(25.0)
    assert bag.dissolved[0, DMSO] == pytest.approx(7.5)


def test_a_count_too_high_by_a_tenth_fills_a_dose_too_low_by_a_tenth() -> None:
    bag = _apply("formulation", _bag(), dose=200.0, count_error=1.1)
    assert bag.car_cells[0] == pytest.approx(200.0 / 1.1)


def test_formulation_fills_all_there_is_when_the_dose_cannot_be_reached() -> None:
    bag = _apply("formulation", _bag(), dose=1e4, samples=0.05)
    assert bag.car_cells[0] == pytest.approx(0.95 * 380.0)


def _survival(rate: float, warming: float = 1e-3) -> float:
    """Survival of freezing in 7.5 % DMSO and thawing at once."""
    bag = _bag(dissolved=np.array([[0.0, 0.0, 0.0, 7.5]]))
    frozen = _apply("freezing", bag, rate=rate, injured=0.0)
    thawed = _apply("thaw", frozen, warming=warming, wait=0.0, recovery=1.0)
    return float(thawed.viable.sum() / bag.viable.sum())


def test_survival_has_its_optimum_where_the_two_factors_balance() -> None:
    slow, ice = 1.2 * np.exp(-7.5 / 2.5), 9.0
    best = minimize_scalar(lambda r: -_survival(np.exp(r)), bounds=(-5.0, 4.0), method="bounded")
    assert np.exp(best.x) == pytest.approx((slow * ice**2 / 2.0) ** (1.0 / 3.0), rel=1e-3)
    assert -best.fun > 0.9
    assert max(_survival(0.01), _survival(60.0)) < 0.1


def test_slow_warming_kills_fast_cooled_cells_only() -> None:
    """Baboo et al. 2019: at 1 degC/min the warming rate does not matter, at 10 degC/min it does."""
    slowly, quickly = 1.6, 113.0
    assert _survival(1.0, slowly) == pytest.approx(_survival(1.0, quickly), abs=0.02)
    assert _survival(10.0, slowly) < 0.4
    assert _survival(10.0, quickly) > 0.9


def test_more_dmso_protects_slowly_cooled_cells() -> None:
    survivals = []
    for dmso in (2.0, 5.0, 10.0):
        bag = _bag(dissolved=np.array([[0.0, 0.0, 0.0, dmso]]))
        survivals.append(_apply("freezing", bag).viable.sum() / bag.viable.sum())
    assert survivals == sorted(survivals)
    assert survivals[1] - survivals[0] > 3.0 * (survivals[2] - survivals[1]) / 2.0


def test_storage_decays_exponentially_and_ten_degrees_are_a_factor_q10() -> None:
    year = {"days": 365.25, "excursions": 0.0, "decay": 0.5, "q10": 3.0}
    kept = [_apply("storage", _bag(), temperature=t, **year).viable.sum() / 1000.0 for t in (-80.0, -90.0)]
    np.testing.assert_allclose(np.log(kept), [-0.5, -0.5 / 3.0])


def test_each_excursion_costs_the_same_fraction() -> None:
    bag = _apply("storage", _bag(), decay=0.0, excursions=3.0, excursion_loss=0.1)
    assert bag.viable.sum() == pytest.approx(1000.0 * 0.9**3)


@given(first=st.floats(0.0, 10.0), second=st.floats(0.0, 10.0))
def test_waiting_twice_is_waiting_the_sum(first: float, second: float) -> None:
    frozen = _bag(injured=np.array([0.3]), dissolved=np.array([[0.0, 0.0, 0.0, 7.5]]))
    whole = {"recovery": 1.0}
    once = _apply("thaw", frozen, wait=first + second, **whole)
    twice = _apply("thaw", _apply("thaw", frozen, wait=first, **whole), wait=second, **whole)
    np.testing.assert_allclose(twice.viable, once.viable, rtol=1e-9)
    np.testing.assert_allclose(twice.injured, once.injured, rtol=1e-9, atol=1e-12)


def test_injured_cells_are_all_dead_in_the_end() -> None:
    bag = _apply("thaw", _bag(injured=np.array([0.3])), wait=1e3, toxicity=0.0, recovery=1.0)
    assert bag.viable.sum() == pytest.approx(700.0)


def test_dilution_after_thaw_lowers_dmso_but_not_its_amount() -> None:
    bag = _bag(dissolved=np.array([[0.0, 0.0, 0.0, 8.0]]))
    thawed = _apply("thaw", bag, dilution=1.0, recovery=1.0)
    assert thawed.dissolved[0, DMSO] == pytest.approx(4.0)
    assert thawed.volume[0] == 200.0


@pytest.mark.parametrize(
    "change",
    [
        lambda: replace(STEPS["selection"], wanted=("NK",)),
        lambda: replace(STEPS["selection"], wanted=()),
        lambda: replace(STEPS["selection"], recovery=fixed(0.5, "1", "test")),
        lambda: replace(STEPS["selection"], purity=fraction(0.9, 0.05, "test")),
        lambda: replace(STEPS["wash"], cycles=-1),
        lambda: replace(STEPS["wash"], recovery=0.9),
        lambda: replace(STEPS["wash"], recovery=fixed(1.2, "1", "test")),
        lambda: replace(STEPS["formulation"], density=fixed(0.0, "1e6 cell/mL", "test")),
        lambda: replace(STEPS["formulation"], dmso=fixed(60.0, "% v/v", "test", high=60.0)),
        lambda: replace(STEPS["freezing"], rate=fixed(0.0, "degC/min", "test")),
        lambda: replace(STEPS["storage"], temperature=fixed(4.0, "degC", "test")),
        lambda: replace(STEPS["thaw"], delay=fixed(0.0, "h", "test")),
        lambda: replace(STEPS["apheresis"], viability=fraction(0.9, 0.05, "test")),
    ],
)
def test_absurd_steps_are_refused(change: Callable[[], Step]) -> None:
    with pytest.raises(TwinError):
        change()
