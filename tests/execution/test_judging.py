"""Judgements of single facts: conditions, answers to prompts, verdicts on quality attributes."""

import math

import pytest

from homeostat.execution.conditions import Facts, holds
from homeostat.execution.plan.steps import Test as Comparison
from homeostat.execution.stages.arrivals import verdict
from homeostat.execution.stages.judging import Given, judge
from homeostat.execution.state import OpenPrompt

HOUR = 3_600_000_000
NUMBER = OpenPrompt(0, "numeric", "mL", 100.0, 400.0, ())
CHOICE = OpenPrompt(0, "choice", "1", None, None, ("fresh", "frozen"))


@pytest.mark.parametrize(
    ("time", "glucose", "expected"),
    [
        (1, 9.0, False),
        (1, 3.9, True),
        (24, 9.0, True),
        (24, math.nan, True),
        (1, math.nan, False),
        (1, 4.0, False),
    ],
)
def test_a_condition_holds_when_one_alternative_does(time: int, glucose: float, expected: bool) -> None:
    until = ((Comparison("elapsed", 0, ">=", 24.0 * HOUR),), (Comparison("tag", 0, "<", 4.0),))
    assert holds(until, Facts(time * HOUR, [glucose], []), started=0) is expected


def test_all_comparisons_of_an_alternative_must_hold() -> None:
    until = ((Comparison("twin", 1, ">", 2.0), Comparison("batch", 0, ">=", 5.0 * HOUR)),)
    assert holds(until, Facts(5 * HOUR, [], [0.0, 2.5]), started=4 * HOUR)
    assert not holds(until, Facts(4 * HOUR, [], [0.0, 2.5]), started=0)
    assert not holds(until, Facts(5 * HOUR, [], [9.0, math.nan]), started=0)


@pytest.mark.parametrize("answer", ["220", "220 mL", "0.22 L", "100", "400 mL"])
def test_a_number_may_come_with_or_without_its_unit(answer: str) -> None:
    assert judge(NUMBER, Given(answer)).refusal == ""


@pytest.mark.parametrize(
    "answer", ["", "many", "99", "0.5 L", "220 g", "nan", "inf", "1e999", "220 mL mL mL"]
)
def test_a_number_that_is_none_or_lies_outside_is_refused_with_the_reason(answer: str) -> None:
    assert judge(NUMBER, Given(answer)).refusal != ""


def test_a_choice_must_be_one_of_the_choices() -> None:
    assert judge(CHOICE, Given("fresh")).refusal == ""
    assert "fresh, frozen" in judge(CHOICE, Given("stale")).refusal


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (70.0, 70.0, None, "within"),
        (69.999, 70.0, None, "outside"),
        (30.0, None, 30.0, "within"),
        (30.001, None, 30.0, "outside"),
        (None, 1.0, 2.0, "not measured"),
        (math.nan, 1.0, 2.0, "not measured"),
        (math.inf, 1.0, None, "not measured"),
    ],
)
def test_the_ends_of_a_specification_belong_to_it(
    value: float | None, low: float | None, high: float | None, expected: str
) -> None:
    assert verdict(value, low, high) == expected
