"""Starts far below what was declared: a batch is integrated as strictly as its own start asks for, and no other is."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from homeostat.twin import Ensemble, Jump, Model, Simulator, models, parameter, simulate, state
from homeostat.twin.engine.scales import COARSE, FINE, LEVELS, Doubt, levels, scales
from homeostat.twin.fit import Noise, Options, Run, fit, free, predict

Array = NDArray[np.float64]
START = {"cells": 1e-9, "sugar": 2e-7, "product": 0.0}
HOURS = [0.0, 3.0, 6.0, 9.0, 12.0]
TINY = np.array([list(START.values())])


class Grown(Model):
    """Cells eat sugar, and make a product: declared as mmol, whatever a run begins with."""

    cells = state(1e-3, "mol/L", "cells, as moles of carbon")
    sugar = state(2e-2, "mol/L", "sugar")
    product = state(0.0, "mol/L", "what they make")
    growth = parameter(0.3, "1/h", "largest growth rate", low=0.0, high=2.0)
    half = parameter(5e-8, "mol/L", "sugar at half growth", low=1e-12, high=1.0)

    def rates(self, m: Any) -> dict[str, Any]:
        grown = self.growth * self.sugar / (self.half + self.sugar) * self.cells
        return {"cells": grown, "sugar": -2.0 * grown, "product": 0.1 * self.cells}


def lsoda(hours: list[float], growth: float = 0.3) -> Array:
    """States (nt, 3) by scipy's LSODA in units of 1 nmol/L, so that none of them is small."""

    def rates(_: float, y: Array) -> Array:
        return np.array(Grown.evaluate([float(v) * 1e-9 for v in y], (), (growth, 5e-8))[0]) / 1e-9

    start = TINY[0] / 1e-9
    solved = solve_ivp(rates, (0.0, hours[-1]), start, "LSODA", hours, rtol=1e-10, atol=1e-10)
    return np.asarray(solved.y.T * 1e-9)


@pytest.mark.parametrize(("rtol", "atol"), [(1e-4, 1e-6), (1e-6, 1e-8)])
def test_a_start_far_below_the_declared_one_agrees_with_lsoda(rtol: float, atol: float) -> None:
    """It did not: at 1e-6 the ensemble told twice as many cells as there are, with status ok."""
    expected = lsoda(HOURS)
    one = simulate(Simulator(Grown, rtol=rtol, atol=atol), START, (), {}, HOURS)
    many = Ensemble(Grown, rtol=rtol, atol=atol).run(HOURS, states=TINY)
    assert one.states[1:] == pytest.approx(expected[1:], rel=1e-3)
    assert many.values[0, 1:] == pytest.approx(expected[1:], rel=1e-3)
    assert one.doubts == ()


def test_what_a_jump_brings_is_a_start_too() -> None:
    none = {"cells": 0.0, "sugar": 0.0}
    brought = [Jump(0.0, assign={"sugar": START["sugar"]}), Jump(0.0, add={"cells": START["cells"]})]
    one = simulate(Simulator(Grown), none, (), {}, HOURS, brought)
    many = Ensemble(Grown).run(HOURS, states=np.zeros(3), jumps=brought)
    assert one.states[1:] == pytest.approx(lsoda(HOURS)[1:], rel=1e-3)
    assert many.values[0, 1:] == pytest.approx(lsoda(HOURS)[1:], rel=1e-3)


def test_sensitivities_from_a_small_start_agree_with_lsoda() -> None:
    found = Ensemble(Grown, directions=("growth",)).run(HOURS, states=TINY)
    expected = (lsoda(HOURS, 0.3 + 1e-5) - lsoda(HOURS, 0.3 - 1e-5)) / 2e-5
    assert found.sensitivities is not None
    assert found.sensitivities[0, 1:, :, 0] == pytest.approx(expected[1:], rel=2e-3)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 1e-3, 1e-6, 3e-9, 1e-12, 1e-40]), min_size=1, max_size=9),
    st.integers(1, 3),
)
def test_a_batch_is_the_same_to_the_last_bit_whatever_its_neighbours_begin_with(
    cells: list[float], threads: int
) -> None:
    kernel = Ensemble(Grown, directions=("growth",))
    starts = np.array([[each, 2e-7, 0.0] for each in cells])
    together = kernel.run(HOURS, states=starts, threads=threads, out=np.empty((len(cells), len(HOURS), 3)))
    for place in range(len(cells)):
        alone = kernel.run(HOURS, states=starts[place])
        assert alone.values[0].tobytes() == together.values[place].tobytes()
        assert alone.sensitivities is not None
        assert together.sensitivities is not None
        assert alone.sensitivities[0].tobytes() == together.sensitivities[place].tobytes()
        assert (alone.status[0], alone.steps[0]) == (together.status[place], together.steps[place])
        assert alone.rows[0] == together.rows[place]


def test_parameters_and_inputs_stay_with_their_batch() -> None:
    starts, growths = (
        np.repeat(TINY, 4, axis=0),
        np.array([[0.1, 5e-8], [0.2, 5e-8], [0.3, 5e-8], [0.4, 5e-8]]),
    )
    starts[::2] = Grown.signature.states.vector()
    found = Ensemble(Grown).run(HOURS, states=starts, parameters=growths)
    for place in (1, 3):
        assert found.values[place, -1] == pytest.approx(lsoda(HOURS, growths[place, 0])[-1], rel=1e-3)
    assert found.values[2, 2, 0] == pytest.approx(1e-3 * np.exp(0.3 * 6.0), rel=1e-3)


@given(st.floats(1e-30, 1e3), st.sampled_from([1e-10, 1e-8, 1e-6, 1e-4]))
def test_a_coarse_start_has_the_first_level_at_which_it_is_fine(start: float, absolute: float) -> None:
    (level,) = levels(Grown.signature.states, absolute, np.array([[start, 0.0, -start]])).tolist()
    if start >= COARSE * absolute:
        assert level == 0
    else:
        assert start >= FINE * absolute * LEVELS[level] or level == len(LEVELS) - 1
        assert start < FINE * absolute * LEVELS[level - 1]


def test_nothing_and_next_to_nothing_ask_for_no_other_level() -> None:
    starts = np.array([[0.0, 0.0, 0.0], [1e-40, 5e-324, 0.0], [np.nan, np.inf, 1e308], [1e-3, 2e-2, 0.0]])
    assert levels(Grown.signature.states, 1e-6, starts).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("name", sorted(models()))
def test_no_shipped_model_leaves_its_first_level_as_it_is_declared(name: str) -> None:
    """Their kernels, and the records that name them, are those of before."""
    states = models()[name].signature.states
    assert levels(states, 1e-6, np.array([states.vector()])).tolist() == [0]
    simulator = Simulator(models()[name])
    assert simulator.starting(states.vector()) is simulator


def test_a_state_that_is_never_larger_than_its_errors_is_doubted() -> None:
    """It begins at 0, so nothing but its course tells how small it is."""
    made = type("Slow", (Grown,), {"rates": _slow})
    told = simulate(Simulator(made), {}, (), {}, HOURS).doubts
    assert told == (Doubt("product", pytest.approx(1.2e-8, rel=0.5), 1e-8),)
    known = type("Known", (made,), {"product": state(0.0, "mol/L", "product", scale=1e-9)})
    assert simulate(Simulator(known), {}, (), {}, HOURS).doubts == ()
    assert scales(known.signature.states)[2] == 1e-9


def _slow(self: Any, m: Any) -> dict[str, Any]:
    return {"cells": 0.0 * self.cells, "sugar": 0.0 * self.sugar, "product": 1e-6 * self.cells}


def test_a_fit_of_small_runs_finds_what_made_them() -> None:
    """The start of one run is known, that of the other is learnt."""
    hours = np.linspace(1.0, 12.0, 12)
    truth = lsoda([0.0, *hours.tolist()])[1:]
    measured = {"cells": truth[:, 0], "product": truth[:, 2]}
    noise = {name: Noise(relative=0.01) for name in measured}
    known = Run.of("known", hours, measured, noise, initial=START)
    learnt = Run.of("learnt", hours, measured, noise, initial={"sugar": START["sugar"]})
    free_ones = [
        free(Grown, "growth", lower=0.05, upper=1.0),
        free(Grown, "cells@learnt", lower=1e-11, upper=1e-6),
    ]
    found = fit(Grown, [known, learnt], free_ones, Options(starts=4, seed=1))
    assert found.values["growth"] == pytest.approx(0.3, rel=1e-3)
    assert found.values["cells@learnt"] == pytest.approx(1e-9, rel=1e-2)
    assert predict(found, [known])[0].scores[0].relative_error == pytest.approx(0.0, abs=1e-3)


def test_an_ensemble_doubts_what_a_run_of_its_own_does() -> None:
    """The product begins at 0 and stays tiny beside its scale; where most batches make more of it, nothing is said."""
    declared = dict(zip(START, Grown.signature.states.values, strict=True))
    tiny = np.array([[1e-3, 2e-2, 0.0]] * 3)
    hours = [0.0, 1e-4]
    alone = simulate(Simulator(Grown, rtol=1e-4, atol=1e-6), declared, (), {}, hours)
    many = Ensemble(Grown).run(hours, states=tiny)
    assert [doubt.state for doubt in alone.doubts] == [doubt.state for doubt in many.doubts()] == ["product"]
    (one,), (doubt,) = alone.doubts, many.doubts()
    assert (doubt.largest, doubt.allowed) == (pytest.approx(one.largest, rel=1e-3), one.allowed)
    mixed = np.vstack([tiny[:1], [[1e-3, 2e-2, 0.5]] * 2, TINY])
    several = Ensemble(Grown).run(hours, states=mixed)
    assert several.doubts() == ()
    assert several.allowed[0, 0] > several.allowed[3, 0]
    assert Ensemble(Grown, columns=["cells"]).run(hours, states=tiny).doubts() == ()
