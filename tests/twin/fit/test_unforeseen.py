"""Runs that are only predicted: named where the fit did not foresee them, alone or in single values."""

import numpy as np
import pytest

from homeostat.errors import TwinError
from homeostat.twin.fit import Fit, Noise, Options, Outlier, Run, Unforeseen, fit, unforeseen

from .conftest import Decay

HOURS = np.linspace(0.25, 6.0, 16)
SHARE = Noise(0.01, 0.2)


def run(name: str, seed: int, noise: Noise, rate: float = 0.4, times: dict[int, float] | None = None) -> Run:
    """A decay whose errors are as `noise` says of the true values; some values are so many `times` the true one."""
    true = np.exp(-rate * HOURS)
    values = true + noise.deviation(true) * np.random.default_rng(seed).standard_normal(len(HOURS))
    for row, factor in (times or {}).items():
        values[row] = factor * true[row]
    return Run.of(name, HOURS, {"amount": values}, {"amount": noise})


def fitted(noise: Noise, *, estimate_errors: bool = False) -> Fit:
    runs = [run(f"r{seed}", seed, noise) for seed in range(3)]
    return fit(Decay, runs, ["rate"], Options(1, 0, estimate_errors))


@pytest.mark.parametrize("noise", [Noise(0.02), SHARE], ids=["absolute", "share"])
@pytest.mark.parametrize("estimate_errors", [False, True])
def test_runs_like_those_fitted_are_foreseen_and_another_kind_is_not(
    noise: Noise, estimate_errors: bool
) -> None:
    found = fitted(noise, estimate_errors=estimate_errors)
    alike = [run(f"x{seed}", 50 + seed, noise) for seed in range(25)]
    assert len(unforeseen(found, alike)) <= 1
    (first, *_) = unforeseen(found, [run("odd", 99, noise, rate=0.9)])
    assert isinstance(first, Unforeseen)
    assert first.run == "odd"
    assert first.times > 2.0
    assert "run odd lies" in str(first)


@pytest.mark.parametrize("noise", [Noise(0.02), SHARE], ids=["absolute", "share"])
def test_a_single_wrong_value_is_named_alone(noise: Noise) -> None:
    (told,) = unforeseen(fitted(noise), [run("x", 7, noise, times={3: 4.0})])
    assert isinstance(told, Outlier)
    assert (told.run, told.quantity, told.time_h) == ("x", "amount", HOURS[3])


def test_what_the_fit_does_not_know_is_no_surprise() -> None:
    """Of one early value the rate is hardly known: a run with another rate lies within what was uncertain."""
    early = Run.of("early", [0.05], {"amount": [0.98]}, {"amount": Noise(0.02)})
    found = fit(Decay, [early], ["rate"], Options(1, 0))
    assert unforeseen(found, [run("x", 1, Noise(0.02), rate=0.5)]) == ()


def test_the_distance_is_that_of_the_joint_covariance() -> None:
    found, other = fitted(Noise(0.02)), run("odd", 3, Noise(0.02), rate=0.5)
    (told,) = unforeseen(found, [other])
    assert isinstance(told, Unforeseen)
    rate, sd = found.values["rate"], float(found.information.deviations()[0])
    slope = -rate * np.log(10.0) * HOURS * np.exp(-rate * HOURS)
    covariance = 0.02**2 * np.eye(16) + sd**2 * np.outer(slope, slope)
    error = other.measured[:, 0] - np.exp(-rate * HOURS)
    expected = np.sqrt(error @ np.linalg.solve(covariance, error) / 16.0)
    assert told.times == pytest.approx(expected, rel=1e-3)
    assert told.probability < 1e-3


def test_a_run_without_values_says_nothing_and_an_unknown_quantity_is_refused() -> None:
    found = fitted(Noise(0.02))
    empty = Run.of("empty", [1.0], {"amount": [np.nan]}, {"amount": Noise(0.02)})
    assert unforeseen(found, [empty]) == ()
    with pytest.raises(TwinError, match="no state or output 'other'"):
        unforeseen(found, [Run.of("x", [1.0], {"other": [1.0]}, {"other": Noise(0.02)})])
