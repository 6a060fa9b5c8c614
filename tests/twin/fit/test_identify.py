"""Identifiability: what cannot be learnt is named with its reason, and the sample proposed truly helps most."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.errors import TwinError
from homeostat.twin import Model
from homeostat.twin.fit import (
    Criterion,
    Fit,
    Noise,
    Options,
    Run,
    fit,
    free,
    identifiability,
    next_samples,
)
from homeostat.twin.fit.information import Information
from homeostat.twin.fit.relative import relative_units

MakeRun = Callable[..., Run]


@pytest.fixture(scope="module")
def found(product: type[Model], product_run: Run) -> Fit:
    return fit(product, [product_run], ["a", "b", "loss", "idle"], Options(starts=4))


def test_factors_of_a_product_are_named_with_the_product_that_can_be_learnt(found: Fit) -> None:
    report = identifiability(found)
    assert [each.name for each in report.unlearnt] == ["a", "b", "idle"]
    why = {each.name: each.why for each in report.unlearnt}
    assert "can be undone by b" in why["a"]
    assert "can be undone by a" in why["b"]
    assert why["idle"] == "nothing that was measured depends on it"
    assert any("only the product a * b can be learnt" in str(each) for each in report.directions)
    assert any(list(each.weights) == ["idle"] for each in report.directions)
    assert report.deviations["loss"] < 0.1
    assert np.isinf(report.deviations["a"])


def test_the_report_says_that_measuring_the_first_factor_would_help(found: Fit) -> None:
    best = identifiability(found).samples[0]
    assert best.quantity == "first"
    assert best.assumed
    assert best.helped == "a"
    assert best.after["a"] < 0.2 * best.before["a"]
    assert any(line.startswith("would help: first in run p") for line in identifiability(found).lines())


def test_what_can_be_learnt_gives_an_empty_report(decay: type[Model], decay_run: MakeRun) -> None:
    run = decay_run()
    report = identifiability(fit(decay, [run], [free(decay, "amount"), "rate"], Options(starts=2)))
    assert report.unlearnt == report.directions == report.samples == ()
    assert report.lines() == ("every quantity can be learnt from these runs",)


def test_what_lies_at_its_bound_is_named_and_not_called_learnt(
    decay: type[Model], decay_run: MakeRun
) -> None:
    """The runs decay faster than the bound allows: the estimate stays there, as if it were well known."""
    run = decay_run()
    true = fit(decay, [run], ["rate"], Options(starts=0)).values["rate"]
    lower, upper = 0.5 * true, 0.8 * true
    tight = free(decay, "rate", lower=lower, upper=upper)
    report = identifiability(fit(decay, [run], [free(decay, "amount"), tight], Options(starts=2)))
    assert list(report.bounded) == report.to_json()["at_bounds"] == ["rate"]
    held, *others = report.lines()
    assert held.startswith(f"rate lies at its bound, {upper:g} {tight.unit}: ")
    assert "every quantity can be learnt from these runs" not in others
    alone = identifiability(fit(decay, [run], [tight], Options(starts=2)))
    assert alone.lines()[0] == held
    assert not any("can be learnt from these runs" in line for line in alone.lines())


def test_a_ratio_is_told_from_a_product(decay: type[Model]) -> None:
    """Where the amount is measured once, a larger beginning and a faster decay undo each other."""
    run = Run.of("r", [1.0], {"amount": [0.5]}, {"amount": Noise(0.01)})
    report = identifiability(fit(decay, [run], ["amount", "rate"], Options(starts=0)))
    weights = report.directions[0].weights
    assert set(weights) == {"amount", "rate"}
    assert weights["amount"] * weights["rate"] > 0.0
    assert report.samples, "a second time tells both"


def test_an_insensitive_quantity_is_told_from_a_correlated_one(decay: type[Model]) -> None:
    t = np.linspace(0.0, 0.01, 5)
    run = Run.of("r", t, {"amount": np.exp(-0.5 * t)}, {"amount": Noise(0.05)})
    report = identifiability(fit(decay, [run], ["rate"], Options(starts=2)))
    assert "hardly react" in report.unlearnt[0].why


def refitted_variance(decay: type[Model], run: Run, found: Fit, time: float) -> float:
    """The variance of the rate after one more (noiseless) sample, computed from scratch."""
    values = found.values
    extra = values["amount"] * np.exp(-values["rate"] * time)
    more = Run.of(
        "a",
        np.append(run.time, time),
        {"amount": np.append(run.measured[:, 0], extra)},
        {"amount": Noise(0.05)},
    )
    again = fit(decay, [more], found.problem.free, Options(starts=0))
    return float(again.information.inverse()[1, 1])


def test_the_proposed_time_is_the_one_that_reduces_the_variance_most(
    decay: type[Model], decay_run: MakeRun
) -> None:
    run = decay_run(times=np.array([0.0, 0.2, 0.4]), amount=3.0)
    learn = [free(decay, "amount", lower=0.5, upper=20.0), free(decay, "rate", lower=0.01, upper=10.0)]
    found = fit(decay, [run], learn, Options(starts=3))
    times = [0.5, 1.0, 1.5, 2.0, 3.0, 6.0]
    (best,) = next_samples(found, 1, targets=["rate"], times_h=times)
    variances = [refitted_variance(decay, run, found, time) for time in times]
    assert best.time == times[int(np.argmin(variances))]
    told = best.after["rate"] * relative_units(found)[1]
    assert told**2 == pytest.approx(min(variances), rel=0.05)


@given(st.integers(0, 1000), st.sampled_from(list(Criterion)))
@settings(max_examples=10)
def test_samples_never_lose_and_each_next_one_gains_less(
    decay: type[Model], decay_run: MakeRun, seed: int, criterion: Criterion
) -> None:
    found = fit(decay, [decay_run(seed=seed)], [free(decay, "amount"), "rate"], Options(starts=0))
    chosen = next_samples(found, 4, criterion=criterion)
    for sample in chosen:
        assert all(sample.after[n] <= sample.before[n] * (1.0 + 1e-12) for n in sample.before)
    gains = [sample.gain for sample in chosen]
    assert gains == sorted(gains, reverse=True)


def test_a_smaller_error_makes_a_sample_worth_more(found: Fit) -> None:
    rough, fine = (
        next_samples(found, 1, quantities=["first"], noise={"first": Noise(sd)})[0] for sd in (0.1, 0.001)
    )
    assert fine.after["a"] < rough.after["a"]
    assert not fine.assumed


def test_candidates_may_be_other_runs_with_other_conditions(found: Fit, product_run: Run) -> None:
    other = replace(product_run, name="new", initial={"x": 5.0})
    (best,) = next_samples(found, 1, runs=[other], quantities=["x"], targets=["loss"])
    assert best.run == "new"
    here = next_samples(found, 1, quantities=["x"], targets=["loss"])[0]
    assert best.after["loss"] < here.after["loss"]


def test_unknown_targets_and_impossible_times_are_errors(found: Fit) -> None:
    with pytest.raises(TwinError, match="speed was not learnt"):
        next_samples(found, targets=["speed"])
    with pytest.raises(TwinError, match="finite times"):
        next_samples(found, times_h=[-1.0])


@given(st.integers(0, 2**16), st.integers(2, 5))
@settings(max_examples=30)
def test_information_and_covariance_are_inverse_to_each_other(seed: int, size: int) -> None:
    jacobian = np.random.default_rng(seed).standard_normal((3 * size, size)) * np.logspace(-3, 3, size)
    names = tuple(f"p{i}" for i in range(size))
    told = Information(names, jacobian.T @ jacobian, np.full(size, 1e6))
    np.testing.assert_allclose(told.inverse() @ told.matrix, np.eye(size), atol=1e-5)
    np.testing.assert_allclose(told.deviations(), np.sqrt(np.diag(told.inverse())), rtol=1e-8)


def test_an_undetermined_direction_has_no_covariance_but_a_bounded_one() -> None:
    row = np.array([[1.0, 1.0, 0.0], [2.0, 2.0, 0.0], [0.0, 0.0, 3.0]])
    told = Information(("a", "b", "c"), row.T @ row, np.array([2.0, 2.0, 2.0]))
    assert np.isinf(told.deviations()).tolist() == [True, True, False]
    assert told.deviations()[2] == pytest.approx(1.0 / 3.0)
    with pytest.raises(TwinError, match="a, b: the runs do not determine"):
        told.inverse()
    assert np.sqrt(told.covariance()[0, 0]) < 2.0 / np.sqrt(12.0)
