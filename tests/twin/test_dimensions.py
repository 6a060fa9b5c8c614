"""Units of the cell culture models: every one is known, and every equation balances in dimension and in scale."""

from importlib.resources import files

import pint
import pytest

from homeostat.process.unit_text import parse_unit
from homeostat.process.units import check_unit
from homeostat.twin import Model, input, parameter, state
from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.models.cho_culture import ChoCulture
from homeostat.twin.models.ipsc_cardiomyocytes import IpscCardiomyocytes
from homeostat.twin.models.msc_microcarriers import MscMicrocarriers

MODELS = (MscMicrocarriers, IpscCardiomyocytes, ChoCulture)
REGISTRY = pint.UnitRegistry(str(files("homeostat.process") / "units.txt"))
NEGLIGIBLE = 1e-6
"""A plain number this small beside a quantity keeps a quotient finite and has whatever unit it needs."""


class Measure(REGISTRY.Quantity):
    """A number with its unit: sums must agree in dimension, and are converted in scale."""

    def __add__(self, other: Value) -> Value:
        return self if isinstance(other, float) and abs(other) <= NEGLIGIBLE else super().__add__(other)


class Dimensional:
    """The functions of a model over measures: all but roots and powers take plain numbers only."""

    def sqrt(self, a: Value) -> Value:
        return a**0.5

    def pow(self, a: Value, b: float) -> Value:
        return a**b


def _measure(value: float, text: str) -> Measure:
    unit = parse_unit(text)
    names = {str(REGISTRY.get_name(name, case_sensitive=True)): power for name, power in unit.powers.items()}
    return Measure(value * unit.scale, REGISTRY.UnitsContainer(names))


def _evaluated(declared: type[Model]) -> tuple[dict[str, Measure], dict[str, Measure], tuple[float, ...]]:
    """Rates and outputs with units, and the rates as plain numbers, at values that leave no term at zero."""
    groups = declared.signature.groups[:3]
    values = [[q.value or 0.125 for q in group] for group in groups]
    bound = declared(
        {
            q.name: _measure(value, q.unit)
            for group, row in zip(groups, values, strict=True)
            for q, value in zip(group, row, strict=True)
        }
    )
    m: Algebra = Dimensional()
    return bound.rates(m), bound.outputs(m), declared.evaluate(*values)[0]


def _mismatches(declared: type[Model]) -> list[str]:
    """States whose rate, with its units, is not what the plain numbers say per hour."""
    rates, _, plain = _evaluated(declared)
    wrong = []
    for quantity, number in zip(declared.signature.states, plain, strict=True):
        expected = _measure(number, quantity.unit) / _measure(1.0, "h")
        found = rates[quantity.name].to(expected.units).magnitude
        if found != pytest.approx(expected.magnitude, rel=1e-9, abs=1e-12):
            wrong.append(quantity.name)
    return wrong


@pytest.mark.parametrize("declared", MODELS)
def test_every_unit_is_known_to_a_process(declared: type[Model]) -> None:
    for group in declared.signature.groups:
        for quantity in group:
            assert check_unit(quantity.unit) == quantity.unit


@pytest.mark.parametrize("declared", MODELS)
def test_every_rate_has_the_unit_of_its_state_per_hour(declared: type[Model]) -> None:
    assert _mismatches(declared) == []


@pytest.mark.parametrize("declared", MODELS)
def test_every_output_has_the_dimension_it_declares(declared: type[Model]) -> None:
    outputs = _evaluated(declared)[1]
    for quantity in declared.signature.outputs:
        assert outputs[quantity.name].check(_measure(1.0, quantity.unit).dimensionality), quantity.name


@pytest.mark.parametrize("declared", MODELS)
def test_every_parameter_says_where_its_value_is_from_and_has_bounds(declared: type[Model]) -> None:
    for quantity in declared.signature.parameters:
        assert quantity.source, quantity.name
        assert 0.0 <= quantity.low < quantity.high < float("inf"), quantity.name


class _Wrong(Model):
    """Consumption in pmol/(cell h), forgotten to be a thousandfold, and a feed without its concentration."""

    cells = state(1.0, "1e9 cell/mL", "cells")
    glucose = state(5.0, "mmol/L", "glucose")
    volume = state(1.0, "L", "volume")
    feed = input(0.1, "L/h", "feed")
    uptake = parameter(0.1, "pmol/(cell h)", "uptake")

    def rates(self, m: Algebra) -> dict[str, Value]:
        return {
            "cells": -self.feed / self.volume * self.cells,
            "glucose": -self.uptake * self.cells,
            "volume": self.feed,
        }


class _Senseless(_Wrong):
    """Adds a rate to a concentration."""

    def rates(self, m: Algebra) -> dict[str, Value]:
        return super().rates(m) | {"volume": self.feed + self.volume}


def test_a_forgotten_factor_and_a_senseless_sum_are_found() -> None:
    assert _mismatches(_Wrong) == ["glucose"]
    with pytest.raises(pint.DimensionalityError):
        _mismatches(_Senseless)
