"""Units: text in, floats out; whatever is not a unit is a UnitError and nothing else."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import UnitError
from homeostat.process import Quantity, compatible, convert, convert_difference, convert_ratio
from homeostat.process.units import check_unit, ratio_compatible

FAMILIES = [
    ["mL", "L", "µL", "kL", "meter**3"],
    ["s", "min", "h", "d", "ms"],
    ["mL/h", "L/min", "L/d", "mL/(60 min)".replace("60 ", "")],
    ["1e6 cell/mL", "cell/mL", "cell/L", "1e9 cell/L"],
    ["mmol/(1e9 cell h)", "mol/cell/s", "mmol/cell/d"],
    ["%", "1", "ppm", "mol/mol"],
    ["degC", "°C", "K"],
    ["TU/cell"],
    ["pH"],
]
PAIRS = [(one, other) for family in FAMILIES for one in family for other in family]
NUMBERS = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (1.0, "L", "mL", 1000.0),
        (98.6, "degC", "K", 371.75),
        (37.0, "°C", "degC", 37.0),
        (1.1, "1e6 cell/mL", "cell/L", 1.1e9),
        (1.0, "mmol/(1e9 cell h)", "mmol/cell/h", 1e-9),
        (50.0, "%", "1", 0.5),
        (1.0, "M", "mmol/L", 1000.0),
        (1.0, "IU/mL/h", "IU/(L d)", 24000.0),
        (100.0, "rpm", "rev/s", 100 / 60),
        (2.0, "1/h", "1/d", 48.0),
        (1.0, "L^2", "mL**2", 1e6),
    ],
)
def test_conversions_known_by_hand(value: float, unit: str, to: str, expected: float) -> None:
    assert convert(value, unit, to) == pytest.approx(expected, rel=1e-12)


@given(NUMBERS, st.sampled_from(PAIRS))
def test_a_round_trip_returns_the_value(value: float, pair: tuple[str, str]) -> None:
    there = convert(value, *pair)
    assert convert(there, pair[1], pair[0]) == pytest.approx(value, rel=1e-9, abs=1e-6)


@given(NUMBERS, NUMBERS, st.sampled_from(PAIRS))
def test_a_difference_converts_as_the_difference_of_conversions(
    a: float, b: float, pair: tuple[str, str]
) -> None:
    apart = convert(a, *pair) - convert(b, *pair)
    scale = max(abs(convert(a, *pair)), abs(convert(b, *pair)), 1.0)
    assert convert_difference(a - b, *pair) == pytest.approx(apart, rel=1e-6, abs=1e-9 * scale)


def test_units_of_different_families_do_not_mix() -> None:
    for family in FAMILIES:
        for other in FAMILIES:
            assert compatible(family[0], other[0]) == (family is other)
            if family is not other:
                with pytest.raises(UnitError, match="cannot be converted"):
                    convert(1.0, family[0], other[0])


def test_ph_is_the_field_s_ph_and_not_a_length_of_time() -> None:
    assert compatible("pH", "pH")
    assert not compatible("pH", "h")


@pytest.mark.parametrize(
    ("text", "over", "under", "expected"),
    [
        ("2 degC/degC", "degC", "degC", 2.0),
        ("2", "degC", "degC", 2.0),
        ("0.05 degC/d", "degC", "h", 0.05 / 24),
        ("0.05 K/d", "degC", "h", 0.05 / 24),
        ("0.5 mL/min/%", "L/h", "%", 0.03),
        ("24 1e6 cell/mL/d", "1e6 cell/mL", "h", 1.0),
    ],
)
def test_gains_and_drifts_are_ratios_of_differences(
    text: str, over: str, under: str, expected: float
) -> None:
    assert Quantity.parse(text).ratio(over, under) == pytest.approx(expected, rel=1e-12)


def test_a_ratio_of_the_wrong_dimension_is_refused() -> None:
    assert not ratio_compatible("mL/h", "mL/h", "pH")
    with pytest.raises(UnitError, match=r"not a unit of mL/h per pH"):
        convert_ratio(1.0, "mL/h", "mL/h", "pH")


HOSTILE = [
    "",
    " ",
    "foo",
    "foo/foo",
    "mL/",
    "/h",
    "(mL",
    "mL)",
    "mL**99",
    "mL**9**9",
    "9**9**9**9",
    "mL**-",
    "1e99 cell",
    "1e30 1e30",
    "1e400 mL",
    "__import__",
    "lambda",
    "mL; g",
    "mL\n",
    "mL\x00",
    "mL" * 40,
    "٣ mL",
    "m-L",
    "mL.",
    "%%%",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_units_are_refused(text: str) -> None:
    with pytest.raises(UnitError) as caught:
        check_unit(text)
    assert caught.value.what
    assert caught.value.mend


@given(st.one_of(st.text(max_size=30), st.text("mLgh1e69*/^()°%µ. -", max_size=30)))
def test_any_text_is_a_unit_or_a_unit_error(text: str) -> None:
    try:
        check_unit(text)
    except UnitError:
        return
    assert compatible(text, text)
    assert convert(2.0, text, text) == 2.0


@given(NUMBERS, st.sampled_from([unit for family in FAMILIES for unit in family]))
def test_a_quantity_survives_being_written(value: float, unit: str) -> None:
    quantity = Quantity(value, unit)
    assert Quantity.parse(str(quantity)) == quantity


@pytest.mark.parametrize(
    "text",
    ["", "mL", "nan mL", "inf", "1e999 mL", "1e31 mL", "1,5 mL", "--1 mL", "1 2 mL", "٣ mL", None, [], 1j],
)
def test_what_is_no_quantity_is_refused(text: object) -> None:
    with pytest.raises(UnitError):
        Quantity.parse(text)


@given(st.text(max_size=40))
def test_any_text_is_a_finite_quantity_or_a_unit_error(text: str) -> None:
    try:
        quantity = Quantity.parse(text)
    except UnitError:
        return
    assert math.isfinite(quantity.value)
