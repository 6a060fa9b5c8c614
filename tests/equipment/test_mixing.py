"""Boluses and withdrawals obey the mass balance of every concentration and leave the rest alone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import TwinError
from homeostat.twin import Model, parameter, state
from homeostat.twin import model as find_model
from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.mixing import is_concentration, mix, withdraw

from .small import Tank

NAMES = Tank.signature.states.names
VIABLE, GLUCOSE, MARKED, OXYGEN, VOLUME = range(5)
START = (1.0, 10.0, 0.2, 90.0, 100.0)
amounts = st.floats(0.0, 200.0)
vessels = st.tuples(amounts, amounts, st.floats(0.0, 1.0), st.floats(0.0, 100.0), st.floats(2.0, 250.0))


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        *[(unit, True) for unit in ("1e6 cell/mL", "mmol/L", "IU/mL", "1e6 cell h/mL", "g/L")],
        *[(unit, False) for unit in ("%", "1", "mL", "L", "pH", "degC")],
    ],
)
def test_concentrations_are_told_by_their_unit(unit: str, expected: bool) -> None:
    assert is_concentration(unit) is expected


def test_medium_dilutes_concentrations_and_nothing_else() -> None:
    assert mix(Tank, START, 100.0, {}) == (0.5, 5.0, 0.2, 90.0, 200.0)


def test_contents_enter_by_their_amount() -> None:
    after = mix(Tank, START, 25.0, {"glucose": 60.0})
    assert after[GLUCOSE] == pytest.approx((10.0 * 100.0 + 60.0 * 25.0) / 125.0, rel=1e-15)


def test_a_named_fraction_is_carried_by_cells_where_the_material_brings_cells() -> None:
    after = mix(Tank, START, 50.0, {"viable": 4.0, "marked": 0.8})
    assert after[VIABLE] == pytest.approx(300.0 / 150.0)
    assert after[MARKED] == pytest.approx((0.2 * 100.0 + 0.8 * 200.0) / 300.0)


def test_a_named_fraction_is_carried_by_volume_otherwise() -> None:
    assert mix(Tank, START, 100.0, {"marked": 0.8})[MARKED] == pytest.approx(0.5)


def test_the_first_cells_bring_their_fraction_whole() -> None:
    empty = (0.0, *START[1:])
    assert mix(Tank, empty, 10.0, {"viable": 5.0, "marked": 0.7})[MARKED] == pytest.approx(0.7)


def test_no_cells_on_either_side_falls_back_to_volume() -> None:
    empty = (0.0, *START[1:])
    assert mix(Tank, empty, 100.0, {"viable": 0.0, "marked": 0.8})[MARKED] == pytest.approx(0.5)


@given(x=vessels, added=st.floats(0.0, 250.0), brought=amounts)
def test_what_goes_in_is_there(x: tuple[float, ...], added: float, brought: float) -> None:
    after = mix(Tank, x, added, {"glucose": brought})
    assert after[VOLUME] == x[VOLUME] + added
    total = x[GLUCOSE] * x[VOLUME] + brought * added
    assert math.isclose(after[GLUCOSE] * after[VOLUME], total, rel_tol=1e-12, abs_tol=1e-9)
    assert math.isclose(after[VIABLE] * after[VOLUME], x[VIABLE] * x[VOLUME], rel_tol=1e-12, abs_tol=1e-9)
    assert (after[MARKED], after[OXYGEN]) == (x[MARKED], x[OXYGEN])


@given(x=vessels, share=st.floats(0.0, 0.5))
def test_a_draw_takes_its_part_of_everything_but_what_is_retained(x: tuple[float, ...], share: float) -> None:
    volume = share * x[VOLUME]
    after = withdraw(Tank, x, volume, ("viable",))
    assert after[VOLUME] == x[VOLUME] - volume
    assert after[GLUCOSE] == x[GLUCOSE]
    assert math.isclose(after[VIABLE] * after[VOLUME], x[VIABLE] * x[VOLUME], rel_tol=1e-9, abs_tol=1e-12)
    assert (after[MARKED], after[OXYGEN]) == (x[MARKED], x[OXYGEN])


@given(x=vessels, added=st.floats(0.0, 250.0))
def test_drawing_the_medium_that_was_added_past_the_cells_restores_them(
    x: tuple[float, ...], added: float
) -> None:
    after = withdraw(Tank, mix(Tank, x, added, {}), added, ("viable",))
    assert math.isclose(after[VIABLE], x[VIABLE], rel_tol=1e-9, abs_tol=1e-12)


def test_nothing_added_or_drawn_changes_no_bit() -> None:
    assert mix(Tank, START, 0.0, {"glucose": 5.0}) == START
    assert withdraw(Tank, START, 0.0) == START


@pytest.mark.parametrize("volume", [-1.0, math.nan, math.inf])
def test_impossible_volumes_are_refused(volume: float) -> None:
    with pytest.raises(TwinError, match="is not a volume"):
        mix(Tank, START, volume, {})
    with pytest.raises(TwinError, match="is not a volume"):
        withdraw(Tank, START, volume)


@pytest.mark.parametrize("volume", [99.5, 100.0, 101.0])
def test_a_vessel_is_never_drawn_empty(volume: float) -> None:
    with pytest.raises(TwinError, match="holds 100 mL") as caught:
        withdraw(Tank, START, volume)
    assert caught.value.mend == "leave at least 1 mL"


@pytest.mark.parametrize(
    "contents", [{"glucose": -1.0}, {"marked": 1.1}, {"glucose": math.nan}, {"glucose": math.inf}]
)
def test_impossible_contents_are_refused(contents: dict[str, float]) -> None:
    with pytest.raises(TwinError, match="nothing can contain"):
        mix(Tank, START, 1.0, contents)


def test_a_vessel_does_not_overflow() -> None:
    with pytest.raises(TwinError, match="up to 500"):
        mix(Tank, START, 400.5, {})


def test_unknown_and_impossible_names_are_refused() -> None:
    with pytest.raises(TwinError, match="sugar"):
        mix(Tank, START, 1.0, {"sugar": 1.0})
    with pytest.raises(TwinError, match="sugar"):
        withdraw(Tank, START, 1.0, ("sugar",))
    with pytest.raises(TwinError, match="not part of the contents"):
        mix(Tank, START, 1.0, {"volume": 1.0})
    with pytest.raises(TwinError, match="expected 5 states"):
        mix(Tank, START[:3], 1.0, {})


def test_a_model_without_a_volume_cannot_be_mixed_into() -> None:
    class Dry(Model):
        """No volume."""

        amount = state(1.0, "g/L", "amount")
        rate = parameter(0.0, "1/h", "rate")

        def rates(self, m: Algebra) -> dict[str, Value]:
            return {"amount": self.rate * self.amount}

    with pytest.raises(TwinError, match="no state named volume"):
        mix(Dry, (1.0,), 1.0, {})


def test_the_shipped_cell_model_is_understood() -> None:
    cells = find_model("t_cell_expansion")
    names, x = cells.signature.states.names, cells.signature.states.values
    after = dict(zip(names, mix(cells, x, x[names.index("volume")], {}), strict=True))
    before = dict(zip(names, x, strict=True))
    halved = {name for name in names if is_concentration(cells.signature.states[name].unit)}
    assert halved == {"viable", "dead", "glucose", "lactate", "inhibitor", "bicarbonate", "il2"}
    for name in names:
        factor = 0.5 if name in halved else 2.0 if name == "volume" else 1.0
        assert after[name] == factor * before[name]
