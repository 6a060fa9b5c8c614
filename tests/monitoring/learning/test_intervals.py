"""Intervals: they hold the share they state, on each side, and never promise more than the rows can tell."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from tests.monitoring.learning import tables

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.intervals import interval, labels
from homeostat.monitoring.learning.task import Task, state
from homeostat.monitoring.prediction import SymmetricInterval
from homeostat.monitoring.prediction.sided import SidedInterval


def _task(path: Path, truth: Array) -> Task:
    rng = np.random.default_rng(1)
    columns = {"x": rng.normal(size=len(truth)).tolist(), "y": truth.tolist()}
    return state(tables.table(path, columns), "y", Wanted())


def _share(task: Task, held_out: Array, fresh: Array) -> float:
    band = interval(task, held_out, 0.9)
    low, high = band.band(np.zeros((len(fresh), 1)), np.zeros(len(fresh)), np.ones(len(fresh)))
    return float(np.mean((fresh >= low) & (fresh <= high)))


@pytest.mark.parametrize("skewed", [False, True])
def test_a_new_truth_lies_within_with_the_stated_coverage(tmp_path: Path, skewed: bool) -> None:
    rng = np.random.default_rng(0)

    def draw(size: int) -> Array:
        return np.asarray(rng.exponential(size=size) - 1.0 if skewed else rng.normal(size=size), np.float64)

    shares = [
        _share(_task(tmp_path, truth), np.zeros(200), draw(2000)) for truth in (draw(200) for _ in range(20))
    ]
    assert np.mean(shares) == pytest.approx(0.9, abs=0.02)


def test_skewed_errors_get_sides_of_their_own_and_a_narrower_interval(tmp_path: Path) -> None:
    truth = np.random.default_rng(0).exponential(size=100) - 1.0
    found = interval(_task(tmp_path, truth), np.zeros(100), 0.9)
    assert isinstance(found, SidedInterval)
    assert found.below < found.above


def test_few_rows_say_that_they_cannot_promise_the_coverage(tmp_path: Path) -> None:
    """The interval is Student's, and of itself the eight rows promise 8 / 9 of what it holds."""
    found = interval(_task(tmp_path, np.arange(8.0)), np.zeros(8), 0.95)
    assert isinstance(found, SymmetricInterval)
    assert found.coverage == 0.95
    assert found.quantile == pytest.approx(stats.t.ppf(0.975, 7) * np.sqrt(np.mean(np.arange(8.0) ** 2)))
    assert found.promised == pytest.approx(8 / 9)


def test_a_sided_interval_stays_within_floor_and_ceiling() -> None:
    band = SidedInterval(
        coverage=0.9, method="", rows=9, groups=9, below=3.0, above=1.0, floor=0.0, ceiling=10.0
    )
    low, high = band.band(np.zeros((2, 1)), np.array([1.0, 9.5]), np.ones(2))
    assert low.tolist() == [0.0, 6.5]
    assert high.tolist() == [2.0, 10.0]
    assert band.band_of([0.0], 1.0, 1.0) == (0.0, 2.0)


def test_sure_classes_are_told_and_unsure_ones_left_open() -> None:
    rng = np.random.default_rng(0)
    truth = (np.arange(80) % 2).astype(np.float64)
    probability = np.clip(truth + 0.15 * rng.normal(size=80), 0.02, 0.98)
    probability[:6] = 1.0 - probability[:6]
    found = labels(truth, probability, np.arange(80) % 4, 0.9)
    low, high = found.band(np.zeros((3, 1)), np.array([0.03, 0.97, 0.5]), np.ones(3))
    assert (low[0], high[0]) == (0.0, 0.0)
    assert (low[1], high[1]) == (1.0, 1.0)
    assert (low[2], high[2]) == (0.0, 1.0)


@pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
def test_of_either_class_the_stated_share_is_told_wrongly_and_none_against_its_likelihood(
    share: float,
) -> None:
    """Classes that overlap, one of them rare: the value is the true likelihood."""
    rng, wrong = np.random.default_rng(0), []
    for _ in range(40):
        x = rng.normal(size=2200) + 1.5 * (truth := (rng.random(2200) < share).astype(np.float64))
        odds = 1.5 * x - 1.125 + np.log(share / (1.0 - share))
        value = 1.0 / (1.0 + np.exp(-odds))
        found = labels(truth[:200], value[:200], np.arange(200), 0.9)
        low, high = found.band(np.zeros((2000, 1)), value[200:], np.ones(2000))
        sure = low == high
        assert (low[sure] == (value[200:][sure] >= 0.5)).all()
        wrong.append([np.mean((sure & (low != label))[truth[200:] == label]) for label in (0.0, 1.0)])
    assert np.mean(wrong, axis=0).max() <= 0.12


def test_a_class_without_rows_is_never_excluded() -> None:
    found = labels(np.zeros(20), np.linspace(0.0, 0.3, 20), np.arange(20), 0.9)
    assert found.second == 1.0
