"""Figures of merit by hand, by subgroup, and held against their limits."""

from dataclasses import replace

import numpy as np
import pytest

from homeostat.errors import MonitoringError
from homeostat.monitoring.package import Acceptance, Metrics, judge, measure
from homeostat.monitoring.prediction import Decision, Rule, Verdict

RULE = Rule.parse(">= 90")


def verdict(value: float | None, half: float = 2.0, decision: Decision = "ok") -> Verdict:
    """A verdict of this value."""
    low, high = (None, None) if value is None else (value - half, value + half)
    return Verdict(value, low, high, decision, None, None, None, None, (), (), "", "")


TRUTH = np.array([92.0, 95.0, 85.0, 91.0, np.nan, 80.0])
VERDICTS = [
    verdict(93.0),
    verdict(94.0),
    verdict(91.0, decision="alert"),
    verdict(89.0, decision="undecided"),
    verdict(0.0),
    verdict(None, decision="undecided"),
]


def test_figures_are_those_of_a_calculation_by_hand() -> None:
    (found,) = measure(TRUTH, VERDICTS, rule=RULE, groups=np.array([1, 1, 2, 2, 3, 4]))
    assert (found.subgroup, found.rows, found.groups) == ("", 5, 3)
    error = np.array([1.0, -1.0, 6.0, -2.0])
    expected = {
        "rmsep": float(np.sqrt((error**2).mean())),
        "mae": 2.5,
        "bias": 1.0,
        "r2": 1.0 - 42.0 / float(np.sum((TRUTH[:4] - TRUTH[:4].mean()) ** 2)),
        "coverage": 0.75,
        "width": 4.0,
        "undecided": 0.4,
        "accuracy": 0.5,
        "decided_accuracy": pytest.approx(2 / 3),
    }
    assert {name: found.values[name] for name in expected} == expected
    assert found.values["coverage_low"] < 0.75 < found.values["coverage_high"]


def test_subgroups_are_told_apart() -> None:
    names = np.array(["b", "a", "b", "a", "c", "a"])
    found = measure(TRUTH, VERDICTS, subgroups=names)
    assert [(each.subgroup, each.rows) for each in found] == [("", 5), ("a", 3), ("b", 2)]
    assert found[1].values["bias"] == -1.5
    assert "accuracy" not in found[0].values


def test_of_few_rows_in_a_subgroup_no_share_explained_is_told() -> None:
    truth = np.arange(24.0)
    names = np.array(["few"] * 9 + ["many"] * 15)
    whole, few, many = measure(truth, [verdict(value + 0.1) for value in truth.tolist()], subgroups=names)
    assert "r2" in whole.values
    assert "r2" not in few.values
    assert "r2" in many.values


def test_wrong_decisions_are_counted_of_either_kind() -> None:
    truth = np.array([5.0, 5.0, 15.0, 15.0, 15.0, 15.0])
    said = ("ok", "action", "action", "alert", "ok", "undecided")
    verdicts = [verdict(10.0, decision=each) for each in said]
    (found,) = measure(truth, verdicts, rule=Rule.parse(">= 10"))
    assert found.values["decided"] == pytest.approx(5 / 6)
    assert found.values["decided_accuracy"] == pytest.approx(3 / 5)
    assert found.values["wrongly_passed"] == pytest.approx(1 / 2)
    assert found.values["wrongly_failed"] == pytest.approx(1 / 4)


def test_the_likelier_side_counts_where_a_probability_is_told() -> None:
    truth = np.array([95.0, 91.0, 80.0, 85.0])
    told = (0.9, 0.5, 0.2, 0.6)
    verdicts = [replace(verdict(80.0), probability=each) for each in told]
    (found,) = measure(truth, verdicts, rule=RULE)
    assert found.values["accuracy"] == 0.75
    assert found.values["brier"] == pytest.approx((0.01 + 0.25 + 0.04 + 0.36) / 4.0)
    (plain,) = measure(truth, [verdict(80.0)] * 4, rule=RULE)
    assert plain.values["accuracy"] == 0.5
    assert "brier" not in plain.values


def test_rows_without_a_value_have_no_error_to_tell() -> None:
    (found,) = measure(np.array([1.0]), [verdict(None, decision="undecided")], rule=RULE)
    assert found.values == {"undecided": 1.0, "decided": 0.0, "wrongly_passed": 0.0}


def test_limits_are_held_against_what_was_measured() -> None:
    metrics = (
        Metrics(rows=9, groups=3, values={"rmsep": 1.0}),
        Metrics(subgroup="donor A", rows=4, groups=1, values={"rmsep": 2.0}),
        Metrics(subgroup="donor B", rows=5, groups=2, values={"rmsep": 0.5}),
    )
    limits = (
        Acceptance(metric="rmsep", maximum=1.0),
        Acceptance(metric="rmsep", subgroup="*", maximum=1.5),
        Acceptance(metric="coverage", minimum=0.8),
    )
    found = judge(limits, metrics)
    assert [(each.subgroup, each.value, each.passed) for each in found] == [
        ("", 1.0, True),
        ("donor A", 2.0, False),
        ("donor B", 0.5, True),
        ("", None, False),
    ]


def test_a_limit_for_every_subgroup_is_not_passed_where_there_is_none() -> None:
    (found,) = judge((Acceptance(metric="rmsep", subgroup="*", maximum=1.0),), ())
    assert not found.passed


@pytest.mark.parametrize(
    ("truth", "told"), [([1.0], "differ in number"), ([np.nan] * 6, "no row has a truth")]
)
def test_what_cannot_be_measured_is_refused(truth: list[float], told: str) -> None:
    with pytest.raises(MonitoringError, match=told):
        measure(np.array(truth), VERDICTS)
