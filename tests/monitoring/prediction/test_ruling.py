"""The ruling: of either side of a rule no more than the stated share is told to be of the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.frozen import Array, Piece
from homeostat.monitoring.prediction import Rule, Ruling, calibrate_ruling
from homeostat.monitoring.prediction.grouped import Labels

RULE = Rule.parse(">= 0")


def _drawn(seed: int, groups: int, noise: float, shared: float) -> tuple[Array, Array, Labels]:
    """Truth, predictions and groups of three rows, whose errors are alike within a group."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), 3)
    truth = rng.normal(size=3 * groups)
    error = shared * rng.normal(size=groups)[group] + rng.normal(size=3 * groups)
    return truth, truth + noise * error, group


@pytest.mark.parametrize(("noise", "shared"), [(0.3, 0.0), (0.6, 1.0), (1.5, 0.0)])
def test_each_kind_of_wrong_answer_is_as_rare_as_stated(noise: float, shared: float) -> None:
    wrong = []
    for seed in range(60):
        ruling = calibrate_ruling(RULE, *_drawn(seed, 24, noise, shared), coverage=0.9)
        truth, said, _ = _drawn(1000 + seed, 200, noise, shared)
        sides = np.array([ruling.side(RULE, value) for value in said.tolist()])
        wrong.append((np.mean(sides[truth < 0] == "meets"), np.mean(sides[truth >= 0] == "fails")))
    assert np.mean(wrong, axis=0).max() <= 0.12


@pytest.mark.parametrize(("groups", "rows"), [(5, 10), (5, 20), (8, 6)])
def test_of_few_groups_no_more_of_the_failing_rows_pass_than_stated(groups: int, rows: int) -> None:
    """A weak model and few rows that fail: the error of a row to come is no measure of those that failed."""
    passed, failed, share = 0, 0, np.sqrt(0.3)
    for seed in range(60):
        rng = np.random.default_rng(seed)
        group = np.repeat(np.arange(groups), rows)
        told, new = share * rng.normal(size=len(group)), share * rng.normal(size=300)
        truth = 1.5 + told + np.sqrt(0.7) * rng.normal(size=len(group))
        fails = 1.5 + new + np.sqrt(0.7) * rng.normal(size=300) < 0.0
        if (truth >= 0.0).all():
            continue
        ruling = calibrate_ruling(RULE, truth, 1.5 + told, group, coverage=0.9)
        passed += sum(ruling.side(RULE, value) == "meets" for value in (1.5 + new[fails]).tolist())
        failed += int(fails.sum())
    assert passed <= 0.1 * failed


def test_more_is_decided_than_by_the_interval_whose_limit_must_lie_outside() -> None:
    truth, said, groups = _drawn(1, 40, 0.6, 0.0)
    ruling = calibrate_ruling(RULE, truth, said, groups, coverage=0.9)
    decided = np.mean([ruling.side(RULE, value) != "either" for value in said.tolist()])
    half = np.quantile(np.abs(truth - said), 0.9)
    assert decided > np.mean(np.abs(said) > half) + 0.1


def test_classes_far_apart_leave_nothing_undecided() -> None:
    truth = np.concatenate([np.linspace(-5.0, -4.0, 30), np.linspace(4.0, 5.0, 30)])
    ruling = calibrate_ruling(RULE, truth, truth, np.arange(60), coverage=0.9)
    assert ruling.meeting == ruling.failing == pytest.approx(0.0, abs=1e-6)
    assert [ruling.side(RULE, value) for value in (-0.1, 0.1)] == ["fails", "meets"]


def test_a_side_with_too_few_rows_is_never_excluded() -> None:
    truth = np.concatenate([np.full(3, -1.0), np.linspace(0.0, 5.0, 40)])
    ruling = calibrate_ruling(RULE, truth, truth, np.arange(43), coverage=0.9)
    assert ruling.meeting is None
    assert ruling.failing is not None
    assert ruling.side(RULE, 100.0) == "either"
    assert ruling.side(RULE, -100.0) == "fails"
    assert (ruling.said(RULE, 100.0).few, ruling.said(RULE, -100.0).few) == ("fail", None)
    assert calibrate_ruling(RULE, truth[3:], truth[3:], np.arange(40)).meeting is None


def test_rows_that_share_a_margin_are_not_passed_together_where_too_many_of_them_fail() -> None:
    """As values that are cut to an end of what is possible do: a third of the rows that fail is told as -1."""
    rule = Rule.parse("<= 0")
    truth = np.concatenate([np.full(30, 5.0), np.linspace(-3.0, -2.0, 30)])
    said = np.concatenate([np.full(10, -1.0), np.linspace(1.0, 6.0, 20), np.full(30, -1.0)])
    ruling = calibrate_ruling(rule, truth, said, np.arange(60), coverage=0.9)
    assert ruling.side(rule, -1.0) != "meets"


def test_a_margin_that_stands_alone_tells_no_row_within_the_rule_to_fail() -> None:
    truth = np.concatenate([np.full(3, -5.0), np.linspace(0.5, 5.0, 40)])
    ruling = calibrate_ruling(RULE, truth, truth, np.arange(43), coverage=0.9)
    assert (ruling.meeting, ruling.failing) == (None, 0.0)


def test_a_range_is_met_from_both_sides() -> None:
    rule = Rule.parse("80..120")
    assert [rule.margin(value) for value in (70.0, 85.0, 118.0, 130.0)] == [-10.0, 5.0, 2.0, -10.0]


@given(st.floats(-1e6, 1e6))
def test_a_ruling_is_read_as_it_was_written(value: float) -> None:
    ruling = Ruling(coverage=0.9, method="m", rows=9, groups=3, meeting=value, failing=value - 1.0)
    again = Piece.kinds["ruling"].model_validate_json(ruling.model_dump_json())
    assert again == ruling
