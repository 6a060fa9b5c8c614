"""Estimates: equal to scipy's own least squares on a closed form, true within their uncertainty, reproducible."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import curve_fit, least_squares, root

from homeostat.errors import TwinError
from homeostat.twin import Jump, Model, Segment
from homeostat.twin.fit import (
    Fit,
    Free,
    LogNormal,
    Noise,
    Normal,
    Options,
    Outcome,
    Run,
    Scale,
    Tolerance,
    fit,
    free,
)
from homeostat.twin.fit.information import information

Array = NDArray[np.float64]
MakeRun = Callable[..., Run]
TIGHT = Options(starts=3, tolerance=Tolerance(1e-9, 1e-11))


def linear(model: type[Model], name: str, lower: float, upper: float) -> Free:
    return free(model, name, lower=lower, upper=upper, scale=Scale.LINEAR)


def both(decay: type[Model]) -> list[Free]:
    return [linear(decay, "amount", 0.1, 10.0), linear(decay, "rate", 0.01, 10.0)]


@pytest.mark.parametrize("estimated", [False, True])
def test_estimates_and_covariance_are_those_of_curve_fit(
    decay: type[Model], decay_run: MakeRun, estimated: bool
) -> None:
    run = decay_run()
    found = fit(decay, [run], both(decay), Options(3, tolerance=TIGHT.tolerance, estimate_errors=estimated))
    expected, covariance = curve_fit(
        lambda t, a, k: a * np.exp(-k * t),
        run.time,
        run.measured[:, 0],
        [1.0, 0.5],
        sigma=run.deviations[:, 0],
        absolute_sigma=not estimated,
        xtol=1e-12,
    )
    np.testing.assert_allclose(list(found.values.values()), expected, rtol=1e-6)
    np.testing.assert_allclose(found.information.inverse(), covariance, rtol=2e-4)


def test_unequal_errors_weigh_as_in_curve_fit(decay: type[Model], decay_run: MakeRun) -> None:
    plain = decay_run()
    sigma = 0.02 + 0.05 * plain.time
    run = Run.of("w", plain.time, {"amount": plain.measured[:, 0]}, {"amount": sigma})
    expected, covariance = curve_fit(
        lambda t, a, k: a * np.exp(-k * t),
        run.time,
        run.measured[:, 0],
        [1.0, 0.5],
        sigma=sigma,
        absolute_sigma=True,
    )
    found = fit(decay, [run], both(decay), TIGHT)
    np.testing.assert_allclose(list(found.values.values()), expected, rtol=1e-5)
    np.testing.assert_allclose(found.information.inverse(), covariance, rtol=1e-3)


def test_ninety_percent_intervals_hold_the_truth_in_about_ninety_percent_of_repetitions(
    decay: type[Model], decay_run: MakeRun
) -> None:
    inside = 0
    for seed in range(60):
        found = fit(decay, [decay_run(seed=seed)], both(decay), Options(starts=0))
        low, high = found.intervals()["rate"]
        inside += low is not None and high is not None and low < 0.7 < high
    assert 48 <= inside <= 60


def test_estimated_errors_come_back_per_quantity(product: type[Model]) -> None:
    t = np.linspace(0.2, 10.0, 150)
    x = 1.2 + (1.0 - 1.2) * np.exp(-0.5 * t)
    draw = np.random.default_rng(2).standard_normal((2, len(t)))
    measured = {"x": x + 0.02 * draw[0], "first": 0.8 * x + 0.3 * draw[1]}
    run = Run.of("r", t, measured, {"x": Noise(0.1), "first": Noise(0.1)})
    found = fit(product, [run], ["a", "b", "loss"], Options(starts=3, estimate_errors=True))
    assert found.problem.scales["x"] == pytest.approx(0.2, rel=0.15)
    assert found.problem.scales["first"] == pytest.approx(3.0, rel=0.15)
    assert found.values["a"] == pytest.approx(0.8, rel=0.1)


def test_residuals_of_estimated_errors_have_the_size_that_their_freedom_leaves(
    decay: type[Model], decay_run: MakeRun
) -> None:
    found = fit(decay, [decay_run()], both(decay), Options(starts=2, estimate_errors=True))
    assert 2.0 * found.cost == pytest.approx(17 - 2, rel=1e-3)


def test_a_robust_fit_is_that_of_scipy_with_soft_l1_and_shrugs_off_an_outlier(
    decay: type[Model], decay_run: MakeRun
) -> None:
    plain = decay_run()
    values = plain.measured[:, 0].copy()
    values[4] += 2.0
    run = Run.of("o", plain.time, {"amount": values}, {"amount": Noise(0.05)})
    found = fit(decay, [run], both(decay), Options(3, tolerance=TIGHT.tolerance, robust=True))
    expected = least_squares(
        lambda x: (x[0] * np.exp(-x[1] * run.time) - values) / 0.05,
        [1.0, 0.5],
        loss="soft_l1",
        xtol=1e-12,
        ftol=1e-12,
    )
    np.testing.assert_allclose(list(found.values.values()), expected.x, rtol=1e-4)
    assert found.cost == pytest.approx(expected.cost, rel=1e-6)
    square = fit(decay, [run], both(decay), Options(3))
    assert abs(found.values["amount"] - 3.0) < 0.3 * abs(square.values["amount"] - 3.0)
    with pytest.raises(TwinError, match="robust fit cannot tell the errors"):
        fit(decay, [run], both(decay), Options(robust=True, estimate_errors=True))


def test_parameters_scattered_over_decades_are_found_from_log_starts(
    decay: type[Model], decay_run: MakeRun
) -> None:
    learn = [free(decay, "amount", lower=1e-3, upper=1e3), free(decay, "rate", lower=1e-4, upper=1e2)]
    assert {each.scale for each in learn} == {Scale.LOG10}
    found = fit(decay, [decay_run()], learn, Options(starts=8, seed=4))
    assert found.values["rate"] == pytest.approx(0.7, rel=0.1)
    assert found.search.reached() >= 3


def test_a_normal_prior_is_one_more_observation(line: type[Model]) -> None:
    run = Run.of("r", [1.0, 2.0], {"level": [1.1, 1.9]}, {"level": Noise(0.5)})
    learn = free(line, "slope", lower=-5.0, upper=5.0, prior=Normal(2.0, 0.25))
    found = fit(line, [run], [learn], TIGHT)
    weights = np.array([1.0 / 0.5**2, 4.0 / 0.5**2, 1.0 / 0.25**2])
    expected = weights @ np.array([1.1, 0.95, 2.0]) / weights.sum()
    assert found.values["slope"] == pytest.approx(expected, rel=1e-7)
    assert found.information.inverse()[0, 0] == pytest.approx(1.0 / weights.sum(), rel=1e-6)


def test_without_data_that_tell_a_log_normal_prior_decides(product: type[Model], product_run: Run) -> None:
    learn = free(product, "idle", prior=LogNormal(3.0, 0.1))
    found = fit(product, [product_run], [learn, "loss"], TIGHT)
    assert found.values["idle"] == pytest.approx(3.0, rel=1e-6)
    low, high = found.intervals()["idle"]
    assert low == pytest.approx(3.0 * np.exp(-0.1 * 1.6449), rel=1e-4)
    assert high == pytest.approx(3.0 * np.exp(0.1 * 1.6449), rel=1e-4)


def test_an_initial_state_may_be_common_or_of_one_run_alone(decay: type[Model], decay_run: MakeRun) -> None:
    runs = [decay_run("a", amount=3.0, seed=1), decay_run("b", amount=5.0, seed=2)]
    learn = [*(free(decay, f"amount@{r}", lower=0.1, upper=20.0) for r in "ab"), free(decay, "rate")]
    found = fit(decay, runs, learn, Options(starts=3))
    assert found.values["amount@a"] == pytest.approx(3.0, rel=0.05)
    assert found.values["amount@b"] == pytest.approx(5.0, rel=0.05)
    common = fit(decay, runs, [free(decay, "amount", lower=0.1, upper=20.0), "rate"], Options(starts=3))
    assert common.cost > 10.0 * found.cost


def test_inputs_jumps_missing_values_and_known_values_enter_the_simulation(product: type[Model]) -> None:
    """x' = drive a b - loss x in closed form, with drive 1 then 3 and a bolus; other knowledge given by the run."""
    t = np.array([0.5, 1.0, 2.0, 2.5, 4.0, 6.0])
    loss, rate = 0.4, 0.6 * 0.5

    def flow(x: float, drive: float, hours: float) -> float:
        steady = drive * rate / loss
        return float(steady + (x - steady) * np.exp(-loss * hours))

    at_two = flow(2.0, 1.0, 2.0)
    after = at_two + 1.5
    x = [
        flow(2.0, 1.0, 0.5),
        np.nan,
        after,
        flow(after, 3.0, 0.5),
        flow(after, 3.0, 2.0),
        flow(after, 3.0, 4.0),
    ]
    run = Run.of(
        "r",
        t,
        {"x": x},
        {"x": Noise(0.01)},
        segments=[Segment(2.0, {"drive": 3.0})],
        jumps=[Jump(2.0, add={"x": 1.5})],
        initial={"x": 2.0},
        parameters={"b": 0.5},
    )
    found = fit(product, [run], ["a", "loss"], TIGHT)
    assert found.observations == 5
    assert found.values["a"] == pytest.approx(0.6, rel=1e-5)
    assert found.values["loss"] == pytest.approx(0.4, rel=1e-5)


def test_runs_of_different_schedules_and_times_count_together(product: type[Model]) -> None:
    def run(name: str, drive: float, times: list[float]) -> Run:
        t = np.array(times)
        steady = drive * 0.3 / 0.4
        x = steady + (1.0 - steady) * np.exp(-0.4 * t)
        return Run.of(name, t, {"x": x}, {"x": Noise(0.01)}, segments=[Segment(0.0, {"drive": drive})])

    runs = [run("a", 1.0, [1.0, 2.0]), run("b", 3.0, [0.5, 7.0, 7.0]), run("c", 0.0, [4.0])]
    found = fit(product, runs, [free(product, "loss"), free(product, "a")], TIGHT)
    assert found.values["loss"] == pytest.approx(0.4, rel=1e-5)
    assert found.values["a"] == pytest.approx(0.6, rel=1e-5)
    assert len(found.problem.forward.groups) == 1


def test_fixed_values_replace_the_declared_ones(product: type[Model], product_run: Run) -> None:
    one = fit(product, [product_run], ["a"], Options(starts=2, fixed={"b": 1.0}))
    two = fit(product, [product_run], ["a"], Options(starts=2))
    assert one.values["a"] == pytest.approx(0.5 * two.values["a"], rel=1e-4)


def test_a_refused_simulation_rejects_the_start_and_the_fit_goes_on(
    fragile: type[Model], decay_run: MakeRun
) -> None:
    found = fit(
        fragile,
        [decay_run()],
        [free(fragile, "rate", upper=50.0)],
        Options(starts=6, seed=1, fixed={"amount": 3.0}),
    )
    outcomes = [each.outcome for each in found.search.searches]
    assert Outcome.REJECTED in outcomes
    assert found.values["rate"] == pytest.approx(0.7, rel=0.05)
    refused = next(each for each in found.search.searches if each.outcome is Outcome.REJECTED)
    assert "run a: the simulation ended at" in refused.message


def test_an_estimate_at_its_bound_is_said_to_be_there(decay: type[Model], decay_run: MakeRun) -> None:
    found = fit(decay, [decay_run()], [linear(decay, "amount", 0.1, 10.0), linear(decay, "rate", 0.01, 0.5)])
    assert found.at_bounds() == ("rate",)
    assert found.intervals()["rate"].upper is None


def everything(found: Fit) -> str:
    return json.dumps(found.to_json(), allow_nan=False)


def test_the_same_seed_gives_the_same_result_to_the_last_bit(decay: type[Model], decay_run: MakeRun) -> None:
    results = [
        everything(fit(decay, [decay_run()], both(decay), Options(starts=5, seed=s))) for s in (7, 7, 8)
    ]
    assert results[0] == results[1]
    assert results[0] != results[2]


def test_the_result_is_plain_data(decay: type[Model], decay_run: MakeRun) -> None:
    told = json.loads(everything(fit(decay, [decay_run()], both(decay), Options(starts=2))))
    assert told["model"] == "Decay"
    assert told["observations"] == 17
    assert [each["name"] for each in told["estimates"]] == ["amount", "rate"]
    assert told["estimates"][1]["unit"] == "1/h"
    assert len(told["searches"]) == 3


@pytest.mark.parametrize(
    ("learn", "message"),
    [
        ([], "nothing to learn"),
        (["speed"], "no parameter or state is called 'speed'"),
        (["rate", "rate"], "learnt twice"),
        (["rate", "rate@a"], "learnt twice"),
        (["rate@z"], "concerns no run"),
    ],
)
def test_what_cannot_be_learnt_is_named(
    decay: type[Model], decay_run: MakeRun, learn: list[str], message: str
) -> None:
    with pytest.raises(TwinError, match=message):
        fit(decay, [decay_run()], learn)


def test_free_quantities_need_room_within_the_declaration(decay: type[Model], line: type[Model]) -> None:
    with pytest.raises(TwinError, match="of level are not finite"):
        free(line, "level")
    with pytest.raises(TwinError, match="bounds"):
        free(decay, "rate", lower=2.0, upper=1.0)
    with pytest.raises(TwinError, match="bounds"):
        free(decay, "rate", lower=-1.0)
    with pytest.raises(TwinError, match="logarithm"):
        free(decay, "rate", lower=0.0, scale=Scale.LOG10)
    with pytest.raises(TwinError, match="log-normal"):
        free(decay, "rate", lower=0.0, prior=LogNormal(1.0, 1.0))


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3])
def test_errors_that_are_a_share_of_the_value_do_not_pull_the_estimate_down(
    decay: type[Model], share: float
) -> None:
    """With the errors of the measured values, 20 % of error made an amount of 3 g/L 9.5 % too small on average."""
    times, amounts, noise = np.linspace(0.0, 8.0, 17), [], Noise(0.01, share)
    for seed in range(12):
        draw = np.random.default_rng(seed).standard_normal(17)
        values = 3.0 * np.exp(-0.4 * times) * (1.0 + share * np.concatenate([draw[:8], -draw[:8], [0.0]]))
        found = fit(
            decay, [Run.of("r", times, {"amount": values}, {"amount": noise})], both(decay), Options(1)
        )
        assert found.settled
        amounts.append(found.values["amount"])
    assert np.mean(amounts) == pytest.approx(3.0, rel=0.1 * share)


def test_weights_settle_at_the_root_of_the_quasi_score(decay: type[Model]) -> None:
    """The estimate solves sum of slope * error / variance = 0 with the variance at the prediction."""
    times = np.linspace(0.0, 6.0, 13)
    values = 3.0 * np.exp(-0.4 * times) * (1.0 + 0.3 * np.random.default_rng(2).standard_normal(13))
    noise = Noise(0.02, 0.3)
    found = fit(decay, [Run.of("r", times, {"amount": values}, {"amount": noise})], both(decay), TIGHT)
    amount, rate = found.values["amount"], found.values["rate"]

    def score(x: Array) -> Array:
        said = x[0] * np.exp(-x[1] * times)
        slopes = np.stack([said / x[0], -times * said])
        return np.asarray(slopes @ ((values - said) / noise.deviation(said) ** 2), np.float64)

    solved = root(score, [amount, rate], tol=1e-12)
    assert solved.success
    np.testing.assert_allclose([amount, rate], solved.x, rtol=1e-4)
    assert found.to_json()["errors_settled"]


@pytest.mark.drill
def test_grossly_wrong_shares_end_in_a_fit_that_says_whether_its_errors_settled(decay: type[Model]) -> None:
    """No absolute error, values a hundred times too large: two predictions may call for each other for ever."""
    for seed in range(6):
        draw = np.random.default_rng(1000 + seed)
        times = np.sort(draw.uniform(0.1, 12.0, 14))
        values = np.abs(3.0 * np.exp(-0.4 * times) * (1.0 + 0.3 * draw.standard_normal(14))) + 1e-6
        values[draw.choice(14, 4, replace=False)] *= 100.0
        run = Run.of("r", times, {"amount": values}, {"amount": Noise(0.0, 0.3)})
        found = fit(decay, [run], both(decay), Options(2, 0))
        assert found.settled in {True, False}
        assert np.isfinite(found.cost)


def test_values_without_noise_are_not_called_too_few(decay: type[Model]) -> None:
    times = np.linspace(0.5, 6.0, 12)
    run = Run.of("r", times, {"amount": 3.0 * np.exp(-0.4 * times)}, {"amount": Noise(0.1)})
    with pytest.raises(TwinError, match="meets every value of amount exactly, so there is no error to tell"):
        fit(decay, [run], both(decay), Options(starts=1, estimate_errors=True))


@pytest.mark.parametrize("assumed", [1e-8, 1e-6, 0.1])
def test_small_values_with_noise_tell_their_error_whatever_was_assumed(
    decay: type[Model], assumed: float
) -> None:
    """Values about 1e-6 with 5 % of noise: an error of 1e-8 is no exact meeting, but large beside the values."""
    times, draw = np.linspace(0.5, 6.0, 24), np.random.default_rng(3)
    true = 3e-6 * np.exp(-0.4 * times)
    errors = 3e-8 * draw.standard_normal(24)
    run = Run.of("r", times, {"amount": true + errors}, {"amount": Noise(assumed)})
    learn = [free(decay, "amount", lower=1e-8, upper=1e-4), free(decay, "rate", lower=0.01, upper=10.0)]
    found = fit(decay, [run], learn, Options(starts=1, estimate_errors=True))
    assert found.values["rate"] == pytest.approx(0.4, rel=0.1)
    assert found.problem.scales["amount"] * assumed == pytest.approx(errors.std(ddof=2), rel=0.15)


def test_small_values_without_noise_are_met_exactly(decay: type[Model]) -> None:
    times = np.linspace(0.5, 6.0, 12)
    run = Run.of("r", times, {"amount": 3e-6 * np.exp(-0.4 * times)}, {"amount": Noise(1e-7)})
    learn = [free(decay, "amount", lower=1e-8, upper=1e-4), free(decay, "rate", lower=0.01, upper=10.0)]
    with pytest.raises(TwinError, match="meets every value of amount exactly, so there is no error to tell"):
        fit(decay, [run], learn, Options(starts=1, estimate_errors=True))


def test_a_value_that_is_given_does_not_help_to_tell_an_error(decay: type[Model]) -> None:
    """The first value is the declared start, the second is met exactly: two values, but none to spare."""
    run = Run.of("r", [0.0, 2.0], {"amount": [1.0, 0.5]}, {"amount": Noise(0.1)})
    with pytest.raises(TwinError, match="too few values of amount"):
        fit(decay, [run], ["rate"], Options(starts=1, estimate_errors=True))


def test_too_few_values_to_tell_an_error_are_reported(decay: type[Model]) -> None:
    run = Run.of("r", [1.0, 2.0], {"amount": [2.0, 1.0]}, {"amount": Noise(0.1)})
    with pytest.raises(TwinError, match="too few values of amount"):
        fit(decay, [run], both(decay), Options(starts=1, estimate_errors=True))


@pytest.mark.parametrize("size", [1.0, 1e12, 1e30])
def test_the_covariance_within_bounds_is_finite_however_singular_the_information(size: float) -> None:
    """Two coordinates of which only the sum is told: with the bounds the covariance has its closed form."""
    width = np.array([2.0, 2.0])
    found = information(("a", "b"), np.sqrt(size) * np.array([[1.0, 1.0]]), width).covariance()
    told, open_ = 1.0 / (2.0 * size + 3.0), 1.0 / 3.0
    expected = 0.5 * np.array([[open_ + told, told - open_], [told - open_, open_ + told]])
    np.testing.assert_allclose(found, expected, rtol=1e-9)
