"""Donors that differ: the closed forms of the balanced linear mixed model, and the truth of a non-linear one."""

import json
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin import Model
from homeostat.twin.fit import (
    Interval,
    Noise,
    Normal,
    Options,
    Population,
    Run,
    Scale,
    Tolerance,
    fit_population,
    free,
)
from homeostat.twin.fit.mixed import Quadratic, Spreads, linear_mixed

Array = NDArray[np.float64]
SIGMA = 0.2


def logarithms(seed: int = 1, donors: int = 6, samples: int = 4) -> Array:
    rng = np.random.default_rng(seed)
    effects = rng.normal(0.5, 0.4, donors)
    return np.asarray(effects[:, None] + SIGMA * rng.standard_normal((donors, samples)))


def level_runs(values: Array) -> list[Run]:
    t = np.arange(values.shape[1], dtype=float)
    return [
        Run.of(f"d{i}", t, {"logarithm": row}, {"logarithm": Noise(SIGMA)}) for i, row in enumerate(values)
    ]


def learn_level(level: type[Model], values: Array, estimated: bool, restricted: bool) -> Population:
    learn = [free(level, "level", lower=1e-3, upper=1e3)]
    options = Options(starts=1, estimate_errors=estimated, tolerance=Tolerance(1e-9, 1e-11))
    return fit_population(level, level_runs(values), learn, ["level"], options, restricted=restricted)


def closed(interval: Interval) -> tuple[float, float]:
    assert interval.lower is not None
    assert interval.upper is not None
    return interval.lower, interval.upper


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("estimated", [True, False])
def test_the_balanced_one_way_layout_has_its_closed_form(
    level: type[Model], restricted: bool, estimated: bool
) -> None:
    """Searle, Casella & McCulloch 1992, Variance Components, section 3.7 and 3.8: one-way random model, balanced."""
    values = logarithms()
    n, m = values.shape
    means = values.mean(axis=1)
    within = float(((values - means[:, None]) ** 2).sum() / (n * (m - 1)))
    error = within if estimated else SIGMA**2
    spread2 = means.var(ddof=1 if restricted else 0) - error / m
    found = learn_level(level, values, estimated, restricted)
    assert found.spread["level"] == pytest.approx(math.sqrt(spread2), rel=1e-3)
    assert math.log(found.typical["level"]) == pytest.approx(means.mean(), abs=1e-6)
    if estimated:
        assert found.error_scales["logarithm"] * SIGMA == pytest.approx(math.sqrt(within), rel=5e-3)
    shrunk = means.mean() + spread2 / (spread2 + error / m) * (means - means.mean())
    told = [math.log(donor.values["level"]) for donor in found.donors]
    np.testing.assert_allclose(told, shrunk, atol=1e-3)


def test_the_uncertainty_of_typical_value_and_donors_has_its_closed_form(level: type[Model]) -> None:
    values = logarithms()
    n, m = values.shape
    found = learn_level(level, values, estimated=False, restricted=True)
    spread2, error = found.spread["level"] ** 2, SIGMA**2 / m
    z = 1.6448536
    reach = z * math.sqrt((spread2 + error) / n)
    low, high = closed(found.intervals["level"])
    assert math.log(high / low) == pytest.approx(2.0 * reach, rel=1e-3)
    share = spread2 / (spread2 + error)
    variance = spread2 * error / (spread2 + error) + (1.0 - share) ** 2 * (spread2 + error) / n
    low, high = closed(found.donors[0].intervals["level"])
    assert math.log(high / low) == pytest.approx(2.0 * z * math.sqrt(variance), rel=1e-3)


def test_a_donor_not_seen_yet_gets_a_prior_of_the_whole_spread(level: type[Model]) -> None:
    values = logarithms()
    found = learn_level(level, values, estimated=False, restricted=True)
    belief = found.belief("level")
    total = found.spread["level"] ** 2 * (1.0 + 1.0 / 6) + SIGMA**2 / 24
    assert belief.median == found.typical["level"]
    assert belief.deviation == pytest.approx(math.sqrt(total), rel=1e-3)
    with pytest.raises(TwinError, match="drift has no spread"):
        found.belief("drift")


def test_the_interval_of_a_spread_never_holds_zero_and_says_so(level: type[Model]) -> None:
    found = learn_level(level, logarithms(), estimated=False, restricted=True)
    low, high = closed(found.spread_intervals["level"])
    assert 0.0 < low < found.spread["level"] < high
    assert low * high == pytest.approx(found.spread["level"] ** 2), "symmetric on the logarithm"
    assert found.to_json()["spread_interval_kind"].startswith("Wald, on the logarithm")


def test_the_interval_of_the_spread_is_that_of_its_sampling_distribution(level: type[Model]) -> None:
    """Known error, n donors: var of ln(omega^2 + sigma^2 / m) is 2 / (n - 1); the spread follows by the chain rule."""
    found = learn_level(level, logarithms(), estimated=False, restricted=True)
    spread2, total = found.spread["level"] ** 2, found.spread["level"] ** 2 + SIGMA**2 / 4
    deviation = math.sqrt(2.0 / 5.0) * total / (2.0 * spread2)
    low, high = closed(found.spread_intervals["level"])
    assert math.log(high / low) == pytest.approx(2.0 * 1.6448536 * deviation, rel=0.02)


def test_donors_that_do_not_differ_have_no_spread_and_one_value(level: type[Model]) -> None:
    values = np.tile(np.array([0.1, -0.1, 0.05, -0.05]), (5, 1)) + 0.3
    found = learn_level(level, values, estimated=False, restricted=True)
    assert found.spread["level"] < 0.01
    assert found.spread_intervals["level"] == (None, None)
    for donor in found.donors:
        assert math.log(donor.values["level"]) == pytest.approx(0.3, abs=1e-3)


def random_quadratics(seed: int, donors: int = 5, size: int = 3) -> list[Quadratic]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(donors):
        rows = rng.standard_normal((6, size))
        x = np.array([1.0, -1.0, 0.5]) + np.array([0.5, 0.3, 0.0]) * rng.standard_normal(size)
        matrix = 20.0 * rows.T @ rows
        found.append(Quadratic(matrix, matrix @ x))
    return found


@pytest.mark.parametrize("restricted", [True, False])
def test_the_gradient_of_the_spreads_is_that_of_their_likelihood(restricted: bool) -> None:
    nothing = Quadratic(np.zeros((3, 3)), np.zeros(3))
    problem = Spreads(random_quadratics(0), nothing, [0, 1], ["a", "b", "c"], np.full(3, 4.0), restricted)
    theta = np.log([0.4, 0.2])
    for k in range(2):
        move = 1e-5 * np.eye(2)[k]
        difference = problem.objective(theta + move).value - problem.objective(theta - move).value
        assert problem.objective(theta).gradient[k] == pytest.approx(difference / 2e-5, rel=1e-5)


def test_the_mixed_model_agrees_with_the_likelihood_written_out_over_all_data() -> None:
    """Generalised least squares over y with covariance Z Omega Z' + 1, without any of the formulas used inside."""
    rng = np.random.default_rng(3)
    designs = [rng.standard_normal((5, 2)) * 3.0 for _ in range(4)]
    data = [
        d @ np.array([1.0, -0.5]) + 3.0 * rng.standard_normal() * d[:, 0] + rng.standard_normal(5)
        for d in designs
    ]
    quadratics = [Quadratic(d.T @ d, d.T @ y) for d, y in zip(designs, data, strict=True)]
    nothing = Quadratic(np.zeros((2, 2)), np.zeros(2))
    found = linear_mixed(Spreads(quadratics, nothing, [0], ["a", "b"], np.full(2, 100.0)), np.array([1.0]))

    def parts(spread: float) -> tuple[Array, Array, float]:
        normal, right, value = np.zeros((2, 2)), np.zeros(2), 0.0
        for d, y in zip(designs, data, strict=True):
            v = np.eye(5) + spread**2 * np.outer(d[:, 0], d[:, 0])
            normal += d.T @ np.linalg.solve(v, d)
            right += d.T @ np.linalg.solve(v, y)
            value += 0.5 * (np.linalg.slogdet(v)[1] + y @ np.linalg.solve(v, y))
        centre = np.linalg.solve(normal, right)
        return (
            centre,
            np.linalg.inv(normal),
            value - 0.5 * right @ centre + 0.5 * np.linalg.slogdet(normal)[1],
        )

    grid = np.exp(np.linspace(-2.0, 3.0, 2001))
    best = grid[int(np.argmin([parts(w)[2] for w in grid]))]
    assert found.spread[0] == pytest.approx(best, rel=5e-3)
    centre, covariance, _ = parts(found.spread[0])
    np.testing.assert_allclose(found.centre, centre, rtol=1e-8)
    np.testing.assert_allclose(found.covariance, covariance, rtol=1e-7)


def decay_donors(decay_seed: int = 11, donors: int = 12) -> tuple[list[Run], Array]:
    rng = np.random.default_rng(decay_seed)
    rates = 0.7 * np.exp(0.3 * rng.standard_normal(donors))
    t = np.linspace(0.25, 5.0, 8)
    runs = []
    for i, rate in enumerate(rates):
        y = 3.0 * np.exp(-rate * t) + 0.05 * rng.standard_normal(len(t))
        runs.append(Run.of(f"run{i}", t, {"amount": y}, {"amount": Noise(0.05)}, donor=f"donor{i % 12}"))
    return runs, rates


def test_a_non_linear_population_is_recovered(decay: type[Model]) -> None:
    runs, rates = decay_donors()
    learn = [free(decay, "rate", lower=0.01, upper=10.0), free(decay, "amount", lower=0.1, upper=30.0)]
    found = fit_population(decay, runs, learn, ["rate"], Options(starts=2))
    assert found.typical["rate"] == pytest.approx(np.exp(np.log(rates).mean()), rel=0.03)
    assert found.spread["rate"] == pytest.approx(np.log(rates).std(ddof=1), rel=0.1)
    assert found.typical["amount"] == pytest.approx(3.0, rel=0.02)
    told = np.array([donor.values["rate"] for donor in found.donors])
    np.testing.assert_allclose(told, rates, rtol=0.1)
    ends = [closed(donor.intervals["rate"]) for donor in found.donors]
    assert sum(low < rate < high for (low, high), rate in zip(ends, rates, strict=True)) >= 9
    assert all(donor.values["amount"] == found.donors[0].values["amount"] for donor in found.donors)


def test_sparse_donors_are_drawn_to_the_others(decay: type[Model]) -> None:
    runs, _ = decay_donors()
    poor = Run.of("poor", [0.01], {"amount": [3.0]}, {"amount": Noise(0.05)})
    learn = [free(decay, "rate", lower=0.01, upper=10.0), free(decay, "amount", lower=0.1, upper=30.0)]
    found = fit_population(decay, [*runs, poor], learn, ["rate"], Options(starts=2))
    last = found.donors[-1]
    assert last.name == "poor"
    assert last.values["rate"] == pytest.approx(found.typical["rate"], rel=0.03)
    widths = [math.log(high / low) for low, high in (closed(d.intervals["rate"]) for d in found.donors)]
    assert widths[-1] > 5.0 * max(widths[:-1])


def test_a_prior_counts_once_for_the_population(level: type[Model]) -> None:
    learn = [free(level, "level", lower=1e-3, upper=1e3, prior=Normal(20.0, 1e-3))]
    runs = level_runs(logarithms())
    found = fit_population(level, runs, learn, ["level"], Options(starts=1))
    assert found.typical["level"] == pytest.approx(20.0, rel=1e-3)
    assert found.donors[0].values["level"] < 5.0


def test_the_result_is_reproducible_plain_data(level: type[Model]) -> None:
    one, two = (
        json.dumps(learn_level(level, logarithms(), False, True).to_json(), allow_nan=False) for _ in range(2)
    )
    assert one == two
    told = json.loads(one)
    assert told["typical"][0]["name"] == "level"
    assert len(told["donors"]) == 6


def test_what_no_population_can_be_made_of_is_named(level: type[Model]) -> None:
    runs = level_runs(logarithms())
    learn = [free(level, "level", lower=1e-3, upper=1e3)]
    with pytest.raises(TwinError, match="two donors or more"):
        fit_population(level, runs[:1], learn, ["level"], Options(starts=0))
    with pytest.raises(TwinError, match="drift differs between donors but is not learnt"):
        fit_population(level, runs, learn, ["drift"], Options(starts=0))
    with pytest.raises(TwinError, match="nothing differs"):
        fit_population(level, runs, learn, [], Options(starts=0))
    linear = [free(level, "level", lower=1e-3, upper=1e3, scale=Scale.LINEAR)]
    with pytest.raises(TwinError, match="linear scale"):
        fit_population(level, runs, linear, ["level"], Options(starts=0))
