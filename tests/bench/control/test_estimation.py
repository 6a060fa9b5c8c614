"""Estimation: what is drawn and read, the error, and that estimators follow a batch they are told about."""

import numpy as np
import pytest

from homeostat.bench.control import estimation
from homeostat.bench.control.drawn import Batch, drawn
from homeostat.bench.control.estimation import SKIPPED, WATCHING, error, whole
from homeostat.bench.control.ours.filter import OurFilter, settings
from homeostat.bench.control.ours.horizon import OurHorizon
from homeostat.bench.control.plants.batch_bioreactor import TASK
from homeostat.bench.control.rivals.do_mpc_control import INSTALLED
from homeostat.bench.control.rivals.do_mpc_estimation import DoMpcEstimator
from homeostat.bench.control.task import Array
from homeostat.bench.control.watching import Estimator, Followed

ESTIMATORS = [OurHorizon, OurFilter, *([DoMpcEstimator] if INSTALLED else [])]
SEED = 1
FEEDS = np.linspace(0.01, 0.05, 40)[:, None]


@pytest.fixture(scope="module")
def batch() -> Batch:
    return drawn(TASK, WATCHING, FEEDS, SEED)


def followed(states: Array) -> Followed:
    """Estimates that took no time."""
    n = len(states)
    return Followed(states, np.zeros(n), np.zeros(n), np.ones(n))


def test_a_batch_is_drawn_anew_from_every_seed_and_the_same_from_one(batch: Batch) -> None:
    assert drawn(TASK, WATCHING, FEEDS, SEED).readings == pytest.approx(batch.readings)
    assert not np.allclose(drawn(TASK, WATCHING, FEEDS, SEED + 1).readings, batch.readings)
    assert batch.states.shape == (40, 4)
    assert np.all(batch.states >= 0.0)


def test_readings_have_the_noise_that_estimators_are_told_of() -> None:
    batches = [drawn(TASK, WATCHING, FEEDS, seed) for seed in range(5)]
    missed = np.concatenate([b.readings - b.states[:, [0, 2, 3]] for b in batches]) / [0.02, 0.01, 0.1]
    assert np.abs(missed.mean(axis=0)).max() < 0.3
    assert missed.std(axis=0) == pytest.approx(np.ones(3), abs=0.15)


def test_the_plant_has_the_noise_that_estimators_are_told_of() -> None:
    """The volume is what was fed, but for its noise."""
    volumes = [drawn(TASK, WATCHING, FEEDS, seed).states[:, 3] for seed in range(5)]
    scatter = np.concatenate([np.diff(v) - FEEDS[1:, 0] for v in volumes])
    assert scatter.std() == pytest.approx(WATCHING.wander["volume"], rel=0.2)
    first = np.array([v[0] - FEEDS[0, 0] for v in volumes]) - WATCHING.guess["volume"]
    assert 0.2 < first.std() < 3.0  # 1 L


def test_the_error_is_the_root_mean_square_once_the_first_readings_are_behind(batch: Batch) -> None:
    off = batch.states + np.array([0.1, -0.2, 0.0, 1.0])
    off[:SKIPPED] = 1e6
    assert error(batch.states, followed(off)) == pytest.approx([0.1, 0.2, 0.0, 1.0])


def test_the_whole_error_weighs_states_by_their_ranges(batch: Batch) -> None:
    ranges = batch.states.max(axis=0) - batch.states.min(axis=0)
    assert whole(batch.states, followed(batch.states + 0.1 * ranges)) == pytest.approx(10.0)


@pytest.mark.parametrize("make", ESTIMATORS, ids=lambda make: make.__name__)
def test_an_estimator_is_better_than_the_readings_and_solves_all(make: type[Estimator], batch: Batch) -> None:
    found = make(WATCHING).follow(FEEDS, batch.readings)
    assert found.states.shape == batch.states.shape
    missed = error(batch.states, found)[WATCHING.seen]
    assert np.all(missed < WATCHING.noise)
    assert found.solved.all()
    assert np.all((found.parameter >= 0.2) & (found.parameter <= 0.8))
    assert np.all(found.milliseconds >= 0.0)


def test_all_are_told_the_same_deviations() -> None:
    told = settings(WATCHING)
    assert {signal.name: signal.noise.absolute for signal in told.signals} == WATCHING.readings
    assert {name: doubt.absolute for name, doubt in told.initial.items()} == WATCHING.first
    assert {name: doubt.absolute for name, doubt in told.wander.items()} == WATCHING.wander
    (learnt,) = told.learnt
    assert learnt.sd is not None
    assert learnt.sd * WATCHING.value == pytest.approx(WATCHING.deviation)


def test_speed_has_a_bar_only_where_the_error_is_no_larger(batch: Batch) -> None:
    quick, slow = np.full(40, 1.0), np.full(40, 20.0)

    def run(offset: float, times: Array) -> Followed:
        return Followed(batch.states + offset, np.zeros(40), times, np.ones(40))

    better = {"Homeostat": [run(0.1, quick)], "do-mpc": [run(0.2, slow)]}
    speed, beside, *_ = estimation.told([batch.states], better)
    assert (speed.value.median, speed.bar) == (20.0, 5.0)
    assert beside.value.median == pytest.approx(0.5)
    worse = {"Homeostat": [run(0.3, quick)], "do-mpc": [run(0.2, slow)]}
    speed, beside, *_ = estimation.told([batch.states], worse)
    assert speed.bar is None
    assert beside.holds is False


def test_seeds_that_are_scored_are_not_those_of_these_tests() -> None:
    assert len(estimation.SEEDS) == 20
    assert not set(range(10)) & set(estimation.SEEDS)
