"""Profile likelihood: the closed form of a linear-Gaussian model, and open ends where nothing can be told."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import chi2

from homeostat.errors import TwinError
from homeostat.twin import Model
from homeostat.twin.fit import Noise, Options, Run, fit, free, profile

MakeRun = Callable[..., Run]


@pytest.mark.parametrize("level", [0.68, 0.9, 0.99])
@pytest.mark.parametrize("name", ["level", "slope"])
def test_the_profile_of_a_line_is_the_parabola_of_its_covariance(
    line: type[Model], name: str, level: float
) -> None:
    t = np.array([0.0, 1.0, 2.0, 4.0])
    sigma = 0.3
    run = Run.of("r", t, {"level": 1.0 + 2.0 * t + [0.1, -0.2, 0.0, 0.1]}, {"level": Noise(sigma)})
    learn = [free(line, n, lower=-50.0, upper=50.0) for n in ("level", "slope")]
    found = fit(line, [run], learn, Options(starts=1))
    design = np.stack([np.ones_like(t), t], axis=1)
    covariance = sigma**2 * np.linalg.inv(design.T @ design)
    centre = np.linalg.solve(design.T @ design, design.T @ run.measured[:, 0])
    place = ("level", "slope").index(name)
    deviation = np.sqrt(covariance[place, place])
    drawn = profile(found, name, level)
    reach = np.sqrt(chi2.ppf(level, 1)) * deviation
    assert drawn.interval.lower == pytest.approx(centre[place] - reach, abs=3e-3 * reach)
    assert drawn.interval.upper == pytest.approx(centre[place] + reach, abs=3e-3 * reach)
    parabola = ((drawn.values - centre[place]) / deviation) ** 2
    np.testing.assert_allclose(drawn.distances, parabola, rtol=1e-4, atol=1e-4)
    assert not drawn.better


def test_a_single_quantity_is_profiled_without_others(decay: type[Model], decay_run: MakeRun) -> None:
    found = fit(decay, [decay_run(amount=1.0)], ["rate"], Options(starts=1))
    drawn, fisher = profile(found, "rate").interval, found.intervals()["rate"]
    assert drawn.lower == pytest.approx(fisher.lower, rel=0.02)
    assert drawn.upper == pytest.approx(fisher.upper, rel=0.02)


def test_a_curved_likelihood_gives_an_uneven_interval(decay: type[Model]) -> None:
    """Few late samples: the rate may be much faster, but not much slower."""
    run = Run.of("r", [3.0, 4.0], {"amount": [0.10, 0.03]}, {"amount": Noise(0.04)})
    found = fit(decay, [run], [free(decay, "rate", lower=1e-3, upper=20.0)], Options(starts=4))
    drawn = profile(found, "rate", 0.95)
    at = found.values["rate"]
    assert drawn.interval.lower is not None
    assert drawn.interval.upper is not None
    assert drawn.interval.upper / at > 1.05 * at / drawn.interval.lower
    for end in drawn.interval:
        r = (np.exp(-end * run.time) - run.measured[:, 0]) / 0.04
        assert r @ r - 2.0 * found.cost == pytest.approx(chi2.ppf(0.95, 1), rel=5e-3)


def test_factors_of_a_product_have_open_ends_on_both_sides(product: type[Model], product_run: Run) -> None:
    found = fit(product, [product_run], ["a", "b", "loss"], Options(starts=3))
    assert profile(found, "a").interval == (None, None)
    low, high = profile(found, "loss").interval
    assert low is not None
    assert high is not None
    assert low < 0.5 < high


def test_only_what_was_learnt_has_a_profile(decay: type[Model], decay_run: MakeRun) -> None:
    found = fit(decay, [decay_run(amount=1.0)], ["rate"], Options(starts=0))
    with pytest.raises(TwinError, match="amount was not learnt"):
        profile(found, "amount")
    with pytest.raises(TwinError, match="no probability"):
        profile(found, "rate", 1.0)
