"""A simulated sensor against closed forms and statistics: lag, drift, noise, loss, range, resolution, sampling."""

import math
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.equipment.lag import Lag
from homeostat.equipment.sensors import BURST, Sensor
from homeostat.equipment.span import Span
from homeostat.errors import EquipmentError, UnitError
from homeostat.process.equipment import Tag
from homeostat.process.reading import Quality
from homeostat.process.twin import SensorFaults

from .small import HOUR, MINUTE, tag

GOOD, HELD, UNCERTAIN, BAD, MISSING = (
    Quality.GOOD,
    Quality.HELD,
    Quality.UNCERTAIN,
    Quality.BAD,
    Quality.MISSING,
)


def sensor(faults: dict[str, Any] | None = None, seed: int = 1, **tag_fields: Any) -> Sensor:
    declared = {**tag(low=-1000.0, high=1000.0), **tag_fields}
    return Sensor("x", Tag.model_validate(declared), SensorFaults.model_validate(faults or {}), seed)


def test_a_healthy_sensor_tells_the_truth() -> None:
    assert sensor().read(0, 12.345) == (12.345, GOOD)


@pytest.mark.parametrize("step", [MINUTE, 7 * MINUTE])
def test_lag_follows_the_closed_form_of_a_step(step: int) -> None:
    lagging = sensor({"lag": "10 min"})
    assert lagging.read(0, 0.0) == (0.0, GOOD)
    for k in range(1, 50):
        value, _ = lagging.read(k * step, 1.0)
        assert value == pytest.approx(1.0 - math.exp(-k * step / (10 * MINUTE)), abs=1e-12)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=30))
def test_a_lag_does_not_depend_on_how_often_it_is_asked(steps: list[int]) -> None:
    often, once = Lag(5e8, 0.0), Lag(5e8, 0.0)
    times = [sum(steps[: k + 1]) for k in range(len(steps))]
    for time in times:
        level = often.follow(time, 1.0)
    assert level == pytest.approx(once.follow(times[-1], 1.0), abs=1e-12)


def test_noise_has_its_standard_deviation_and_no_bias() -> None:
    noisy = sensor({"noise": "0.5 mmol/L"})
    errors = np.array([noisy.read(k * MINUTE, 10.0)[0] for k in range(20_000)]) - 10.0
    assert errors.std() == pytest.approx(0.5, rel=0.03)
    assert abs(errors.mean()) < 4 * 0.5 / math.sqrt(len(errors))
    assert abs(np.corrcoef(errors[1:], errors[:-1])[0, 1]) < 0.03


def test_drift_is_linear_with_the_declared_size_and_either_direction() -> None:
    ends = set()
    for seed in range(20):
        drifting = sensor({"drift": "2.4 mmol/L/d"}, seed=seed)
        assert drifting.read(0, 5.0)[0] == 5.0
        assert abs(drifting.read(10 * HOUR, 5.0)[0] - 5.0) == pytest.approx(1.0)
        ends.add(round(drifting.read(20 * HOUR, 5.0)[0] - 5.0, 9))
    assert ends == {-2.0, 2.0}


def test_a_drift_in_a_wrong_unit_is_refused() -> None:
    with pytest.raises(UnitError):
        sensor({"drift": "1 mmol/L"})


@pytest.mark.parametrize("share", [0.01, 0.2, 0.6, 0.9])
def test_the_declared_share_of_samples_is_lost_in_bursts(share: float) -> None:
    lossy = sensor({"dropout": f"{share * 100} %"})
    n = 60_000
    lost = [lossy.read(k * MINUTE, 1.0)[1] == MISSING for k in range(n)]
    bursts = [len(list(run)) for gone, run in groupby(lost) if gone]
    length = max(BURST, share / (1.0 - share))
    spread = math.sqrt(share * (1.0 - share) / n * 2 * length)
    assert np.mean(lost) == pytest.approx(share, abs=4 * spread)
    assert np.mean(bursts) == pytest.approx(length, rel=0.25)


def test_a_lost_sample_is_not_a_number_and_a_share_of_all_loses_all() -> None:
    lossy = sensor({"dropout": "100 %"})
    for k in range(50):
        value, quality = lossy.read(k * MINUTE, 1.0)
        assert math.isnan(value)
        assert quality == MISSING


@pytest.mark.parametrize(("truth", "shown"), [(120.0, 100.0), (-3.0, 0.0)])
def test_beyond_its_range_a_sensor_shows_the_end_and_says_so(truth: float, shown: float) -> None:
    assert sensor(range=["0 mmol/L", "100 mmol/L"]).read(0, truth) == (shown, UNCERTAIN)


def test_noise_around_the_end_of_the_range_is_no_doubt() -> None:
    noisy = sensor({"noise": "1 mmol/L", "drift": "1 mmol/L/h"}, range=["0 mmol/L", "100 mmol/L"])
    shown = [noisy.read(k * MINUTE, 0.0) for k in range(200)]
    assert {quality for _, quality in shown} == {GOOD}
    assert min(value for value, _ in shown) == 0.0


@pytest.mark.parametrize(
    ("truth", "steps"), [(0.3, 1), (0.125, 0), (0.375, 2), (0.625, 2), (-0.1, 0), (99.9, 400)]
)
def test_resolution_rounds_to_exact_multiples_halves_to_even(truth: float, steps: int) -> None:
    assert sensor(resolution="0.25 mmol/L").read(0, truth) == (steps * 0.25, GOOD)


@given(st.floats(-1e6, 1e6), st.sampled_from(["0.1", "0.3", "7", "0.01"]))
def test_every_shown_value_is_a_multiple_inside_the_range(truth: float, step: str) -> None:
    value, quality = sensor(range=["-10 mmol/L", "33.3 mmol/L"], resolution=f"{step} mmol/L").read(0, truth)
    assert value == round(value / float(step)) * float(step)
    assert -10.0 - 1e-9 <= value <= 33.3 + 1e-9
    assert (quality == GOOD) == (-10.0 <= truth <= 33.3)


def test_a_range_without_a_multiple_of_the_resolution_is_refused() -> None:
    with pytest.raises(EquipmentError, match="narrower than its resolution"):
        sensor(range=["1 mmol/L", "2 mmol/L"], resolution="7 mmol/L")


@given(st.integers(-1000, 1000), st.integers(1, 1000))
def test_range_ends_on_the_grid_stay_reachable(first: int, count: int) -> None:
    low, high = first * 0.1, (first + count) * 0.1
    declared = tag(low=low, high=high, resolution="0.1 mmol/L")
    span = Span.of("x", Tag.model_validate(declared))
    assert (span.first, span.last) == (first, first + count)


def test_between_samples_the_last_one_is_held() -> None:
    slow = sensor(every="5 min")
    shown = [slow.read(k * MINUTE, float(k)) for k in range(11)]
    assert [value for value, _ in shown] == [0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 10]
    assert [quality for _, quality in shown] == [GOOD, *[HELD] * 4, GOOD, *[HELD] * 4, GOOD]


def test_the_sampling_grid_does_not_shift_when_scans_are_late() -> None:
    slow = sensor(every="5 min")
    times = [0, 6, 9, 10, 14, 16]
    assert [slow.read(t * MINUTE, 1.0)[1] for t in times] == [GOOD, GOOD, HELD, GOOD, HELD, GOOD]


def test_a_sample_that_was_not_good_does_not_become_good_by_being_held() -> None:
    slow = sensor(every="5 min", range=["0 mmol/L", "10 mmol/L"])
    assert [slow.read(k * MINUTE, 20.0)[1] for k in range(3)] == [UNCERTAIN] * 3
    lossy = sensor({"dropout": "100 %"}, every="5 min")
    assert [lossy.read(k * MINUTE, 1.0)[1] for k in range(3)] == [MISSING] * 3


def test_a_failed_plant_reads_bad() -> None:
    value, quality = sensor().read(0, math.nan)
    assert math.isnan(value)
    assert quality == BAD


FAULTS = {"noise": "0.5 mmol/L", "lag": "3 min", "drift": "0.1 mmol/L/h", "dropout": "5 %"}


def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not() -> None:
    def run(seed: int) -> list[str]:
        s = sensor(FAULTS, seed=seed)
        return [repr(s.read(k * MINUTE, math.sin(k))) for k in range(1500)]

    assert run(1) == run(1)
    assert all(a != b for a, b in pairwise([run(1), run(2), run(3)]))
