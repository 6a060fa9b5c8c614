"""The four decisions, as the table at the head of `deciding` states them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.prediction import InputSpace, Limits, Rule, decide
from homeostat.monitoring.prediction.ruling import Side

SPACE = InputSpace(
    mean=[0.0],
    deviation=[1.0],
    loadings=[[1.0]],
    variance=[1.0],
    warning=Limits(4.0, 1.0, 0.95),
    limit=Limits(9.0, 2.0, 0.99),
    rows=100,
)
RULE = Rule.parse(">= 90")


@pytest.mark.parametrize(
    ("interval", "distances", "decision", "told"),
    [
        ((95.0, 99.0), (1.0, 0.1), "ok", ""),
        ((91.0, 99.0), (1.0, 0.1), "alert", "close to a limit"),
        ((89.0, 99.0), (1.0, 0.1), "undecided", "holds a limit of >= 90"),
        ((80.0, 89.9), (1.0, 0.1), "action", "does not meet >= 90"),
        ((90.0, 90.0), (1.0, 0.1), "ok", ""),
        ((95.0, 99.0), (5.0, 0.1), "alert", "unusual: T² 5 beyond 4"),
        ((95.0, 99.0), (1.0, 1.5), "alert", "unusual: SPE 1.5 beyond 1"),
        ((95.0, 99.0), (9.5, 2.5), "undecided", "T² 9.5 beyond 9, SPE 2.5 beyond 2"),
        ((80.0, 89.9), (9.5, 0.1), "undecided", "outside those the model knows"),
        ((80.0, 89.9), (5.0, 0.1), "action", "does not meet"),
    ],
)
def test_decisions(
    interval: tuple[float, float], distances: tuple[float, float], decision: str, told: str
) -> None:
    found, reason = decide(RULE, interval, SPACE, distances)
    assert found == decision
    assert told in reason


@pytest.mark.parametrize(
    ("side", "interval", "decision", "told"),
    [
        ("meets", (95.0, 99.0), "ok", ""),
        ("meets", (91.0, 99.0), "alert", "close to its limit"),
        ("meets", (85.0, 99.0), "alert", "or holds it"),
        ("fails", (85.0, 99.0), "action", "rarely"),
        ("either", (95.0, 99.0), "undecided", "or fail it"),
    ],
)
def test_a_ruling_decides_and_the_interval_says_how_narrowly(
    side: Side, interval: tuple[float, float], decision: str, told: str
) -> None:
    found, reason = decide(RULE, interval, SPACE, (1.0, 0.1), side)
    assert found == decision
    assert told in reason
    assert decide(RULE, interval, SPACE, (9.5, 0.1), side)[0] == "undecided"


def test_without_a_rule_only_the_inputs_count() -> None:
    assert decide(None, (0.0, 1.0), SPACE, (1.0, 0.1)) == ("ok", "")
    assert decide(None, (0.0, 1.0), SPACE, (5.0, 0.1))[0] == "alert"
    assert decide(None, (0.0, 1.0), SPACE, (10.0, 0.1))[0] == "undecided"
    assert decide(None, (0.0, 1.0), None, None) == ("ok", "")


def test_a_distance_that_is_no_number_is_outside() -> None:
    assert decide(RULE, (95.0, 99.0), SPACE, (np.nan, 0.1))[0] == "undecided"


@given(st.floats(0, 200), st.floats(0, 50), st.floats(0, 10), st.floats(0, 3))
def test_ok_and_action_are_never_said_of_an_interval_that_holds_the_limit(
    low: float, width: float, t2: float, spe: float
) -> None:
    decision, reason = decide(RULE, (low, low + width), SPACE, (t2, spe))
    if low < 90.0 <= low + width:
        assert decision == "undecided"
    assert (decision == "ok") == (reason == "")
