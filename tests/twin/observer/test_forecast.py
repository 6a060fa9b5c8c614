"""Forecasts against simulation and draws, and their intervals."""

import math

import numpy as np
import pytest

from homeostat.errors import TwinError
from homeostat.twin import Segment, Simulator, simulate
from homeostat.twin.observer import Doubt, Filter, Learnt, Settings, forecast
from homeostat.twin.observer.forecast import _ends

from .models import Tanks, colony


@pytest.fixture(scope="module")
def quiet() -> Filter:
    """A filter of the colony that doubts parameters and start only."""
    return colony(wander={}, elsewhere=Doubt(), learnt=(Learnt("growth", 0.05), Learnt("need", 0.03)))


def test_without_doubt_it_is_the_simulation() -> None:
    of = Filter(Simulator(Tanks), Settings((), elsewhere=Doubt()))
    plan = [Segment(0.0, {"feed": 2.0}), Segment(3.3, {"feed": 0.5}), Segment(9.0, {"feed": 9.0})]
    ahead = forecast(of, of.begin((4.0, 1.0), (1.0,)), "total", (0.0, 3.0, 8.0), plan)
    told = simulate(of.simulator, {"first": 4.0, "second": 1.0}, plan, {}, (0.0, 3.0, 8.0))
    np.testing.assert_allclose(ahead.value, told.outputs[:, 0], rtol=1e-5)
    np.testing.assert_allclose(ahead.high - ahead.low, 0.0, atol=1e-12)


def test_its_interval_is_that_of_draws(quiet: Filter) -> None:
    random, start = np.random.default_rng(3), quiet.begin((0.5, 10.0, 100.0), ())
    ahead = forecast(quiet, start, "cells", (24.0,), level=0.9)
    ends = [
        quiet.simulator.advance(
            (0.5 * (1.0 + 0.1 * a), 10.0 * (1.0 + 0.02 * b), 100.0),
            (),
            (0.08 * (1.0 + 0.05 * c), 2.0, 1.5 * (1.0 + 0.03 * d)),
            24.0,
        ).x[0]
        for a, b, c, d in random.normal(size=(3000, 4))
    ]
    low, middle, high = np.quantile(ends, (0.05, 0.5, 0.95))
    assert ahead.value[0] == pytest.approx(middle, rel=0.02)
    assert ahead.low[0] == pytest.approx(low, rel=0.03)
    assert ahead.high[0] == pytest.approx(high, rel=0.03)


def test_doubt_grows_with_time_and_a_higher_level_is_wider(quiet: Filter) -> None:
    start = quiet.begin((0.5, 10.0, 100.0), ())
    ahead = forecast(quiet, start, "cells", (1.0, 10.0, 20.0))
    assert np.all(np.diff(ahead.high / ahead.low) > 0.0)
    wider = forecast(quiet, start, "cells", (1.0, 10.0, 20.0), level=0.99)
    assert np.all(wider.low < ahead.low)
    assert np.all(wider.high > ahead.high)
    np.testing.assert_allclose(ahead.low * ahead.high, ahead.value**2)


def test_an_output_has_a_symmetric_interval(quiet: Filter) -> None:
    ahead = forecast(quiet, quiet.begin((0.5, 10.0, 100.0), ()), "uptake", (5.0,))
    assert ahead.high[0] - ahead.value[0] == pytest.approx(ahead.value[0] - ahead.low[0])
    assert ahead.high[0] - ahead.value[0] == pytest.approx(1.6449 * ahead.deviation[0], rel=1e-4)


@pytest.mark.parametrize("hours", [(), (2.0, 1.0), (-1.0,), (math.nan,), (math.inf,)])
def test_contradictory_times_are_refused(quiet: Filter, hours: tuple[float, ...]) -> None:
    with pytest.raises(TwinError, match="ascending"):
        forecast(quiet, quiet.begin((0.5, 10.0, 100.0), ()), "cells", hours)


def test_an_unknown_input_or_quantity_is_refused() -> None:
    of = colony()
    start = of.begin((0.5, 10.0, 100.0), ())
    with pytest.raises(TwinError, match="no input"):
        forecast(of, start, "cells", (1.0,), [Segment(0.0, {"rain": 1.0})])
    with pytest.raises(TwinError, match="no output"):
        forecast(of, start, "bees", (1.0,))


def test_a_model_that_cannot_be_followed_gives_no_forecast() -> None:
    of = colony()
    with pytest.raises(TwinError, match="cannot be followed"):
        forecast(of, of.begin((math.nan, 10.0, 100.0), ()), "cells", (1.0,))


VALUES, NORMAL = np.array([1e-10, 0.3, 5.0]), 1.6449
FREE = (0.0, math.inf)


def test_a_value_near_zero_with_much_doubt_has_a_normal_interval_from_its_bound_on() -> None:
    low, high = _ends(np.array([1e-10, 0.0]), np.array([0.5, 0.5]), NORMAL, FREE)
    np.testing.assert_array_equal(low, 0.0)
    np.testing.assert_allclose(high, NORMAL * 0.5, rtol=1e-6)
    _, cut = _ends(np.array([1e-10]), np.array([0.5]), NORMAL, (0.0, 0.25))
    assert cut.tolist() == [0.25]


def test_a_value_with_little_doubt_has_a_logarithmic_interval() -> None:
    low, high = _ends(VALUES, 0.5 * VALUES, NORMAL, FREE)
    np.testing.assert_allclose(low * high, VALUES**2)
    np.testing.assert_allclose(np.log(high / VALUES), NORMAL * math.sqrt(math.log1p(0.25)))


@pytest.mark.parametrize("normal", [0.1, 0.6745, NORMAL, 2.5758])
def test_the_interval_holds_the_value_and_never_narrows_with_doubt(normal: float) -> None:
    """Through both regimes, which meet where the deviation is as large as the value."""
    shares = np.linspace(0.0, 10.0, 2001)
    for value in VALUES.tolist():
        low, high = _ends(np.full_like(shares, value), shares * value, normal, FREE)
        assert np.all((low >= 0.0) & (low <= value) & (value <= high))
        assert np.all(np.diff(high - low) >= -1e-12 * value)
        assert high[-1] - low[-1] > high[200] - low[200] > high[100] - low[100]


def test_without_doubt_there_is_no_interval() -> None:
    low, high = _ends(np.array([0.0, 2.0]), np.zeros(2), NORMAL, FREE)
    assert (low.tolist(), high.tolist()) == ([0.0, 2.0], [0.0, 2.0])
