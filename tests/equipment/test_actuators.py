"""Actuators take what they can, say what they could not, and never take nonsense."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.equipment.actuators import Actuators
from homeostat.errors import EquipmentError
from homeostat.process.equipment import Tag

from .small import tag


def actuators() -> Actuators:
    declared = {
        "pump": tag("actuator", "mL/h", 5.0, 60.0, resolution="0.5 mL/h"),
        "heater": tag("actuator", "degC", 20.0, 45.0, initial="37 degC"),
    }
    return Actuators({name: Tag.model_validate(fields) for name, fields in declared.items()})


def test_they_start_where_declared_or_at_the_low_end() -> None:
    assert actuators().values == {"pump": 5.0, "heater": 37.0}


def test_a_value_is_taken_in_any_fitting_unit() -> None:
    a = actuators()
    assert a.set("pump", 0.03, "L/h").value == 30.0
    assert a.set("heater", 310.15, "K").value == pytest.approx(37.0)
    assert a.values["pump"] == 30.0


def test_a_value_beyond_the_range_is_limited_and_the_outcome_says_so() -> None:
    outcome = actuators().set("pump", 1000.0, "mL/h")
    assert (outcome.status, outcome.value) == ("done", 60.0)
    assert outcome.detail == "limited to 60 mL/h: the range is 5 to 60 mL/h"


def test_resolution_is_no_limit_worth_a_word() -> None:
    outcome = actuators().set("pump", 10.26, "mL/h")
    assert (outcome.status, outcome.value, outcome.detail) == ("done", 10.5, "")


@pytest.mark.parametrize(
    ("name", "value", "unit", "why"),
    [
        ("valve", 1.0, "%", "no actuator valve"),
        ("pump", math.nan, "mL/h", "not a finite value"),
        ("pump", math.inf, "mL/h", "not a finite value"),
        ("pump", 1.0, "degC", "degC"),
        ("pump", 1.0, "furlong", "furlong"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(name: str, value: float, unit: str, why: str) -> None:
    a = actuators()
    outcome = a.set(name, value, unit)
    assert outcome.status == "refused"
    assert why in outcome.detail
    assert a.values == {"pump": 5.0, "heater": 37.0}


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_steering_never_leaves_the_range(value: float) -> None:
    a = actuators()
    a.steer("pump", value)
    assert 5.0 <= a.values["pump"] <= 60.0
    assert a.values["pump"] % 0.5 == 0.0


def test_steering_an_unknown_actuator_is_an_error() -> None:
    with pytest.raises(EquipmentError, match="no actuator valve"):
        actuators().steer("valve", 1.0)
