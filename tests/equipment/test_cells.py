"""Numbers out of cells: exact where they are numbers, BAD or MISSING where they are not, never an exception."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.equipment.cells import number, numbers
from homeostat.equipment.tables import Cell, Shape
from homeostat.process.reading import Quality

GOOD, BAD, MISSING = Quality.GOOD, Quality.BAD, Quality.MISSING
MARKERS = frozenset({"", "NA", "nan", "-", "-9999"})
POINT = Shape(missing=MARKERS)
COMMA = Shape(decimal=",", missing=MARKERS)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1.5", 1.5),
        (" -2 ", -2.0),
        ("1e3", 1000.0),
        ("-2.00000000000422E-04", -2.00000000000422e-04),
        (".5", 0.5),
    ],
)
def test_numbers(cell: str, expected: float) -> None:
    assert number(cell, POINT) == (expected, GOOD)
    assert number(cell.replace(".", ","), COMMA) == (expected, GOOD)


@pytest.mark.parametrize("cell", [None, "", "   ", "NA", " nan ", "-", "-9999"])
def test_no_value(cell: Cell) -> None:
    value, quality = number(cell, POINT)
    assert math.isnan(value)
    assert quality == MISSING


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "abc",
            "1,5",
            "1_000",
            "inf",
            "-Infinity",
            "NaN",
            "1e999",
            "0x10",
            "1 000",
            "٣",
            "#DIV/0!",
            "1.2.3",
            "12…",
        ),
        *(math.inf, math.nan, True, datetime(2020, 1, 1, tzinfo=UTC), 10**400),
    ],
)
def test_no_number(cell: Cell) -> None:
    value, quality = number(cell, POINT)
    assert math.isnan(value)
    assert quality == BAD


def test_digits_are_not_regrouped() -> None:
    assert number("1.234", COMMA)[1] == BAD
    assert number("1.234,5", COMMA)[1] == BAD


cells = st.one_of(
    st.floats(allow_nan=False).map(repr),
    st.floats().map(lambda x: repr(x).replace(".", ",")),
    st.sampled_from(["", "NA", "-9999", " 7 ", "1_0", "1e999", "1\n2", "\n", "٣"]),
    st.text(max_size=6),
    st.none() | st.floats() | st.integers() | st.booleans(),
)


@given(st.lists(cells, max_size=8), st.sampled_from([POINT, COMMA, Shape(), Shape(decimal=",")]))
def test_a_column_is_its_cells(column: list[Cell], shape: Shape) -> None:
    values, qualities = numbers(column, shape)
    assert len(values) == len(qualities) == len(column)
    for cell, value, quality in zip(column, values.tolist(), qualities.tolist(), strict=True):
        assert repr(number(cell, shape)) == repr((value, quality)) == repr((float(value), int(quality)))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.sampled_from([".", ","]))
def test_every_float_survives(values: list[float], decimal: str) -> None:
    column = [repr(value).replace(".", decimal) for value in values]
    assert numbers(column, Shape(decimal=decimal))[0].tolist() == values
