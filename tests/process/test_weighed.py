"""The least scales, costs and delays, and the greatest weights: what a message advises is accepted."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.process.checks.weighed import at_least, at_most, moved, scaled
from homeostat.process.controllers import Aim, Move
from homeostat.process.equipment import Tag
from homeostat.process.units import Quantity

NUMBERS = st.floats(1e-9, 1e9)
UNITS = st.sampled_from(["mmol/L", "mol/L", "mol/m^3"])


def advised(mend: str) -> Quantity:
    """The quantity that a message tells to give."""
    found = re.search(r"at (?:least|most) (\S+) ?(.*)$", mend)
    assert found is not None, mend
    return Quantity.parse(f"{found[1]} {found[2]}")


@given(NUMBERS, UNITS, UNITS)
def test_the_scale_that_is_advised_is_accepted(target: float, unit: str, other: str) -> None:
    aim = Aim(of="lactate", target=Quantity(target, unit), scale=Quantity(1e-28, other))
    (fault,) = scaled((), aim, aim.scale, "mmol/L")
    assert list(scaled((), aim, advised(fault.mend), "mmol/L")) == []


@given(NUMBERS, st.floats(1e-3, 1.0))
def test_the_weight_that_is_advised_is_accepted(target: float, share: float) -> None:
    aim = Aim(
        of="lactate",
        target=Quantity(target, "mmol/L"),
        scale=Quantity(share * target, "mmol/L"),
        weight=1e300,
    )
    (fault,) = scaled((), aim, aim.scale, "mmol/L")
    weight = advised(fault.mend).value
    assert list(scaled((), aim.model_copy(update={"weight": weight}), aim.scale, "mmol/L")) == []


@pytest.mark.parametrize("share", [0.5, 2.0])
@pytest.mark.parametrize("fields", [{"strive": "more"}, {"low": Quantity(0.0, "mmol/L")}])
def test_beside_no_value_the_least_scale_does_not_depend_on_its_unit(
    fields: dict[str, Any], share: float
) -> None:
    told = []
    for unit, size in (("mmol/L", 1.0), ("mol/L", 1e-3), ("mol/m^3", 1.0), ("umol/mL", 1.0)):
        aim = Aim(of="lactate", scale=Quantity(share * 1e-12 * size, unit), weight=2.0, **fields)
        told.append([fault.path[-1] for fault in scaled((), aim, aim.scale, "mmol/L")])
    assert told == [["scale"] if share < 1.0 else []] * 4


@given(NUMBERS, st.sampled_from(["L", "mL", "uL", "m^3"]))
def test_the_cost_and_the_suppression_that_are_advised_are_accepted(high: float, unit: str) -> None:
    envelope = (Quantity(0.0, "mL/h"), Quantity(high, "mL/h"))
    tag = Tag.model_validate(
        {"title": "T", "kind": "actuator", "unit": "mL/h", "range": ["0 mL/h", f"{high!r} mL/h"]}
    )
    move = Move(envelope=envelope, cost=Quantity(1e-28, unit), suppression=Quantity(1e-28, f"{unit}/min"))
    horizon = Quantity(7.0, "h")
    faults = {fault.path[-1]: fault for fault in moved((), move, tag, horizon)}
    given_ = {str(name): advised(fault.mend) for name, fault in faults.items()}
    assert set(given_) == {"cost", "suppression"}
    assert list(moved((), move.model_copy(update=given_), tag, horizon)) == []


@pytest.mark.parametrize(
    ("value", "up", "down"),
    [
        (1.0, "1", "1"),
        (1.0204e-3, "0.00103", "0.00102"),
        (9.996e5, "1e+06", "9.99e+05"),
        (0.1 + 0.2, "0.3", "0.3"),
        (3.2e-7 * (1.0 + 2e-16), "3.2e-07", "3.2e-07"),
    ],
)
def test_limits_are_told_in_three_digits_on_the_safe_side(value: float, up: str, down: str) -> None:
    assert (at_least(value), at_most(value)) == (up, down)
