"""Predictions of other runs: errors in units, and intervals that hold what they promise."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm

from homeostat.errors import TwinError
from homeostat.twin import Model
from homeostat.twin.fit import Noise, Options, Run, fit, free, predict

MakeRun = Callable[..., Run]


def test_the_interval_is_that_of_linear_regression(line: type[Model]) -> None:
    """Known error: variance of a new observation is sigma^2 (1 + x'(X'X)^-1 x)."""
    t = np.array([0.0, 1.0, 2.0, 4.0])
    run = Run.of("r", t, {"level": 1.0 + 2.0 * t}, {"level": Noise(0.3)})
    learn = [free(line, n, lower=-500.0, upper=500.0) for n in ("level", "slope")]
    found = fit(line, [run], learn, Options(starts=0))
    new = Run.of("new", [6.0], {"level": [13.5]}, {"level": Noise(0.3)})
    (told,) = predict(found, [new])
    design, x = np.stack([np.ones(4), t], axis=1), np.array([1.0, 6.0])
    deviation = 0.3 * np.sqrt(1.0 + x @ np.linalg.inv(design.T @ design) @ x)
    assert told.values[0, 0] == pytest.approx(13.0, rel=1e-5)
    assert told.upper[0, 0] - told.lower[0, 0] == pytest.approx(2.0 * norm.ppf(0.95) * deviation, rel=1e-4)
    (score,) = told.scores
    assert (score.run, score.quantity, score.unit, score.count) == ("new", "level", "g/L", 1)
    assert score.rmse == pytest.approx(0.5, rel=1e-3)
    assert score.relative_error == pytest.approx(0.5 / 13.5, rel=1e-3)
    assert score.coverage == 1.0


def test_ninety_percent_intervals_hold_ninety_percent_of_new_measurements(
    decay: type[Model], decay_run: MakeRun
) -> None:
    learn = [free(decay, "amount", lower=0.1, upper=10.0), free(decay, "rate", lower=0.01, upper=10.0)]
    shares = []
    for seed in range(40):
        few = decay_run(seed=seed, times=np.array([0.5, 2.0, 4.0]))
        found = fit(decay, [few], learn, Options(starts=0))
        (told,) = predict(found, [decay_run("other", seed=1000 + seed)])
        shares.append(told.scores[0].coverage)
    assert np.mean(shares) == pytest.approx(0.9, abs=0.05)


def test_scores_skip_what_was_not_measured(product: type[Model], product_run: Run) -> None:
    found = fit(product, [product_run], ["loss"], Options(starts=1))
    run = Run.of(
        "n",
        [1.0, 2.0],
        {"x": [np.nan, 0.0], "first": [np.nan, np.nan]},
        {"x": Noise(0.01), "first": Noise(0.1)},
    )
    (told,) = predict(found, [run])
    (score,) = told.scores
    assert (score.quantity, score.count, score.relative_error) == ("x", 1, None)
    assert np.isfinite(told.values).all()
    plain = json.loads(json.dumps(told.to_json(), allow_nan=False))
    assert plain["quantities"]["x"]["measured"] == [None, 0.0]


def test_what_one_run_alone_began_with_does_not_enter_another(decay: type[Model], decay_run: MakeRun) -> None:
    found = fit(decay, [decay_run()], [free(decay, "amount@a", upper=50.0), "rate"], Options(starts=2))
    (told,) = predict(found, [decay_run("b", amount=1.0)])
    assert told.values[0, 0] == pytest.approx(1.0)
    assert told.scores[0].rmse < 0.08


def test_a_run_that_cannot_be_simulated_is_an_error(fragile: type[Model], decay_run: MakeRun) -> None:
    found = fit(fragile, [decay_run(amount=1.0)], [free(fragile, "rate", upper=1.9)], Options(starts=0))
    other = Run.of("o", [1.0], {"amount": [1.0]}, {"amount": Noise(0.1)}, initial={"amount": -1.0})
    with pytest.raises(TwinError, match="run o"):
        predict(found, [other])
    with pytest.raises(TwinError, match="no probability"):
        predict(found, [decay_run()], level=0.0)
