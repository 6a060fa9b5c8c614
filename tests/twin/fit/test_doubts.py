"""What a fit says against itself: impossible values, outliers, errors declared too small; and silence on clean data."""

from dataclasses import replace

import numpy as np
import pytest

from homeostat.twin.fit import (
    Fit,
    Noise,
    Options,
    Population,
    Run,
    agreement,
    fit,
    fit_population,
    impossible,
    unforeseen,
)

from .conftest import Array, Decay

HOURS = np.linspace(0.25, 6.0, 24)
SHARE = Noise(0.005, 0.25)


def run(deviation: float = 0.01, *, errors: float = 0.01, spoilt: dict[int, float] | None = None) -> Run:
    """A decay at 0.4 per hour with noise of size `errors` and a declared `deviation`; some values are `spoilt`."""
    values = np.exp(-0.4 * HOURS) + errors * np.random.default_rng(5).standard_normal(len(HOURS))
    for row, value in (spoilt or {}).items():
        values[row] = value
    return Run.of("one", HOURS, {"amount": values}, {"amount": Noise(deviation)})


def noisy(
    noise: Noise, seed: int, times: dict[int, float] | None = None, name: str = "one", rate: float = 0.4
) -> Run:
    """A decay from 2 g/L whose errors are as `noise` says of the true values; some values are `times` the true one."""
    true = 2.0 * np.exp(-rate * HOURS)
    values = true + noise.deviation(true) * np.random.default_rng(seed).standard_normal(len(HOURS))
    for row, factor in (times or {}).items():
        values[row] = factor * true[row]
    return Run.of(name, HOURS, {"amount": values}, {"amount": noise})


def fitted(one: Run, *, estimate_errors: bool = False) -> Fit:
    return fit(Decay, [one], ["rate"], Options(2, 0, estimate_errors))


def both(one: Run, *, estimate_errors: bool = False, robust: bool = False) -> Fit:
    return fit(Decay, [one], ["amount", "rate"], Options(2, 0, estimate_errors, robust))


def rows(found: Fit | Population) -> set[tuple[str, int]]:
    """Run and row of each outlier."""
    return {(o.run, int(np.argmin(np.abs(HOURS - o.time_h)))) for o in agreement(found).outliers}


def test_good_data_raise_no_doubt() -> None:
    agreed = agreement(fitted(run()))
    assert agreed.outliers == ()
    assert not agreed.unexplained
    assert agreed.freedom == pytest.approx(23.0, abs=0.01)
    assert agreed.reduced == pytest.approx(1.0, abs=0.6)


@pytest.mark.drill
@pytest.mark.parametrize("noise", [Noise(0.05), SHARE], ids=["absolute", "share"])
@pytest.mark.parametrize("estimate_errors", [False, True])
def test_clean_runs_raise_hardly_a_doubt(noise: Noise, estimate_errors: bool) -> None:
    """Of 15 problems each, with a run that is only predicted: 60 in all, at most one false warning in each 15."""
    doubted = 0
    for seed in range(15):
        found = both(noisy(noise, seed), estimate_errors=estimate_errors)
        agreed = agreement(found)
        foreseen = not unforeseen(found, [noisy(noise, 1000 + seed, name="other")])
        doubted += bool(agreed.outliers) or agreed.unexplained or not foreseen
    assert doubted <= 1


def test_errors_declared_too_small_are_told_by_how_much() -> None:
    agreed = agreement(fitted(run(errors=0.03)))
    assert agreed.unexplained
    assert agreed.reduced is not None
    assert np.sqrt(agreed.reduced) == pytest.approx(3.0, rel=0.4)
    assert not agreement(fitted(run(errors=0.03), estimate_errors=True)).unexplained


@pytest.mark.parametrize("estimate_errors", [False, True])
def test_an_outlier_is_named_and_does_not_hide_behind_the_error_it_makes(estimate_errors: bool) -> None:
    (outlier,) = agreement(fitted(run(spoilt={20: 0.6}), estimate_errors=estimate_errors)).outliers
    assert (outlier.run, outlier.quantity, outlier.time_h) == ("one", "amount", HOURS[20])
    assert outlier.deviations > 10.0
    assert str(outlier).endswith("standard deviations from the model: an outlier?")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("estimate_errors", [False, True])
def test_a_large_value_does_not_hide_behind_its_own_share_of_error(estimate_errors: bool, seed: int) -> None:
    """Four times the prediction is 12 standard deviations of 25 %, but only 3 of 25 % of the value itself."""
    assert rows(both(noisy(SHARE, seed, {6: 4.0}), estimate_errors=estimate_errors)) == {("one", 6)}


@pytest.mark.parametrize("count", [2, 3, 5, 7])
@pytest.mark.parametrize("estimate_errors", [False, True])
def test_several_outliers_do_not_hide_behind_each_other(estimate_errors: bool, count: int) -> None:
    places = np.random.default_rng(count).choice(24, count, replace=False).tolist()
    true = 2.0 * np.exp(-0.4 * HOURS)
    spoilt = {row: 1.0 + 0.5 / true[row] for row in places}
    found = both(noisy(Noise(0.02), 3, spoilt), estimate_errors=estimate_errors)
    assert rows(found) == {("one", row) for row in places}


def test_an_absurd_value_is_named_alone_though_it_bends_the_whole_fit() -> None:
    assert rows(fitted(run(spoilt={4: 3e6}))) == {("one", 4)}


def test_a_robust_fit_names_a_wrong_value_that_bends_it() -> None:
    """A late value has most of the leverage on the rate; the others contradict it all the same."""
    hours = np.append(np.linspace(0.1, 1.0, 12), 6.0)
    values = np.append(2.0 * np.exp(-0.4 * hours[:-1]), 1.5)
    one = Run.of("one", hours, {"amount": values}, {"amount": Noise(0.01)})
    (outlier, *_) = agreement(both(one, robust=True)).outliers
    assert outlier.time_h == 6.0


def population(spoilt: dict[tuple[int, int], float], noise: Noise, *, estimate_errors: bool) -> Population:
    """Five donors whose rates differ by 30 %; `spoilt` values are so many times too large."""
    rates = 0.4 * np.exp(0.3 * np.random.default_rng(1).standard_normal(5))
    runs = [
        noisy(noise, 10 + i, {row: f for (d, row), f in spoilt.items() if d == i}, f"d{i}", rate)
        for i, rate in enumerate(rates.tolist())
    ]
    return fit_population(Decay, runs, ["amount", "rate"], ["rate"], Options(1, 0, estimate_errors))


@pytest.mark.drill
@pytest.mark.parametrize("estimate_errors", [False, True])
@pytest.mark.parametrize("noise", [Noise(0.03), Noise(0.01, 0.2)], ids=["absolute", "share"])
def test_donors_that_differ_raise_no_doubt_and_their_outliers_are_named(
    noise: Noise, estimate_errors: bool
) -> None:
    clean = agreement(population({}, noise, estimate_errors=estimate_errors))
    assert clean.outliers == ()
    assert not clean.unexplained
    assert clean.reduced == pytest.approx(1.0, abs=0.3)
    spoilt = {(0, 3): 3.0, (2, 5): 3.0, (3, 1): 3.0}
    found = population(spoilt, noise, estimate_errors=estimate_errors)
    assert rows(found) == {(f"d{donor}", row) for donor, row in spoilt}
    assert agreement(found).unexplained is not estimate_errors


def test_one_absurd_value_of_a_donor_does_not_make_the_others_suspect() -> None:
    assert rows(population({(1, 4): 1e6}, Noise(0.03), estimate_errors=False)) == {("d1", 4)}


def test_a_value_that_cannot_be_is_told_and_one_within_its_error_is_not() -> None:
    (told,) = impossible(Decay, [run(spoilt={3: -5.0, 23: -0.02})])
    assert told.startswith("amount of run one at 1 h is -5 g/L, more than 3 standard deviations below")


def test_an_impossible_value_is_not_explained_by_a_share_of_itself() -> None:
    """Half of -5 g/L would be a slack of 7.5; at a bound of 0 the error is the absolute one alone."""
    told = run(spoilt={3: -5.0})
    (line,) = impossible(Decay, [replace(told, noise={"amount": Noise(0.01, 0.5)}, deviations=wide(told))])
    assert "at 1 h is -5 g/L" in line


def wide(one: Run) -> Array:
    """Errors of half of each value."""
    return np.asarray(0.01 + 0.5 * np.abs(one.measured), np.float64)


def test_too_few_values_say_nothing() -> None:
    one = Run.of("one", [1.0], {"amount": [0.6]}, {"amount": Noise(0.01)})
    agreed = agreement(fitted(one))
    assert agreed.reduced is None
    assert not agreed.unexplained


def test_values_without_noise_raise_no_doubt() -> None:
    agreed = agreement(fitted(run(errors=0.0)))
    assert agreed.outliers == ()
    assert agreed.chi_square < 1e-3
