"""Conditions: comparisons joined by `and` and `or`, without brackets."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.process import Condition, Quantity


def test_and_binds_before_or() -> None:
    condition = Condition.parse("glucose < 4 mmol/L and ph >= 7 pH or elapsed > 3 d")
    assert [[c.name for c in alternative] for alternative in condition.alternatives] == [
        ["glucose", "ph"],
        ["elapsed"],
    ]
    assert [c.sign for c in condition.comparisons()] == ["<", ">=", ">"]
    assert condition.comparisons()[0].quantity == Quantity(4.0, "mmol/L")


def test_a_condition_is_written_as_it_is_read() -> None:
    text = "glucose < 4 mmol/L and ph >= 7 pH or batch_elapsed >= 17279 min"
    assert str(Condition.parse(text)) == text
    assert Condition.parse(Condition.parse(text)) == Condition.parse(text)


@pytest.mark.parametrize(
    ("sign", "value", "expected"),
    [
        (">=", 4.0, True),
        ("<=", 4.0, True),
        (">", 4.0, False),
        ("<", 4.0, False),
        (">", 5.0, True),
        ("<", 3.0, True),
    ],
)
def test_the_signs_mean_what_they_say(sign: str, value: float, expected: bool) -> None:
    assert Condition.parse(f"x {sign} 4").comparisons()[0].holds(value, 4.0) is expected


@pytest.mark.parametrize("sign", [">=", "<=", ">", "<"])
def test_a_reading_that_is_not_a_number_satisfies_nothing(sign: str) -> None:
    assert not Condition.parse(f"x {sign} 4").comparisons()[0].holds(math.nan, 4.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not a condition"),
        ("x" * 400, "is not a condition"),
        ("elapsed", "is not a comparison"),
        ("elapsed == 3 h", "is not a comparison"),
        ("elapsed >= 3 h and", "is not"),
        ("(elapsed >= 3 h)", "is not a comparison"),
        ("elapsed >= h", "is not a quantity"),
        ("elapsed >= 3 parsec", "is not a known unit"),
        (3, "is not a condition"),
    ],
)
def test_what_is_no_condition_says_so(text: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Condition.parse(text)


@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_a_value_error(text: str) -> None:
    try:
        condition = Condition.parse(text)
    except ValueError as error:
        assert "|" in str(error)
        return
    assert Condition.parse(str(condition)) == condition
