"""A signal that lies is dropped if the others agree without it, and comes back; a model that is wrong drops nothing."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from homeostat.twin.observer import Filter, Innovation, Learnt, Shadow, Tracker, Verdict
from homeostat.twin.observer.trust import Trust

from .models import COLONY, colony

START, FOOD, GAS, COUNT = (0.5, 10.0, 100.0), 0, 1, 2
HOURS = 60


@pytest.fixture(scope="module")
def of() -> Filter:
    return colony(drop=3.0, again=6.0, window=24)


@pytest.fixture(scope="module")
def tracker(of: Filter) -> Tracker:
    return Tracker(of, horizon=24.0)


class Plant:
    """The model itself, with noise as told; `growth` changes at 30 h, the food sensor is off by `lie` of the hour."""

    def __init__(self, of: Filter, seed: int = 1) -> None:
        self.of, self.random = of, np.random.default_rng(seed)

    def follow(self, tracker: Tracker, lie: dict[int, float], growth: float = 0.08) -> list[Shadow]:
        truth, shadow, told = START, tracker.begin(self.of.begin(START, ())), []
        self.truth = [truth]
        for step in range(1, 4 * HOURS + 1):
            hour = step / 4.0
            parameters = (growth if hour > 30.0 else 0.08, 2.0, 1.5)
            truth = self.of.simulator.advance(truth, (), parameters, 0.25).x
            shadow = tracker.advance(shadow, (), hour)
            wrong = next((by for begin, by in reversed(lie.items()) if hour >= begin), 0.0)
            noise = self.random.normal(size=3)
            uptake = self.of.simulator.outputs(truth, (), parameters)[0]
            shadow = tracker.read(shadow, FOOD, truth[1] + wrong + noise[0] * np.hypot(0.02 * truth[1], 0.05))
            shadow = tracker.read(shadow, GAS, uptake + noise[1] * np.hypot(0.05 * uptake, 0.01))
            shadow = tracker.read(shadow, COUNT, truth[0] + noise[2] * np.hypot(0.1 * truth[0], 0.01))
            told.append(shadow)
            self.truth.append(truth)
        return told


def test_sound_signals_are_all_believed(of: Filter, tracker: Tracker) -> None:
    for seed in range(3):
        assert not any(tracker.dropped(shadow) for shadow in Plant(of, seed).follow(tracker, {}))


def test_a_lie_is_dropped_and_forgotten(of: Filter, tracker: Tracker) -> None:
    plant = Plant(of)
    told = plant.follow(tracker, {20: 1.2})
    assert not any(tracker.dropped(shadow) for shadow in told[: 4 * 20])
    last = told[4 * 34]
    assert tracker.dropped(last) == (FOOD,)
    assert tracker.verdicts(last)[FOOD] is Verdict.REJECTED
    assert not any(verdict.flagged for verdict in tracker.verdicts(last)[1:])
    never = Tracker(colony(window=24), horizon=24.0)
    believed = Plant(of).follow(never, {20: 1.2})
    assert not any(map(never.dropped, believed))
    food = np.array(plant.truth)[1 + 4 * 27 : 1 + 4 * 35, 1]
    wrong, right = (
        np.abs(np.array([s.estimate.mean[1] for s in shadows[4 * 27 : 4 * 35]]) - food).mean()
        for shadows in (believed, told)
    )
    assert right < 0.5 * wrong


def test_a_lie_of_which_the_others_cannot_tell_is_flagged_and_kept(of: Filter, tracker: Tracker) -> None:
    """As long as food is plenty, neither cells nor their uptake change with it."""
    told = Plant(of).follow(tracker, {15: 0.6})[: 4 * 40]
    assert any(tracker.verdicts(shadow)[FOOD].flagged for shadow in told)
    assert not any(map(tracker.dropped, told))


@pytest.mark.parametrize("seed", [1, 3])
def test_a_sound_single_sensor_is_kept_where_the_model_is_wrong(seed: int) -> None:
    """The colony needs a fifth less food than the model says, and nothing that is learnt can tell of it."""
    food, _, count = COLONY.signals
    told = (replace(food, bias=0.0), count)
    of = colony(drop=3.0, again=6.0, window=24, learnt=(Learnt("growth", walk=0.002),), signals=told)
    tracker, random, truth = Tracker(of, horizon=24.0), np.random.default_rng(seed), START
    shadow, flagged, errors = tracker.begin(of.begin(START, ())), 0, []
    for step in range(1, 4 * 44 + 1):
        truth = of.simulator.advance(truth, (), (0.08, 2.0, 1.2), 0.25).x
        shadow = tracker.advance(shadow, (), step / 4.0)
        shadow = tracker.read(shadow, 0, truth[1] + random.normal() * np.hypot(0.02 * truth[1], 0.05))
        shadow = tracker.read(shadow, 1, truth[0] + random.normal() * np.hypot(0.1 * truth[0], 0.01))
        assert tracker.dropped(shadow) == ()
        flagged += tracker.verdicts(shadow)[0].flagged
        errors.append(shadow.estimate.mean[1] - truth[1])
    assert flagged > 0
    assert np.sqrt(np.mean(np.square(errors[-80:]))) < 0.15


def test_it_is_fused_again_once_it_has_agreed_for_long(of: Filter, tracker: Tracker) -> None:
    told = Plant(of).follow(tracker, {30: 1.2, 42: 0.0})
    dropped = [shadow.time for shadow in told if tracker.dropped(shadow) == (FOOD,)]
    assert 31.0 < dropped[0] < 38.0
    assert 46.0 <= dropped[-1] < 52.0
    assert told[-1].belief.windows[FOOD].fused > told[4 * 44].belief.windows[FOOD].fused
    assert tracker.dropped(told[-1]) == ()


def test_where_the_model_is_wrong_nothing_is_dropped_for_good() -> None:
    """Cells stop growing, and nothing that is estimated can tell of it: every signal tells, and every one is right."""
    of = colony(drop=3.0, again=6.0, window=24, learnt=())
    tracker = Tracker(of, horizon=24.0)
    told = Plant(of).follow(tracker, {}, growth=0.02)
    assert any(verdict.flagged for shadow in told for verdict in tracker.verdicts(shadow))
    assert all(len(tracker.dropped(shadow)) <= 1 for shadow in told)
    assert sum(bool(tracker.dropped(shadow)) for shadow in told) < 0.2 * len(told)


def test_a_late_result_finds_the_signal_dropped(of: Filter, tracker: Tracker) -> None:
    """Folding again from before the drop keeps it dropped, and gives what came at once in every bit."""
    last = Plant(of).follow(tracker, {30: 1.2})[4 * 40]
    assert tracker.dropped(last) == (FOOD,)
    after = tracker.read(last, COUNT, last.estimate.mean[0], last.time - 20.0)
    assert tracker.dropped(after) == (FOOD,)
    assert after.belief.windows[FOOD].fused == last.belief.windows[FOOD].fused
    assert tracker.read(last, COUNT, last.estimate.mean[0], last.time - 20.0) == after


def _deferred(tracker: Tracker, of: Filter) -> Shadow:
    """Food lies from 20 h on, and is dropped; off-gas does from 28 h on, and both are believed again."""
    truth, shadow, random = START, tracker.begin(of.begin(START, ())), np.random.default_rng(2)
    for step in range(1, 4 * 32 + 2):
        truth = of.simulator.advance(truth, (), (0.08, 2.0, 1.5), 0.25).x
        shadow = tracker.advance(shadow, (), step / 4.0)
        uptake = of.simulator.outputs(truth, (), (0.08, 2.0, 1.5))[0]
        lies = 1.2 if step >= 4 * 20 else 0.0, 1.4 if step >= 4 * 28 else 1.0
        noise = random.normal(size=3)
        shadow = tracker.read(shadow, FOOD, truth[1] + lies[0] + noise[0] * np.hypot(0.02 * truth[1], 0.05))
        shadow = tracker.read(shadow, GAS, (uptake + noise[1] * np.hypot(0.05 * uptake, 0.01)) * lies[1])
        shadow = tracker.read(shadow, COUNT, truth[0] + noise[2] * np.hypot(0.1 * truth[0], 0.01))
    return shadow


@pytest.mark.parametrize("hours", [0.0, 1.0, 5.0, 20.0])
def test_a_late_result_ends_no_wait_after_the_model_was_found_wrong(hours: float, of: Filter) -> None:
    tracker = Tracker(of, horizon=24.0)
    shadow = _deferred(tracker, of)
    waiting = [trust.since for trust in shadow.belief.trust]
    assert tracker.dropped(shadow) == ()
    assert max(since for since in waiting if since is not None) > shadow.time
    after = tracker.read(shadow, COUNT, shadow.estimate.mean[0], shadow.time - hours)
    assert tracker.dropped(after) == ()
    assert [trust.since for trust in after.belief.trust] == waiting


def test_a_late_result_keeps_what_was_judged_in_vain(of: Filter, tracker: Tracker) -> None:
    """Nothing else tells of plentiful food, which is found out once: a result that comes later does not ask again."""
    told = Plant(of).follow(tracker, {15: 0.6})[: 4 * 40]
    found = next(shadow for shadow in told if shadow.belief.trust[FOOD].undecided == shadow.time - 1.0)
    for hours in (0.5, 2.0, 5.0):
        after = tracker.read(found, COUNT, found.estimate.mean[0], found.time - hours)
        assert after.belief.trust[FOOD] == found.belief.trust[FOOD]


def test_the_same_readings_give_the_same_shadow(of: Filter, tracker: Tracker) -> None:
    one, other = (Plant(of).follow(tracker, {30: 1.2})[-1] for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert asdict(one.belief)["trust"][FOOD]["dropped"] is not None


def test_the_only_signal_is_never_dropped(of: Filter) -> None:
    alone = colony(drop=3.0, window=24, signals=of.settings.signals[:1])
    tracker = Tracker(alone)
    shadow = tracker.begin(alone.begin(START, ()))
    for step in range(1, 4 * HOURS + 1):
        shadow = tracker.read(tracker.advance(shadow, (), step / 4.0), FOOD, 30.0)
        assert tracker.dropped(shadow) == ()
    assert tracker.verdicts(shadow)[FOOD].flagged


def test_trust_counts_hours_without_interruption() -> None:
    near, far, fused = Innovation(1.0, False), Innovation(5.0, False), Innovation(1.0, True)
    trust = (
        Trust()
        .after(fused, flagged=True, time=1.0, again=2.0)
        .after(fused, flagged=True, time=2.0, again=2.0)
    )
    assert trust.since == 1.0
    assert not trust.suspected(3.9, 3.0)
    assert trust.suspected(4.0, 3.0)
    assert trust.after(fused, flagged=False, time=3.0, again=2.0) == Trust()
    vain = replace(trust, undecided=5.0)
    assert not vain.suspected(7.9, 3.0)
    assert vain.suspected(8.0, 3.0)
    assert not replace(vain, since=7.0).suspected(9.9, 3.0)
    assert vain.after(fused, flagged=True, time=8.0, again=2.0) == vain
    assert vain.after(fused, flagged=False, time=8.0, again=2.0) == Trust()
    lying = Trust(dropped=4.0)
    assert not lying.suspected(99.0, 3.0)
    agreeing = lying.after(near, flagged=False, time=3.0, again=2.0)
    assert agreeing.agreed == 4.0  # what agreed before it was dropped does not count
    assert agreeing.after(far, flagged=False, time=5.0, again=2.0) == lying
    assert agreeing.after(near, flagged=False, time=5.9, again=2.0) == agreeing
    assert agreeing.after(near, flagged=False, time=6.0, again=2.0) == Trust()
    assert (
        replace(lying, agreed=None).after(Innovation(float("nan"), False), flagged=False, time=9.0, again=2.0)
        == lying
    )
