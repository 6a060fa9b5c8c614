"""Conservation: what a step was given and what was added is what it hands on and what it removed, for any material."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.twin.chain import Apheresis, Change, Draws, Expansion, Material, Step, car_t_chain

N = 8
STEPS = {step.name: step for step in car_t_chain().steps}
CHEAP = [name for name, step in STEPS.items() if not isinstance(step, Apheresis | Expansion)]


def _numbers(rng: np.random.Generator, high: float, *shape: int) -> np.ndarray:
    """Numbers over six powers of ten up to `high`, every sixth of them 0."""
    numbers = high * 10.0 ** rng.uniform(-6.0, 0.0, (N, *shape))
    return np.where(rng.random((N, *shape)) < 1.0 / 6.0, 0.0, numbers)


def _shares(rng: np.random.Generator) -> np.ndarray:
    return rng.choice([0.0, 1.0, rng.random(), rng.random()], N)


def _material(rng: np.random.Generator) -> Material:
    return Material(
        volume=_numbers(rng, 1e3),
        viable=_numbers(rng, 1e5, 3),
        dead=_numbers(rng, 1e5, 3),
        positive=_shares(rng),
        copies=_numbers(rng, 10.0),
        memory=_shares(rng),
        activated=_shares(rng),
        beads=_numbers(rng, 1e4),
        dissolved=_numbers(rng, 100.0, 4),
        iced=_shares(rng),
        injured=_shares(rng),
        age=_numbers(rng, 1e4),
        weight=1.0 + _numbers(rng, 200.0),
        completed=np.ones(N, dtype=np.bool_),
    )


def _draws(rng: np.random.Generator, step: Step) -> Mapping[str, np.ndarray]:
    """Parameters from anywhere in their distributions, the furthest tails included."""
    chances = [2.0**-54, *rng.random(3), 1.0 - 2.0**-53]
    return {name: parameter.at(rng.choice(chances, N)) for name, parameter in step.parameters.items()}


def _balanced(before: Material, change: Change) -> None:
    given_, taken = before.amounts + change.added, change.material.amounts + change.removed
    for name in ("cells", "beads", "dissolved"):
        inside, outside = getattr(given_, name), getattr(taken, name)
        np.testing.assert_allclose(outside, inside, rtol=1e-9, atol=1e-9 * max(1.0, float(np.max(inside))))
        assert (getattr(change.added, name) >= -1e-9).all()
        assert (getattr(change.removed, name) >= -1e-9 * max(1.0, float(np.max(inside)))).all()


@pytest.mark.parametrize("name", CHEAP)
@given(seed=st.integers(0, 2**32))
def test_cells_beads_and_dissolved_substances_are_conserved(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    material = _material(rng)
    change = STEPS[name].apply(material, _draws(rng, STEPS[name]))
    change.material.check(name)
    _balanced(material, change)


@pytest.mark.parametrize("name", CHEAP)
@given(seed=st.integers(0, 2**32))
def test_no_step_but_the_culture_makes_cells(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    material = _material(rng)
    change = STEPS[name].apply(material, _draws(rng, STEPS[name]))
    assert (change.material.viable <= material.viable).all()
    assert not change.added.cells.any()


@given(seed=st.integers(0, 2**32))
def test_collection_fills_empty_bags_with_what_it_says_was_added(seed: int) -> None:
    step, empty = STEPS["apheresis"], Material.empty(N)
    draws = _draws(np.random.default_rng(seed), step)
    change = step.apply(empty, draws)
    change.material.check("apheresis")
    _balanced(empty, change)
    np.testing.assert_allclose(change.material.t_cells, draws["t_cells"], rtol=1e-12)
    alive, dead = change.material.viable.sum(axis=1), change.material.dead.sum(axis=1)
    np.testing.assert_allclose(alive / (alive + dead), draws["viability"], rtol=1e-9)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32))
def test_the_culture_accounts_for_growth_and_medium_and_keeps_the_beads(seed: int) -> None:
    rng = np.random.default_rng(seed)
    volume, density = np.full(N, 200.0), rng.uniform(0.05, 2.0, N)
    culture = replace(
        Material.empty(N),
        volume=volume,
        viable=(density * volume)[:, None] * np.array([0.5, 0.45, 0.05]),
        beads=density,
        activated=np.full(N, 0.8),
        positive=np.full(N, 0.3),
        memory=np.full(N, 0.4),
        dissolved=np.tile([100.0, 20.0, 0.0, 0.0], (N, 1)),
        weight=volume,
    )
    step = replace(STEPS["expansion"], hours=24.0)
    change = step.apply(culture, step.sample(Draws(seed, 0, N)))
    _balanced(culture, change)
    np.testing.assert_array_equal(change.material.beads, culture.beads)
    assert change.material.completed.all()
