"""What a fault-free past says of residuals, against numpy and scipy, and in spite of outliers."""

import math

import numpy as np
import pytest
from scipy import stats

from homeostat.errors import MonitoringError
from homeostat.monitoring.signals.drift import Watch
from homeostat.monitoring.signals.learn import applied, learn, median


def coloured(count: int, phi: float, seed: int) -> np.ndarray:
    source = np.random.default_rng(seed).standard_normal(count)
    out = np.empty(count)
    out[0] = source[0]
    for k in range(1, count):
        out[k] = phi * out[k - 1] + math.sqrt(1 - phi * phi) * source[k]
    return out


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_centre_scale_and_correlation_are_found(phi: float) -> None:
    habit = learn([(0.3 + 0.1 * coloured(5000, phi, 2)).tolist()])
    assert habit.centre == pytest.approx(0.3, abs=0.03)
    assert habit.scale == pytest.approx(0.1, rel=0.1)
    assert habit.correlation == pytest.approx(phi, abs=0.05)


def test_median_and_deviation_are_those_of_scipy() -> None:
    values = coloured(401, 0.0, 3)
    habit = learn([values.tolist()])
    assert habit.centre == np.median(values)
    assert habit.scale == pytest.approx(stats.median_abs_deviation(values, scale="normal"), rel=1e-12)
    assert median([1.0, 4.0, 2.0, 3.0]) == 2.5


def test_a_few_outliers_do_not_widen_the_chart() -> None:
    values = coloured(1000, 0.5, 4)
    values[::50] = 1e6
    habit = learn([values.tolist()])
    assert habit.scale == pytest.approx(1.0, rel=0.15)
    assert habit.correlation == pytest.approx(0.5, abs=0.1)


def test_runs_are_not_joined_and_gaps_are_left_out() -> None:
    run = coloured(300, 0.8, 5)
    gaps = run.copy()
    gaps[::10] = math.nan
    habit = learn([gaps.tolist(), (-run).tolist()])
    assert habit.correlation == pytest.approx(0.8, abs=0.1)


def test_too_few_or_constant_residuals_are_refused() -> None:
    with pytest.raises(MonitoringError, match="too few"):
        learn([[1.0] * 49])
    with pytest.raises(MonitoringError, match="do not scatter"):
        learn([[1.0] * 100])


def test_a_watch_takes_the_habit_over() -> None:
    habit = learn([coloured(500, 0.6, 6).tolist()])
    watch = applied(Watch("ph", "pH", "pH", "it", scale=99.0), habit)
    assert (watch.centre, watch.scale, watch.correlation) == (habit.centre, habit.scale, habit.correlation)
