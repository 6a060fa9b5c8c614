"""The four decisions, as the table at the head of `deciding` states them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.prediction import InputSpace, Limits, Rule, decide
from homeostat.monitoring.prediction.ruling import Said

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
    ("said", "interval", "decision", "told"),
    [
        (Said("meets", 0.97), (95.0, 99.0), "ok", ""),
        (Said("meets", 0.97), (91.0, 99.0), "alert", "likely to meet >= 90 (P 0.97), but"),
        (Said("meets", 0.7), (91.0, 99.0), "alert", "the interval 91 to 99 is close to the limit"),
        (Said("meets", 0.6), (85.0, 99.0), "alert", "the interval 85 to 99 holds the limit"),
        (Said("meets", 0.56), (75.0, 89.0), "alert", "the interval 75 to 89 does not meet it"),
        (Said("meets"), (85.0, 99.0), "alert", "rows that fail >= 90 are rarely like this one, but"),
        (Said("fails", 0.48), (85.0, 99.0), "action", "less likely than not to meet >= 90 (P 0.48)"),
        (Said("fails", 0.001), (5.0, 9.0), "action", "unlikely to meet >= 90 (P 0.01)"),
        (Said("fails", 0.45), (91.0, 99.0), "action", "(P 0.45), though the interval 91 to 99 meets it"),
        (Said("fails"), (85.0, 99.0), "action", "rows that meet >= 90 are rarely like this one"),
        (Said("either", 0.5), (95.0, 99.0), "undecided", "rows like this one meet >= 90 or fail it"),
        (Said("either", 0.97, "fail"), (95.0, 99.0), "undecided", "too few rows that fail >= 90"),
    ],
)
def test_a_ruling_decides_and_the_interval_says_how_narrowly(
    said: Said, interval: tuple[float, float], decision: str, told: str
) -> None:
    found, reason = decide(RULE, interval, SPACE, (1.0, 0.1), said)
    assert found == decision
    assert told in reason
    assert decide(RULE, interval, SPACE, (9.5, 0.1), said)[0] == "undecided"


@given(st.floats(0.0, 1.0), st.floats(0, 200), st.floats(0, 50))
def test_no_words_contradict_the_probability_beside_them(chance: float, low: float, width: float) -> None:
    said = Said("meets" if chance >= 0.5 else "fails", chance)
    _, reason = decide(RULE, (low, low + width), None, None, said)
    assert "rarely" not in reason
    assert ("more likely" in reason or reason.startswith("likely")) <= (chance >= 0.5)
    assert ("less likely" in reason or reason.startswith("unlikely")) == (chance < 0.5)


@pytest.mark.parametrize(
    ("interval", "decision", "told"),
    [
        ((0.0, 0.0), "action", "rows of class Anna rarely have so low a value"),
        ((0.0, 1.0), "undecided", "it may be Anna or Ben"),
        ((1.0, 1.0), "ok", ""),
    ],
)
def test_classes_are_named_instead_of_intervals(
    interval: tuple[float, float], decision: str, told: str
) -> None:
    likelier = Rule.parse(">= 0.5")
    assert decide(likelier, interval, SPACE, (1.0, 0.1), classes=("Ben", "Anna")) == (decision, told)


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
