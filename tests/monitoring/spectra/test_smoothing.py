"""The bank of filters: causal, exact on a constant, calm on noise, quick on a ramp, deaf to a single wild value."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from homeostat.monitoring.spectra.smoothing import RATIOS, STEP, WARM, Level, afresh, begun, followed

Array = NDArray[np.float64]


def smoothed(values: Array) -> Array:
    """The level after each value."""
    level, found = begun(float(values[0])), [float(values[0])]
    for value in values[1:].tolist():
        level = followed(level, value)
        found.append(level.value)
    return np.array(found)


@given(st.floats(-1e3, 1e3), st.integers(1, 50))
def test_a_constant_stays(value: float, count: int) -> None:
    assert np.array_equal(smoothed(np.full(count, value)), np.full(count, value))


@given(st.lists(st.floats(-100.0, 100.0), min_size=2, max_size=40), st.integers(1, 39))
def test_nothing_looks_ahead(values: list[float], cut: int) -> None:
    whole, part = smoothed(np.array(values)), smoothed(np.array(values[:cut]))
    assert np.array_equal(whole[: len(part)], part)


@given(st.lists(st.floats(-100.0, 100.0), min_size=1, max_size=60))
def test_the_level_stays_within_what_was_seen(values: list[float]) -> None:
    found = smoothed(np.array(values))
    assert found.min() >= min(values) - 1e-9
    assert found.max() <= max(values) + 1e-9


def test_each_filter_is_the_kalman_filter_of_its_ratio() -> None:
    values = np.random.default_rng(1).normal(size=10).tolist()
    level = reduce(followed, values[1:], begun(values[0]))
    for ratio, mean, variance in zip(RATIOS, level.means, level.variances, strict=True):
        state, spread = values[0], 1.0
        for value in values[1:]:
            spread += ratio
            state += spread / (spread + 1.0) * (value - state)
            spread /= spread + 1.0
        assert mean == pytest.approx(state)
        assert variance == pytest.approx(spread)


def test_noise_is_taken_away_and_a_ramp_is_followed() -> None:
    random = np.random.default_rng(3)
    still = smoothed(20.0 + random.normal(0.0, 1.0, 1500))
    assert still[700:].std() < 0.25
    ramp = np.linspace(40.0, 0.0, 1000)
    lag = smoothed(ramp + random.normal(0.0, 0.3, 1000)) - ramp
    assert abs(lag[300:]).max() < 1.0


def test_one_wild_value_hardly_moves_it() -> None:
    values = 20.0 + np.random.default_rng(4).normal(0.0, 0.5, 400)
    wild = values.copy()
    wild[300] += 1000.0
    assert abs(smoothed(wild) - smoothed(values)).max() < 1.0


def test_the_usual_size_of_an_innovation_is_told() -> None:
    values = np.random.default_rng(5).normal(0.0, 2.0, 1500).tolist()
    level = reduce(followed, values[1:], begun(values[0]))
    assert level.noise == pytest.approx(2.0, rel=0.15)
    assert begun(1.0).noise == 0.0


def known(values: Array, floor: float = 0.1) -> list[Level]:
    """The banks after each value, that know a step from a spike."""
    found = [begun(float(values[0]))]
    for value in values[1:].tolist():
        found.append(followed(found[-1], value, floor))
    return found


def test_a_step_begins_the_bank_afresh_with_the_values_that_were_doubted() -> None:
    values = 20.0 + np.random.default_rng(6).normal(0.0, 0.5, 100)
    values[50:] += 10.0
    levels = known(values)
    assert [len(one.doubted) for one in levels[49:56]] == [0, 1, 2, 3, 4, 0, 0]
    assert levels[50 + STEP - 1] == afresh(levels[53], tuple(values[50 : 50 + STEP].tolist()), 0.0)[-1]
    assert abs(levels[-1].value - 30.0) < 0.5
    assert abs(levels[53].value - 20.0) < 0.1 * 10.0


def test_the_noise_that_was_known_outlives_a_short_disturbance() -> None:
    """There and back within a dozen values: two steps, after which a spike is a spike again."""
    values = 20.0 + np.random.default_rng(6).normal(0.0, 0.05, 200)
    values[100:106] += 10.0
    values[150] += 4.0
    levels = known(values)
    assert abs(levels[104].value - 30.0) < 0.2
    assert abs(levels[110].value - 20.0) < 0.2
    assert levels[112].noise < 2.0 * levels[99].noise
    assert abs(levels[150].value - 20.0) < 0.2


def test_values_to_both_sides_are_no_step() -> None:
    values = 20.0 + np.random.default_rng(7).normal(0.0, 0.5, 60)
    values[40:48] += 30.0 * np.array([1, -1, 1, 1, -1, 1, -1, 1])
    assert max(len(one.doubted) for one in known(values)) == 2
    assert abs(known(values)[-1].value - 20.0) < 2.0


@pytest.mark.parametrize("law", ["normal", "laplace", "standard_t"])
def test_noise_alone_begins_nothing_afresh(law: str) -> None:
    """20,000 values, of a law with few or with many wild ones: Cantelli's bound allows a tenth of a false beginning."""
    random = np.random.default_rng(8)
    values = random.standard_t(3.0, 20_000) if law == "standard_t" else getattr(random, law)(size=20_000)
    level = begun(float(values[0]))
    for number, value in enumerate(values[1:].tolist(), start=2):
        level = followed(level, value, 0.1)
        assert level.count == number


def test_within_the_floor_nothing_is_clipped() -> None:
    still = np.full(WARM + 2, 20.0)
    assert known(np.array([*still, 20.9]), 1.0)[-1].value > 20.0
    assert followed(known(still)[-1], 25.0).value == 20.0  # without a floor it is clipped to nothing
