"""A model declaration gives ordered tables and refuses contradictions."""

import math
import re
from typing import Any

import casadi as ca
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import TwinError
from homeostat.process.units import check_unit, compatible
from homeostat.twin import Kind, Model, input, model, models, output, parameter, state


class Tank(Model):
    """A stirred tank that decays and drains."""

    level = state(2.0, "mL", "what is in it", high=10.0)
    colour = state(1.0, "mmol/L", "dye")
    flow = input(0.5, "mL/h", "what comes in", low=0.0, high=5.0)
    decay = parameter(0.1, "1/h", "fading", spread=0.2, source="assumption")
    depth = output("mL", "level again")

    def rates(self, m: Any) -> dict[str, Any]:
        return {"colour": -self.decay * self.colour, "level": self.flow}

    def outputs(self, m: Any) -> dict[str, Any]:
        return {"depth": self.level}


def test_quantities_keep_the_order_in_which_they_were_written() -> None:
    s = Tank.signature
    assert s.states.names == ("level", "colour")
    assert s.inputs.values == (0.5,)
    assert s.parameters["decay"].spread == 0.2
    assert [g.kind for g in s.groups] == [Kind.STATE, Kind.INPUT, Kind.PARAMETER, Kind.OUTPUT]


def test_rates_come_back_in_declared_order_whatever_order_the_method_used() -> None:
    rates, outputs = Tank.evaluate((2.0, 1.0), (0.5,), (0.1,))
    assert rates == (0.5, -0.1)
    assert outputs == (2.0,)


def test_a_vector_takes_given_values_by_name_and_defaults_for_the_rest() -> None:
    assert Tank.signature.states.vector({"colour": 3.0}) == (2.0, 3.0)
    assert Tank.signature.states.vector() == (2.0, 1.0)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(TwinError, match="level, colour"):
        Tank.signature.states.vector({"kolour": 3.0})


def test_a_subclass_may_change_one_declaration() -> None:
    class Faster(Tank):
        decay = parameter(0.5, "1/h", "fading")

    assert Faster.signature.parameters.values == (0.5,)
    assert Faster.signature.states.names == Tank.signature.states.names


def test_rates_must_name_every_state_and_no_other() -> None:
    class Forgetful(Tank):
        def rates(self, m: Any) -> dict[str, Any]:
            return {"level": 0.0, "klour": 0.0}

    with pytest.raises(TwinError, match=r"misses \[colour\] and names unknown \[klour\]"):
        Forgetful.evaluate((2.0, 1.0), (0.5,), (0.1,))
    with pytest.raises(TwinError, match="colour"):
        Forgetful.function()


def test_only_what_is_wrong_is_told_and_a_name_of_another_kind_is_explained() -> None:
    class Short(Tank):
        def rates(self, m: Any) -> dict[str, Any]:
            return {"level": 0.0}

    class Twice(Tank):
        extra = state(1.0, "mL", "declared twice: the second counts")
        extra = parameter(1.0, "mL", "declared twice: the second counts")

        def rates(self, m: Any) -> dict[str, Any]:
            return {"level": 0.0, "colour": 0.0, "extra": 0.0}

    with pytest.raises(TwinError) as short:
        Short.function()
    assert short.value.what == "`rates` misses [colour]"
    with pytest.raises(TwinError) as twice:
        Twice.function()
    assert twice.value.what == "`rates` names unknown [extra]"
    assert "extra is declared as parameter" in twice.value.mend


def test_outputs_must_name_every_declared_output() -> None:
    class Silent(Tank):
        def outputs(self, m: Any) -> dict[str, Any]:
            return {}

    with pytest.raises(TwinError, match="depth"):
        Silent.function()


def test_a_model_without_equations_or_states_is_refused() -> None:
    class Empty(Model):
        level = state(1.0, "mL", "level")

    with pytest.raises(TwinError, match="no equations"):
        Empty.function()
    with pytest.raises(TwinError, match="no state"):
        type("Stateless", (Model,), {"flow": input(0.0, "mL/h", "flow")})


@pytest.mark.parametrize(
    "quantity",
    [
        state(-1.0, "mL", "below its bound"),
        state(math.nan, "mL", "not a number"),
        state(1.0, " ", "no unit"),
        state(1.0, "mL", ""),
        input(5.0, "mL/h", "above its bound", high=1.0),
        parameter(1.0, "1/h", "negative spread", spread=-0.1),
    ],
)
def test_contradictory_declarations_are_refused(quantity: Any) -> None:
    with pytest.raises(TwinError):
        type("Wrong", (Tank,), {"wrong": quantity})


@pytest.mark.parametrize("name", ["rates", "signature", "function", "_hidden"])
def test_a_quantity_may_not_hide_what_a_model_is_made_of(name: str) -> None:
    with pytest.raises(TwinError, match="cannot name"):
        type("Wrong", (Tank,), {name: parameter(1.0, "1/h", "clash")})


def test_wrong_number_of_values_is_refused() -> None:
    with pytest.raises(TwinError, match="expected 2 state values, got 1"):
        Tank.evaluate((2.0,), (0.5,), (0.1,))


def test_the_description_tells_everything_declared() -> None:
    rows = {row["name"]: row for row in Tank.describe()}
    assert rows["flow"] == {
        "name": "flow", "kind": "input", "value": 0.5, "unit": "mL/h", "doc": "what comes in",
        "low": 0.0, "high": 5.0, "spread": 0.0, "source": "",
    }  # fmt: skip
    assert rows["colour"]["high"] is None


def test_the_fingerprint_follows_declaration_and_equations() -> None:
    class Same(Tank):
        pass

    class Slower(Tank):
        decay = parameter(0.05, "1/h", "fading", spread=0.2, source="assumption")

    class Other(Tank):
        def rates(self, m: Any) -> dict[str, Any]:
            return {"colour": self.decay * self.colour, "level": self.flow}

    Same.__name__ = Slower.__name__ = Other.__name__ = "Tank"
    assert Same.fingerprint() == Tank.fingerprint()
    assert len({c.fingerprint() for c in (Tank, Slower, Other)}) == 3


def test_the_registry_knows_the_shipped_models() -> None:
    assert set(models()) == {
        "t_cell_expansion",
        "msc_microcarriers",
        "ipsc_cardiomyocytes",
        "cho_culture",
        "raav_hek293",
        "yeast_fed_batch",
    }
    assert model("yeast_fed_batch").__name__ == "YeastFedBatch"
    with pytest.raises(TwinError, match="t_cell_expansion"):
        model("t_cell")


@pytest.mark.parametrize("name", sorted(models()))
def test_every_quantity_of_a_shipped_model_has_a_unit_the_process_room_reads(name: str) -> None:
    for row in model(name).describe():
        assert check_unit(row["unit"]) == row["unit"]
        if row["kind"] == "state":
            assert compatible(f"{row['unit']}/h", f"{row['unit']}/d")


@pytest.mark.parametrize("name", sorted(models()))
def test_every_parameter_of_a_shipped_model_says_where_it_comes_from_and_is_bounded(name: str) -> None:
    for quantity in model(name).signature.parameters:
        assert quantity.source
        assert quantity.low < quantity.value < quantity.high or quantity.low <= quantity.value
        assert math.isfinite(quantity.low)
        assert math.isfinite(quantity.high)


@given(value=st.floats(allow_nan=True), low=st.floats(allow_nan=True), high=st.floats(allow_nan=True))
def test_a_state_is_accepted_exactly_when_its_value_lies_within_its_bounds(
    value: float, low: float, high: float
) -> None:
    def declare() -> Any:
        return type("Any", (Tank,), {"extra": state(value, "1", "anything", low=low, high=high)})

    if math.isfinite(value) and low <= value <= high:
        assert "extra" in declare().signature.states.names
    else:
        with pytest.raises(TwinError):
            declare()


@pytest.mark.parametrize(
    ("convert", "words"),
    [
        (lambda x: 1.0 if float(x) > 3.0 else 2.0, ("by float()", "m.if_else")),
        (lambda x: 2.0 * math.exp(x), ("a function of `math`", "m.exp")),
        (lambda x: float(2.0 * x + 1.0), ("by float()", "leave float() out")),
        (lambda x: 2.0 * int(x), ("by int()", "m.if_else")),
        (lambda x: 1.0 if x > 3.0 else 2.0, ("a Python `if`", "m.if_else")),
        (lambda x: max(x, 1.0), ("a Python `if`", "m.maximum")),
    ],
)
def test_a_symbol_is_never_made_a_number_unseen(convert: Any, words: tuple[str, str]) -> None:
    """CasADi's float() of one is NaN, and NaN > 3 is false for good."""

    class Converted(Tank):
        def rates(self, m: Any) -> dict[str, Any]:
            return {"colour": convert(self.colour), "level": self.flow}

    with pytest.raises(TwinError) as told:
        Converted.function()
    assert words[0] in told.value.what
    assert words[1] in told.value.mend
    assert re.fullmatch(r"<lambda>, line \d+", told.value.where)


def test_constants_are_numbers_while_equations_are_traced_and_symbols_are_as_before_it() -> None:
    class Constant(Tank):
        def rates(self, m: Any) -> dict[str, Any]:
            half = float(m.sqrt(0.25) + 0.0 * int(m.exp(0.0)))
            return {"colour": half * self.colour, "level": self.flow}

    assert Constant.function().n_in() == 3
    assert math.isnan(float(ca.SX.sym("x")))
