"""Few groups: random effects against closed forms and by simulation, and what groups promise by themselves."""

import numpy as np
import pytest
from scipy import stats

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.prediction import Rule, attainable, calibrate, calibrate_ruling, too_few
from homeostat.monitoring.prediction.few import effects, promised, reach
from homeostat.monitoring.prediction.grouped import Labels


def test_of_one_row_a_group_it_is_the_prediction_interval_of_student() -> None:
    errors = np.array([0.3, -1.2, 0.7, 2.0])
    found = effects(errors, np.arange(4))
    assert found.freedom == pytest.approx(3.0)
    expected = stats.t.ppf(0.95, 3) * np.sqrt(np.mean(errors**2))
    assert reach(found, 0.95) == pytest.approx(expected)


def test_of_equal_groups_it_is_satterthwaite_from_the_analysis_of_variance() -> None:
    """Mean squares of a balanced table by hand: MSB / n + (1 - 1 / n) MSW, here with the mean error taken as 0."""
    rng = np.random.default_rng(1)
    table = rng.normal(size=(6, 1)) + rng.normal(size=(6, 4))
    between = 4.0 * np.mean(table.mean(axis=1) ** 2)
    within = np.mean(table.var(axis=1, ddof=1))
    parts = np.array([between / 4.0, 0.75 * within])
    found = effects(table.ravel(), np.repeat(np.arange(6), 4))
    assert found.variance == pytest.approx(parts.sum())
    assert found.freedom == pytest.approx(parts.sum() ** 2 / np.sum(parts**2 / np.array([5.0, 18.0])))


def test_errors_of_nothing_reach_nothing() -> None:
    assert reach(effects(np.zeros(6), np.arange(6) % 3), 0.95) == 0.0


def test_what_groups_promise_is_the_hierarchical_conformal_level() -> None:
    """Five groups of which all rows were held promise 5 / 6, as by Lee, Barber & Willett; half of them half of that."""
    groups = np.repeat(np.arange(5), [1, 2, 3, 4, 10])
    assert promised(np.ones(20, bool), groups) == pytest.approx(attainable(5))
    assert promised(groups < 2, groups) == pytest.approx(2.0 / 6.0)
    assert too_few(8, 0.9)
    assert not too_few(9, 0.9)


def _left_out(effect: Array, rows: Array, groups: Labels) -> tuple[Array, float]:
    """Truths less the mean of the other groups' rows, and the mean of all."""
    truth = effect[groups] + rows
    sums, counts = np.bincount(groups, truth), np.bincount(groups)
    others = (truth.sum() - sums) / (len(truth) - counts)
    return truth - others[groups], float(truth.mean())


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
@pytest.mark.parametrize("count", [3, 5, 8, 20])
@pytest.mark.parametrize("alike", [0.0, 0.3, 0.8])
def test_rows_of_new_groups_are_held_within_three_points(count: int, alike: float, level: float) -> None:
    """A model that is the mean of the groups known; groups of 1 to 12 rows."""
    rng = np.random.default_rng([count, int(10 * alike)])
    shares = []
    for _ in range(250):
        groups = np.repeat(np.arange(count), rng.integers(1, 13, count))
        effect = np.sqrt(alike) * rng.normal(size=count)
        errors, mean = _left_out(effect, np.sqrt(1.0 - alike) * rng.normal(size=len(groups)), groups)
        found = calibrate(errors, np.zeros(len(errors)), groups, coverage=level)
        assert found.coverage == level
        inside = stats.norm.cdf(mean + np.array([-1.0, 1.0]) * found.quantile)
        shares.append(inside[1] - inside[0])
    assert np.mean(shares) == pytest.approx(level, abs=0.03)


def test_too_few_groups_say_what_they_promise_and_what_is_assumed() -> None:
    found = calibrate(np.arange(10.0), np.zeros(10), np.arange(10) % 5)
    assert found.promised is not None
    assert found.promised <= attainable(5)
    assert "random effects" in found.method
    many = calibrate(np.arange(40.0), np.zeros(40), np.arange(40) % 10)
    assert many.promised is None
    assert "promised" not in many.model_dump(), "the hash of packages that were frozen before stays"


def test_of_few_groups_no_row_is_decided_within_what_random_effects_reach() -> None:
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(4), 30)
    truth = rng.uniform(80.0, 100.0, 120)
    alike = truth + 3.0 * rng.normal(size=4)[groups] + 0.3 * rng.normal(size=120)
    nothing = calibrate_ruling(Rule.parse(">= 90"), truth, alike, groups)
    assert (nothing.meeting, nothing.failing) == (None, None), "the rows are worth little more than 4"
    held_out = truth + 0.3 * rng.normal(size=4)[groups] + 3.0 * rng.normal(size=120)
    found = calibrate_ruling(Rule.parse(">= 90"), truth, held_out, groups)
    wide = reach(effects(truth - held_out, groups), 0.9)
    assert found.meeting is not None
    assert found.failing is not None
    assert found.meeting >= wide
    assert found.failing <= -wide


@pytest.mark.parametrize(
    ("errors", "groups", "told"),
    [([1.0, np.nan], [0, 1], "not finite"), ([1.0, 2.0], [0, 0], "one group"), ([1.0], [0, 1], "as many")],
)
def test_what_tells_no_effects_is_refused(errors: list[float], groups: list[int], told: str) -> None:
    with pytest.raises(MonitoringError, match=told):
        effects(np.array(errors), np.array(groups))
