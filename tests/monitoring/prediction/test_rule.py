"""Rules as text, and what they say of values and intervals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from homeostat.errors import MonitoringError
from homeostat.monitoring.prediction import Rule

RULES = ["> 3", ">= 3", "< 3", "<= 3", "2..5", "-1.5e1..0"]


@pytest.mark.parametrize(
    ("text", "low", "high", "strict"),
    [
        (">= 90", 90.0, None, False),
        ("≥90", 90.0, None, False),
        (">90 %", 90.0, None, True),
        (" <= -1.5e2 ", None, -150.0, False),
        ("< .5", None, 0.5, True),
        ("80..120", 80.0, 120.0, False),
        ("80 to 120", 80.0, 120.0, False),
    ],
)
def test_rules_are_read(text: str, low: float | None, high: float | None, strict: bool) -> None:
    assert Rule.parse(text) == Rule(low=low, high=high, strict=strict)


@pytest.mark.parametrize("text", RULES)
def test_a_rule_is_written_as_it_is_read(text: str) -> None:
    assert Rule.parse(str(Rule.parse(text))) == Rule.parse(text)


@pytest.mark.parametrize("text", ["", "90", "=> 90", "> x", ">= 1e999", "5..2", "5..5", "> nan", "> 1 > 2"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(MonitoringError) as told:
        Rule.parse(text)
    assert "comparison" in told.value.mend


def test_a_rule_without_a_limit_is_none() -> None:
    with pytest.raises(ValidationError, match="one or two finite limits"):
        Rule()


def test_limits_belong_to_the_rule_unless_it_is_strict() -> None:
    assert Rule.parse(">= 90").meets(90.0)
    assert not Rule.parse("> 90").meets(90.0)
    assert Rule.parse("2..5").meets(5.0)
    assert not Rule.parse("2..5").meets(float("nan"))


@given(st.sampled_from(RULES), st.floats(-20, 20), st.floats(0, 10), st.floats(0, 1))
def test_met_and_broken_hold_for_every_value_of_the_interval(
    text: str, low: float, width: float, share: float
) -> None:
    rule, high = Rule.parse(text), low + width
    inside = min(high, low + share * width)
    if rule.met_by(low, high):
        assert rule.meets(inside)
    if rule.broken_by(low, high):
        assert not rule.meets(inside)
    assert not (rule.met_by(low, high) and rule.broken_by(low, high))
