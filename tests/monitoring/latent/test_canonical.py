"""The monitor of a continuous process: causal, calm on normal operation, and quick to see small lasting faults."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from homeostat.errors import MonitoringError
from homeostat.monitoring.latent import CVA, CanonicalMonitor, learn_monitor
from homeostat.monitoring.latent.canonical import STATISTICS, average

Array = NDArray[np.float64]
FAULT = 300


def process(seed: int, rows: int, shift: float = 0.0) -> Array:
    """Six sensors on two slow states, with noise; from reading FAULT on the first sensor is off by `shift`."""
    random = np.random.default_rng(seed)
    mixing = np.random.default_rng(0).standard_normal((2, 6))
    state, states = np.zeros(2), np.zeros((rows, 2))
    for at in range(rows):
        state = 0.9 * state + random.standard_normal(2)
        states[at] = state
    series = states @ mixing + random.standard_normal((rows, 6))
    series[FAULT:, 0] += shift
    return series


@pytest.fixture(scope="module")
def monitor() -> CanonicalMonitor:
    training = process(1, 2_000)
    return learn_monitor(CVA(2, lags=2), training, training, process(2, 4_000), confidence=0.995)


def test_the_average_is_a_geometric_one() -> None:
    np.testing.assert_allclose(list(average([1.0, 0.0, 0.0], 0.25, 0.0)), [0.25, 0.1875, 0.140625])


@given(values=st.lists(st.floats(-1e3, 1e3), max_size=20), weight=st.floats(0.01, 1.0))
def test_an_average_stays_within_what_it_has_seen(values: list[float], weight: float) -> None:
    found = list(average(values, weight, 0.0))
    assert len(found) == len(values)
    assert all(min([0.0, *values]) - 1e-9 <= one <= max([0.0, *values]) + 1e-9 for one in found)


def test_the_statistics_are_the_models(monitor: CanonicalMonitor) -> None:
    series = process(3, 100)
    found, rows = monitor.statistics(series), monitor.model.windows(series)
    assert found.shape == (99, len(STATISTICS))
    np.testing.assert_array_equal(found[:, 0], monitor.model.t2(rows))
    np.testing.assert_array_equal(found[:, 1], monitor.model.residual_t2(rows))


def test_what_comes_later_changes_no_judgement(monitor: CanonicalMonitor) -> None:
    series = process(4, 400)
    np.testing.assert_allclose(monitor.distance(series[:250]), monitor.distance(series)[:249], rtol=1e-12)


def test_new_normal_operation_passes_the_limit_as_often_as_meant(monitor: CanonicalMonitor) -> None:
    passed = np.concatenate([monitor.alarms(process(seed, 1_000)) for seed in range(10, 20)])
    assert passed.mean() < 0.01
    assert monitor.limit.rate.low <= 0.005 <= monitor.limit.rate.high


def test_a_small_lasting_fault_is_seen_sooner_and_longer_than_by_single_readings(
    monitor: CanonicalMonitor,
) -> None:
    series = process(30, 900, shift=3.0)
    single = monitor.statistics(series)[:, 1] / monitor.unit[1] > monitor.limit.limit
    ours = monitor.alarms(series)
    assert ours[FAULT:].mean() > 2.0 * single[FAULT:].mean()
    assert ours[FAULT:].mean() > 0.6


def test_the_sensor_that_is_off_contributes_most(monitor: CanonicalMonitor) -> None:
    series = process(30, 900, shift=3.0)
    parts, alarms = monitor.contributions(series), monitor.alarms(series)
    np.testing.assert_allclose(parts.sum(axis=1), monitor.distance(series), rtol=1e-9)
    assert (parts >= 0.0).all()
    assert np.bincount(parts[alarms].argmax(axis=1), minlength=6).argmax() == 0


def test_too_little_held_out_operation_sets_no_limit() -> None:
    training = process(1, 500)
    with pytest.raises(MonitoringError, match="cannot set a limit"):
        learn_monitor(CVA(2, lags=2), training, training, process(2, 60), confidence=0.995)
