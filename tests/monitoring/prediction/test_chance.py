"""The probability of meeting a rule: equal to an independent fit, bounded, rising with the margin, and calibrated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.prediction import Rule, Ruling, calibrate_ruling
from homeostat.monitoring.prediction.chance import Chance, learn_chance

RULE = Rule.parse(">= 90")


def _skewed(seed: int, groups: int) -> tuple[Array, Array, Array]:
    """Truth, values drawn to the middle, and groups of three: most rows miss 90, the others hardly pass it."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), 3)
    hidden = rng.normal(size=3 * groups) + 0.4 * rng.normal(size=groups)[group]
    truth = 95.0 - 12.0 * np.exp(-0.9 * (hidden + 0.1))
    seen = hidden + 0.5 * rng.normal(size=3 * groups)
    return truth, 78.0 + 4.0 * seen, group


def test_it_is_the_most_likely_line_for_smoothed_targets() -> None:
    rng = np.random.default_rng(0)
    margins = 5.0 + 3.0 * rng.normal(size=80)
    good = rng.random(80) < 1.0 / (1.0 + np.exp(4.0 - margins))
    met = good.sum()
    targets = np.where(good, (met + 1.0) / (met + 2.0), 1.0 / (80 - met + 2.0))

    def loss(line: Array) -> float:
        odds = line[0] + line[1] * margins
        return float(np.sum(np.logaddexp(0.0, odds) - targets * odds))

    expected = minimize(loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).x
    assert learn_chance(margins, good) == pytest.approx(tuple(expected), rel=2e-3)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_classes_that_never_mix_are_not_told_as_certain_and_a_margin_that_misleads_is_not_used(
    sign: float,
) -> None:
    margins = np.linspace(-1.0, 1.0, 20)
    found = learn_chance(margins, sign * margins > 0.0)
    if sign > 0.0:
        assert 0.0 < found.slope < np.inf
        assert found.even == pytest.approx(0.0, abs=1e-6)
    else:
        assert found == Chance(pytest.approx(0.0, abs=1e-9), 0.0)
        assert found.even is None


def test_rows_of_one_side_alone_or_of_one_value_have_one_probability() -> None:
    all_met = learn_chance(np.linspace(1.0, 2.0, 8), np.full(8, True))
    assert (all_met.slope, 1.0 / (1.0 + np.exp(-all_met.offset))) == (0.0, pytest.approx(0.9))
    alike = learn_chance(np.full(6, 3.0), np.arange(6) < 2)
    assert alike.slope == 0.0
    assert alike.offset < 0.0


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.booleans()), min_size=1, max_size=30),
    st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
)
def test_any_rows_give_a_probability_that_never_falls_with_the_margin(
    rows: list[tuple[float, bool]], values: tuple[float, float]
) -> None:
    found = learn_chance(np.array([m for m, _ in rows]), np.array([good for _, good in rows]))
    assert np.isfinite(found).all()
    ruling = Ruling(coverage=0.9, method="m", rows=1, groups=1, offset=found.offset, slope=found.slope)
    low, high = (ruling.probability(RULE, value) for value in sorted(values))
    assert low is not None
    assert high is not None
    assert 0.0 <= low <= high <= 1.0


def test_on_skewed_tables_the_likelier_side_is_right_more_often_than_the_side_of_the_value() -> None:
    by_value, by_chance, brier, share = [], [], [], []
    for seed in range(40):
        ruling = calibrate_ruling(RULE, *_skewed(seed, 14))
        truth, said, _ = _skewed(1000 + seed, 100)
        good = truth >= 90.0
        told = np.array([ruling.probability(RULE, value) for value in said.tolist()], np.float64)
        by_value.append(np.mean((said >= 90.0) == good))
        by_chance.append(np.mean((told >= 0.5) == good))
        brier.append(np.mean((told - good) ** 2))
        share.append(good.var())
    assert np.mean(by_chance) > np.mean(by_value) + 0.05
    assert np.mean(brier) < 0.8 * np.mean(share)


def test_of_the_rows_told_a_probability_so_many_meet_the_rule() -> None:
    told, good = [], []
    for seed in range(60):
        ruling = calibrate_ruling(RULE, *_skewed(seed, 30))
        truth, said, _ = _skewed(1000 + seed, 30)
        told += [ruling.probability(RULE, value) for value in said.tolist()]
        good += (truth >= 90.0).tolist()
    probability, met = np.array(told, np.float64), np.array(good)
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        mine = (probability >= low) & (probability < low + 0.2)
        assert mine.sum() > 100
        assert probability[mine].mean() == pytest.approx(met[mine].mean(), abs=0.07)


def test_values_of_an_inner_search_may_tell_the_probability_and_leave_the_margins() -> None:
    truth, said, groups = _skewed(3, 20)
    plain, moved = (calibrate_ruling(RULE, truth, said, groups, inner=inner) for inner in (None, said + 1.0))
    assert (plain.meeting, plain.failing) == (moved.meeting, moved.failing)
    assert moved.probability(RULE, 81.0) == pytest.approx(plain.probability(RULE, 80.0))


def test_of_a_range_the_nearer_end_counts() -> None:
    rng = np.random.default_rng(1)
    truth = rng.uniform(60.0, 140.0, 90)
    rule = Rule.parse("80..120")
    ruling = calibrate_ruling(rule, truth, truth + 5.0 * rng.normal(size=90), np.arange(90))
    low, middle, high = (ruling.probability(rule, value) for value in (70.0, 100.0, 130.0))
    assert low == high
    assert low is not None
    assert middle is not None
    assert low < 0.2
    assert middle > 0.9


def test_classes_that_cross_are_cut_where_either_is_as_likely() -> None:
    truth = np.concatenate([np.linspace(60.0, 85.0, 40), np.linspace(91.0, 95.0, 20)])
    said = np.concatenate([np.linspace(60.0, 75.0, 40), np.linspace(80.0, 84.0, 20)])
    ruling = calibrate_ruling(RULE, truth, said, np.arange(60))
    assert ruling.meeting == ruling.failing
    assert ruling.meeting is not None
    assert ruling.probability(RULE, 90.0 + ruling.meeting) == pytest.approx(0.5)
    assert [ruling.side(RULE, value) for value in (75.0, 80.0)] == ["fails", "meets"]


def test_a_ruling_frozen_without_tells_none() -> None:
    assert Ruling(coverage=0.9, method="m", rows=9, groups=3).probability(RULE, 95.0) is None
