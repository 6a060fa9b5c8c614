"""Numbers, units and times read as a person would write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.quality.wording import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    bounds,
    count,
    duration,
    moment,
    number,
    percent,
    quantity,
    times,
    unit_text,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (36.987654, "36.99"),
        (-0.5, "−0.5"),
        (1234.5, "1234"),
        (17280.0, "17\u202f280"),
        (999.96, "1000"),
        (0.00012345, "0.0001234"),
        (0.00001, "1·10⁻⁵"),
        (-1.5e9, "−1.5·10⁹"),
        (None, "–"),
    ],
)
def test_numbers_have_four_digits_that_count(value: float | None, text: str) -> None:
    assert number(value) == text


@given(st.floats(1e-4, 9e6), st.integers(2, 8))
def test_a_number_reads_back_within_its_digits(value: float, digits: int) -> None:
    read = float(number(value, digits).replace("\u202f", ""))
    assert abs(read - value) <= 0.5000001 * abs(value) * 10 ** (1 - digits)


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("1", ""),
        ("degC", "°C"),
        ("1e6 cell/mL", "10⁶ cell/mL"),
        ("umol/L", "µmol/L"),
        ("h**-1", "h⁻¹"),
        ("g*m", "g·m"),
    ],
)
def test_units(unit: str, text: str) -> None:
    assert unit_text(unit) == text


def test_quantities_and_intervals() -> None:
    assert quantity(2.0, "1e6 cell/mL") == "2 × 10⁶ cell/mL"
    assert quantity(None, "%") == "–"
    assert bounds(70.0, 100.0, "%") == "70 to 100 %"
    assert bounds(70.0, None, "%") == "at least 70 %"
    assert bounds(None, 5.0, "1") == "at most 5"
    assert bounds(None, None, "1") == "no limit"


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "–"), (0.0, "0 %"), (1.0, "100 %"), (0.99999, "99.99 %"), (1e-7, "0.01 %"), (0.5, "50.0 %")],
)
def test_a_share_is_whole_only_when_it_is(share: float | None, text: str) -> None:
    assert percent(share) == text


def test_moments_count_days() -> None:
    assert moment(3 * DAY + 4 * HOUR + 20 * MINUTE) == "3 d 04:20"
    assert moment(5 * SECOND) == "0 d 00:00:05"
    assert moment(-HOUR) == "−0 d 01:00"
    assert moment(None) == "–"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (12 * DAY, "12 d"),
        (9 * HOUR + 12 * MINUTE + 30 * SECOND, "9 h 12 min"),
        (DAY + 5 * MINUTE, "1 d"),
        (45 * SECOND, "45 s"),
        (0, "0 s"),
        (7, "under 1 s"),
        (None, "–"),
    ],
)
def test_durations_have_two_units(length: int | None, text: str) -> None:
    assert duration(length) == text


def test_counts() -> None:
    assert [count(1, "alarm"), count(2, "alarm"), count(0, "stretch", "stretches")] == [
        "1 alarm",
        "2 alarms",
        "0 stretches",
    ]
    assert [times(1), times(2), times(3)] == ["once", "twice", "3 times"]
