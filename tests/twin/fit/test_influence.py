"""Values on which a quantity hangs: named with what would be learnt without them."""

import numpy as np
import pytest

from homeostat.twin import Model
from homeostat.twin.fit import Free, Noise, Options, Run, fit, free, identifiability, lone

from .conftest import Array


def values(last: float, hours: Array | None = None) -> Run:
    """Values near 0 in the first tenth of an hour, and `last` at 10 h, which nearly alone tells the slope."""
    early = np.linspace(0.0, 0.1, 8) if hours is None else hours
    noise = 0.01 * np.random.default_rng(3).standard_normal(len(early))
    times = np.append(early, 10.0)
    return Run.of("one", times, {"level": np.append(noise, last)}, {"level": Noise(0.02)})


def learn(line: type[Model]) -> list[Free]:
    return [free(line, "level", lower=-10.0, upper=10.0), free(line, "slope", lower=-100.0, upper=100.0)]


@pytest.mark.parametrize("robust", [False, True])
def test_a_slope_that_hangs_on_one_late_value_is_named_with_it(line: type[Model], robust: bool) -> None:
    found = fit(line, [values(30.0)], learn(line), Options(2, 0, robust=robust))
    (told,) = lone(found)
    assert (told.run, told.quantity, told.time_h, told.name) == ("one", "level", 10.0, "slope")
    assert told.leverage > 0.99
    assert told.value == pytest.approx(3.0, rel=0.01)
    assert told.lower < 0.0 < told.upper
    assert told.upper - told.lower < 2.0
    report = identifiability(found)
    assert report.lines()[-1] == str(told)
    assert "slope hangs on one value, level of run one at 10 h" in str(told)
    assert report.to_json()["lone"][0]["name"] == "slope"


def test_without_it_is_what_a_fit_without_the_value_learns(line: type[Model]) -> None:
    run = values(30.0)
    (told,) = lone(fit(line, [run], learn(line), Options(2, 0)))
    run.measured[-1] = np.nan
    alone = fit(line, [run], learn(line), Options(2, 0))
    lower, upper = alone.intervals()["slope"]
    assert told.lower == pytest.approx(lower, rel=1e-2)
    assert told.upper == pytest.approx(upper, rel=1e-2)


def test_a_late_value_that_the_others_foretell_is_not_named(line: type[Model]) -> None:
    hours = np.linspace(0.0, 0.1, 8)
    exact = Run.of("one", np.append(hours, 10.0), {"level": np.zeros(9)}, {"level": Noise(0.02)})
    assert lone(fit(line, [exact], learn(line), Options(2, 0))) == ()


def test_values_that_share_the_leverage_are_not_named(line: type[Model]) -> None:
    """Three wrong late values check each other: none of them alone decides."""
    found = fit(line, [values(30.0, np.array([0.0, 0.1, 0.2, 9.0, 9.5]))], learn(line), Options(2, 0))
    assert lone(found) == ()
    assert identifiability(found).lines() == ("every quantity can be learnt from these runs",)
