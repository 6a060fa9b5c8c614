"""Numbers, times and foreign text."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.cli.text import clock, duration, limits, number, printable

HOUR = 3_600_000_000


@given(st.text())
def test_printable_text_cannot_steer_a_terminal(text: str) -> None:
    assert printable(text).isprintable()


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"])))
def test_printable_text_stays_as_it_is_where_it_is_printable(text: str) -> None:
    assert (printable(text) == text) is text.isprintable()


def test_escape_sequences_are_shown_not_obeyed() -> None:
    assert printable("a\x1b[31mred\nnext") == "a\\x1b[31mred next"


@pytest.mark.parametrize(
    ("time", "expected"),
    [(0, "day 0 00:00"), (HOUR, "day 0 01:00"), (25 * HOUR + 60_000_000, "day 1 01:01")],
)
def test_clock(time: int, expected: str) -> None:
    assert clock(time) == expected


@given(st.integers(0, 10**15))
def test_clock_reads_back_to_the_minute(time: int) -> None:
    found = re.fullmatch(r"day (\d+) (\d\d):(\d\d)", clock(time))
    assert found is not None
    days, hours, minutes = map(int, found.groups())
    assert ((days * 24 + hours) * 60 + minutes) == time // 60_000_000


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (0, "0 min 0 s"),
        (90_000_000, "1 min 30 s"),
        (HOUR, "1 h 0 min"),
        (24 * HOUR, "1 d 0 h"),
        (HOUR - 1, "1 h 0 min"),
        (288 * HOUR - 60_000_000, "12 d 0 h"),
        (288 * HOUR, "12 d 0 h"),
    ],
)
def test_duration(time: int, expected: str) -> None:
    assert duration(time) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "-"),
        (math.nan, "-"),
        (math.inf, "-"),
        (0.0, "0"),
        (12.34567, "12.35"),
        (999.96, "1000"),
        (17280, "17,280"),
        (8_428_148.3, "8,428,148"),
        (1.5e-6, "1.500e-06"),
        (-4321.0, "-4,321"),
    ],
)
def test_number(value: float | None, expected: str) -> None:
    assert number(value) == expected


@given(st.floats(-1e300, 1e300))
def test_number_keeps_four_digits(value: float) -> None:
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=5.1e-4, abs=0)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(None, None, "-"), (1.0, None, ">= 1"), (None, 2.0, "<= 2"), (1.0, 2.0, "1 to 2")],
)
def test_limits(low: float | None, high: float | None, expected: str) -> None:
    assert limits(low, high) == expected
