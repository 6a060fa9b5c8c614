"""How well laboratory values can be told at all: by choices that the value had no part in."""

import numpy as np
import pytest
from tests.monitoring.spectra.made_up import samples, spectra_of

from homeostat.monitoring.spectra import Live, LiveState
from homeostat.monitoring.spectra.learning import Samples, calibrate, choose, trials
from homeostat.monitoring.spectra.recipe import grid
from homeostat.monitoring.spectra.repeated import best_without, held_within
from homeostat.monitoring.spectra.state import HOUR

MINUTE = HOUR // 60
RECIPES = grid([(900.0, 1500.0), (950.0, 1300.0)], (None, 1), (11,), (1, 2))


def test_each_group_is_judged_by_the_best_without_it() -> None:
    """By hand: without the last sample the first candidate is best, without another one the second."""
    errors = np.array([[0.1, 0.1, 0.1, 9.0], [0.3, 0.3, 0.3, 0.3], [8.0, 8.0, 0.0, 0.0]])
    single = [np.arange(4) == place for place in range(4)]
    assert best_without(errors, single).tolist() == [0.3, 0.3, 0.3, 9.0]
    pairs = [np.array([True, True, False, False]), np.array([False, False, True, True])]
    assert best_without(errors, pairs).tolist() == [8.0, 8.0, 0.1, 9.0]


def test_the_least_of_many_errors_is_too_small_and_this_one_is_not() -> None:
    """Candidates that are all noise of variance 1: any of them is worth an error of 1."""
    random = np.random.default_rng(11)
    least, again = [], []
    for _ in range(40):
        errors = random.normal(size=(800, 24))
        least.append(np.mean(errors**2, axis=1).min())
        again.append(np.mean(best_without(errors, [np.arange(24) == place for place in range(24)]) ** 2))
    assert np.mean(least) < 0.4
    assert np.mean(again) == pytest.approx(1.0, abs=0.2)


def test_the_errors_of_a_choice_are_those_of_calibrations_without_each_group() -> None:
    made = samples(24)
    groups = tuple(f"batch {number % 8}" for number in range(24))
    values = made.values + np.random.default_rng(7).normal(0.0, 0.5, 24)
    given = Samples(made.wavelengths, made.spectra, values, groups)
    choice = choose(given, RECIPES, 3, spectra_of(np.array([[20.0, 20.0]]), 9))
    offered = list(trials(given, RECIPES, 3))
    for fold in given.folds():
        inside = fold.astype(bool)
        best = min(offered, key=lambda one: float(np.sum(one.errors[~inside] ** 2)))
        rest = ~inside
        kept = Samples(made.wavelengths, given.spectra[rest], values[rest])
        alone = calibrate(
            kept, best.recipe.steps(given.wavelengths, given.spectra), len(best.calibration.answers)
        )
        off = alone.read(given.spectra[inside]).value - values[inside]
        np.testing.assert_allclose(choice.errors[inside], off, atol=1e-9)


def test_enough_are_held_within_for_the_coverage() -> None:
    errors = np.arange(-10.0, 10.0)
    assert held_within(errors, 0.9) == 9.0  # 19 of 20, for 0.9 x 21 have to be
    assert held_within(errors, 0.5) == 5.0
    assert held_within(errors, 0.99) == 10.0


def test_what_was_chosen_has_intervals_that_wide_and_the_same_values() -> None:
    made = samples(24)
    values = made.values + np.random.default_rng(7).normal(0.0, 0.5, 24)
    given = Samples(made.wavelengths, made.spectra, values)
    spectra = spectra_of(np.stack([np.linspace(25.0, 15.0, 60), np.full(60, 20.0)], axis=1), 9)
    choice = choose(given, RECIPES, 3, spectra[:1])
    errors = 3.0 * choice.errors
    now = Live.of(choice.calibration, given.spectra, errors=errors)
    assert now.laboratory == held_within(errors, 0.9)
    before = now.model_copy(update={"edition": 4, "laboratory": None})
    assert "laboratory" not in before.model_dump()
    answers = {}
    for name, live in (("now", now), ("before", before)):
        told, state = [], LiveState()
        for number, spectrum in enumerate(spectra):
            if number == 30:
                state = live.at_line(state, 20 * MINUTE, 23.0)
            value, state = live.step(state, spectrum, number * MINUTE)
            told.append(value)
        answers[name] = told, state
    assert answers["now"][1] == answers["before"][1]
    widened = 0
    for one, other in zip(answers["now"][0], answers["before"][0], strict=True):
        assert (one.value, one.raw, one.reason) == (other.value, other.raw, other.reason)
        assert one.value is not None
        assert one.low is not None
        assert other.low is not None
        assert one.low <= other.low
        assert one.value - one.low >= now.laboratory - 1e-12
        widened += one.low < other.low
    assert widened > 10
