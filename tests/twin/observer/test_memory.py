"""Late results count from when they were true; the record of innovations is honest; memory stays bounded."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.twin.observer import Dose, Draw, Filter, Shadow, Tracker, Verdict

from .models import colony

START = (0.5, 10.0, 100.0)
FEED = Dose(5.0, (("food", 50.0),), (("food", 0.02),))


@pytest.fixture(scope="module")
def of() -> Filter:
    return colony()


@pytest.fixture(scope="module")
def tracker(of: Filter) -> Tracker:
    return Tracker(of, horizon=6.0, spacing=0.5)


def _run(tracker: Tracker, hours: float, late: list[tuple[float, float, float]]) -> Shadow:
    """Steps of 6 min, food every hour, a dose at 3 h and a draw at 5 h; `late`: (taken, told, count) of cells."""
    shadow = tracker.begin(tracker.filter.begin(START, ()))
    for step in range(1, round(hours * 10) + 1):
        now = step / 10.0
        shadow = tracker.advance(shadow, (), now)
        if step % 10 == 0:
            shadow = tracker.read(shadow, 0, 10.0 - 0.1 * now)
        if step == 30:
            shadow = tracker.jump(shadow, FEED)
        if step == 50:
            shadow = tracker.jump(shadow, Draw(10.0, ("cells",)))
        for taken, told, count in late:
            if told == now:
                shadow = tracker.read(shadow, 2, count, taken)
    return shadow


def test_a_late_result_counts_as_if_it_had_come_at_once(tracker: Tracker) -> None:
    """In every bit, over checkpoints, doses, draws and readings in between; several late results cross each other."""
    at_once = _run(tracker, 9.0, [(2.0, 2.0, 0.6), (3.0, 3.0, 0.65), (6.2, 6.2, 0.9)])
    late = _run(tracker, 9.0, [(2.0, 7.9, 0.6), (3.0, 4.5, 0.65), (6.2, 8.0, 0.9)])
    assert late.belief == at_once.belief
    assert [epoch.start for epoch in late.epochs] == [epoch.start for epoch in at_once.epochs]
    assert late.missed == 0


@settings(max_examples=15)
@given(taken=st.integers(10, 60), delay=st.integers(0, 50), count=st.floats(0.3, 1.5))
def test_whenever_it_comes(taken: int, delay: int, count: float) -> None:
    at_once = _run(TRACKER, 11.5, [(taken / 10.0, taken / 10.0, count)])
    late = _run(TRACKER, 11.5, [(taken / 10.0, (taken + delay) / 10.0, count)])
    assert late.belief == at_once.belief


TRACKER = Tracker(colony(), horizon=6.0, spacing=0.5)


def test_it_changes_what_is_believed_now(tracker: Tracker) -> None:
    without, told = _run(tracker, 9.0, []), _run(tracker, 9.0, [(4.0, 9.0, 0.8)])
    assert told.estimate.mean[0] > without.estimate.mean[0] + 0.01
    assert told.estimate.mean[3] > without.estimate.mean[3]  # more cells for the same food: faster growth
    assert told.belief.windows[2].fused == 1


def test_a_result_older_than_memory_is_counted_and_left_out(tracker: Tracker) -> None:
    without, late = _run(tracker, 12.0, []), _run(tracker, 12.0, [(0.5, 12.0, 0.8)])
    assert late.missed == 1
    assert late.belief == without.belief


def test_memory_is_bounded_and_reaches_far_enough(tracker: Tracker) -> None:
    for hours in (10.0, 20.0, 30.0):
        shadow = _run(tracker, hours, [])
        assert len(shadow.epochs) <= 14
        assert shadow.epochs[0].time <= hours - 6.0 + 0.5
        assert all(len(epoch.entries) <= 8 for epoch in shadow.epochs)


def test_the_shadow_is_plain_immutable_data(tracker: Tracker) -> None:
    shadow = _run(tracker, 2.0, [])
    plain = asdict(shadow)
    assert _leaves(plain) <= {float, int, bool, str, type(None)}
    assert hash(shadow) == hash(_run(tracker, 2.0, []))


def _leaves(value: object) -> set[type]:
    if isinstance(value, dict):
        return set().union(*map(_leaves, value.values()))
    if isinstance(value, tuple | list):
        return set().union(*map(_leaves, value)) if value else set()
    return {type(value)}


def _plant(of: Filter, tracker: Tracker, seed: int, growth: float, offset: float, scale: float) -> Shadow:
    """Two days against a plant that is the model itself, with noise of `scale` times what the filter was told."""
    random = np.random.default_rng(seed)
    truth, parameters, bias = (0.5, 10.0, 100.0), (growth, 2.0, 1.5), 0.0
    shadow = tracker.begin(of.begin(START, ()))
    for step in range(1, 193):
        truth = of.simulator.advance(truth, (), parameters, 0.25).x
        shadow = tracker.advance(shadow, (), step / 4.0)
        uptake = of.simulator.outputs(truth, (), parameters)[0]
        bias += -bias * 0.25 / 50.0 + 0.1 * random.normal(0.0, (0.5 / 50.0) ** 0.5)
        noise = scale * np.hypot(0.02 * truth[1], 0.05)
        shadow = tracker.read(shadow, 0, truth[1] + bias + random.normal(0.0, noise))
        shadow = tracker.read(
            shadow, 1, uptake + offset + random.normal(0.0, scale * np.hypot(0.05 * uptake, 0.01))
        )
        if step % 24 == 0:
            count = truth[0] + random.normal(0.0, scale * np.hypot(0.1 * truth[0], 0.01))
            shadow = tracker.read(shadow, 2, count, step / 4.0 - 1.0)
    return shadow


def test_a_plant_that_is_as_told_is_found_consistent(of: Filter, tracker: Tracker) -> None:
    for seed in range(4):
        shadow = _plant(of, tracker, seed, 0.085, 0.0, 1.0)
        food, gas, count = tracker.verdicts(shadow)
        assert not food.flagged and not gas.flagged
        assert food is not Verdict.UNTESTED
        assert count is Verdict.UNTESTED


def test_a_sensor_noisier_than_told_makes_the_filter_over_confident(of: Filter, tracker: Tracker) -> None:
    shadow = _plant(of, tracker, 1, 0.085, 0.0, 2.0)
    assert tracker.verdicts(shadow)[1] in (Verdict.OVER_CONFIDENT, Verdict.REJECTED)


def test_a_quieter_one_makes_it_cautious(of: Filter, tracker: Tracker) -> None:
    assert tracker.verdicts(_plant(of, tracker, 1, 0.085, 0.0, 0.3))[1] is Verdict.CAUTIOUS


def test_a_sensor_that_is_off_is_found_biased() -> None:
    of = colony(learnt=())
    tracker = Tracker(of)
    shadow = _plant(of, tracker, 1, 0.08, 0.04, 1.0)
    assert tracker.verdicts(shadow)[1] is Verdict.BIASED


def test_outliers_are_left_out_and_counted(tracker: Tracker) -> None:
    shadow = tracker.advance(tracker.begin(tracker.filter.begin(START, ())), (), 0.25)
    for value in (30.0, float("nan"), float("inf")):
        after = tracker.read(shadow, 0, value)
        assert after.belief.windows[0].rejected == 1
        assert after.estimate == tracker.filter.settle(shadow.estimate)
    for _ in range(48):
        shadow = tracker.read(tracker.advance(shadow, (), shadow.time + 0.01), 0, 30.0)
    assert tracker.verdicts(shadow)[0] is Verdict.REJECTED
