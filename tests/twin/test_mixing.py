"""What a volume added dilutes is told by the dimension of a state's unit, however it is spelt."""

import pytest

from homeostat.errors import TwinError
from homeostat.process import convert
from homeostat.twin import Model, models, state
from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.mixing import is_concentration, mix, withdraw

PER_VOLUME = (
    *("M", "mM", "uM", "µM", "nM", "pM", "fM"),
    *("mol/L", "mmol/L", "mol/l", "mol/(L)", "mol/m^3", "mol/dm^3", "mol / litre"),
    *("g/L", "g/l", "g / L", "g L^-1", "L^-1 g", "g L**-1", "kg/m^3", "kg/m**3", "kg m^-3", "g/cm^3"),
    *("mg/dL", "ug/uL", "ug/mL", "fg/mL", "ng/(mL)", "g/litre", "(ug)/mL"),
    *("cell/mL", "cell/uL", "cell/µL", "cells/mL", "1e6 cell/mL", "1e3/mL", "1/mL", "mL^-1"),
    *("IU/mL", "TU/mL", "1e6 vg/mL", "1e6 particle/mL", "cm^2/mL", "1e6 cell h/mL", "mL/L", "L/L"),
)
OTHERS = (
    *("1", "%", "ppm", "pH", "degC", "°C", "K", "mol/mol", "M/M", "g/g", "vg/cell", "mol/kg"),
    *("mL", "L", "l", "m^3", "mol", "g", "cell", "1e6 cell", "cm^2", "mm", "cell/cm^2", "g/m"),
    *("h", "1/h", "mL/h", "L/d", "mL/(1e6 cell h)", "mL/cm^2", "umol/(m^2 s)"),
    *("mol/(L h)", "g/L/h", "g/(L d)", "mM/h", "mmol L^-1 h^-1", "kg/(m^3 s)"),
)


@pytest.mark.parametrize("unit", PER_VOLUME)
def test_anything_per_volume_is_a_concentration(unit: str) -> None:
    assert is_concentration(unit)


@pytest.mark.parametrize("unit", OTHERS)
def test_amounts_fractions_and_rates_are_none(unit: str) -> None:
    assert not is_concentration(unit)


def _vessel(unit: str) -> type[Model]:
    class Vessel(Model):
        amount = state(8.0, unit, "what is in it")
        volume = state(100.0, "mL", "volume", high=1000.0)

        def rates(self, m: Algebra) -> dict[str, Value]:
            return {"amount": 0.0, "volume": 0.0}

    return Vessel


@pytest.mark.parametrize("unit", PER_VOLUME)
def test_a_bolus_dilutes_a_concentration_in_every_spelling(unit: str) -> None:
    assert mix(_vessel(unit), (8.0, 100.0), 100.0, {}) == (4.0, 200.0)
    assert withdraw(_vessel(unit), (8.0, 100.0), 50.0, ["amount"]) == (16.0, 50.0)


@pytest.mark.parametrize("unit", OTHERS)
def test_a_bolus_leaves_everything_else_as_it_is(unit: str) -> None:
    assert mix(_vessel(unit), (8.0, 100.0), 100.0, {}) == (8.0, 200.0)


@pytest.mark.parametrize("unit", ["g/Lx", "a.u.", "mol L-1", "furlong^-3"])
def test_a_unit_that_cannot_be_read_is_refused_and_not_taken_for_a_fraction(unit: str) -> None:
    with pytest.raises(TwinError, match="cannot be told") as caught:
        mix(_vessel(unit), (8.0, 100.0), 100.0, {})
    assert unit in caught.value.what
    assert "mM" in caught.value.mend


def test_spellings_that_are_usual_are_known_and_converted() -> None:
    assert convert(1.0, "mg/dL", "mg/L") == pytest.approx(10.0)
    assert convert(1.0, "g/litre", "g/L") == pytest.approx(1.0)
    assert convert(1.0, "fM", "mol/L") == pytest.approx(1e-15)
    assert convert(1.0, "d", "h") == pytest.approx(24.0)  # the day, not the prefix deci


def test_the_shipped_models_are_diluted_as_ever() -> None:
    """Their units are written with /mL or /L, and all that are written so are concentrations."""
    units = {q.unit for declared in models().values() for q in declared.signature.states}
    assert {u for u in units if is_concentration(u)} == {u for u in units if "/mL" in u or "/L" in u}
