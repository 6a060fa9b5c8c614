"""The scale of a state: small states are integrated as exactly as large ones, and stay within bounds as strictly."""

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from homeostat.errors import TwinError
from homeostat.twin import Ensemble, Model, Simulator, models, parameter, simulate, state
from homeostat.twin.engine.rosenbrock import Tolerance
from homeostat.twin.engine.scales import scales

Array = NDArray[np.float64]


class Small(Model):
    """Cells eat sugar: Monod growth far below a mole per litre."""

    cells = state(1e-9, "mol/L", "cells, as moles of carbon")
    sugar = state(2e-7, "mol/L", "sugar")
    product = state(0.0, "mol/L", "what they make")
    growth = parameter(0.3, "1/h", "largest growth rate", low=0.0, high=2.0)
    half = parameter(5e-8, "mol/L", "sugar at half growth", low=1e-12, high=1.0)
    need = parameter(2.0, "mol/mol", "sugar per cells", low=0.0, high=10.0)

    def rates(self, m: Any) -> dict[str, Any]:
        grown = self.growth * self.sugar / (self.half + self.sugar) * self.cells
        return {"cells": grown, "sugar": -self.need * grown, "product": 0.1 * self.cells}


class Decay(Model):
    """x' = -x."""

    x = state(1.0, "1", "x")

    def rates(self, m: Any) -> dict[str, Any]:
        return {"x": -self.x}


class Declared(Small):
    """The same with the scale of the product said."""

    product = state(0.0, "mol/L", "what they make", scale=1e-8)


HOURS = [0.0, 6.0, 12.0, 16.0, 20.0, 30.0]


def lsoda(p: tuple[float, ...]) -> Array:
    """States (nt, 3) by scipy's LSODA in units of 1 nmol/L, so that none of them is small."""
    nano = 1e-9

    def rates(_: float, y: Array) -> Array:
        return np.array(Small.evaluate([float(v) * nano for v in y], (), p)[0]) / nano

    start = np.array(Small.signature.states.values) / nano
    solved = solve_ivp(rates, (0.0, HOURS[-1]), start, "LSODA", HOURS, rtol=1e-10, atol=1e-10)
    return np.asarray(solved.y.T * nano)


@pytest.mark.parametrize("declared", [Small, Declared])
def test_small_states_agree_with_lsoda(declared: type[Model]) -> None:
    expected = lsoda(declared.signature.parameters.values)
    one = simulate(Simulator(declared), {}, (), {}, HOURS)
    many = Ensemble(declared).run(HOURS)
    assert many.sound.all()
    assert one.states[1:-1] == pytest.approx(expected[1:-1], rel=1e-3)
    assert many.values[0, 1:-1] == pytest.approx(expected[1:-1], rel=1e-3)
    columns = [0, 2]  # the sugar is all eaten at the end: of nothing there is no share
    assert many.values[0, -1, columns] == pytest.approx(expected[-1, columns], rel=1e-3)
    assert abs(many.values[0, -1, 1]) < 1e-5 * 2e-7


@pytest.mark.parametrize(("rtol", "atol", "error"), [(1e-4, 1e-6, 5e-3), (1e-6, 1e-8, 1e-3)])
def test_sensitivities_of_small_states_agree_with_lsoda(rtol: float, atol: float, error: float) -> None:
    """At the tolerances of an ensemble and of a fit; the steps are chosen by the states alone."""
    names, p = ("growth", "need"), Small.signature.parameters.values
    found = Ensemble(Small, rtol=rtol, atol=atol, directions=names).run(HOURS[:4])
    assert found.sensitivities is not None
    for k, name in enumerate(names):
        place = Small.signature.parameters.index(name)
        ends = [lsoda((*p[:place], p[place] * (1.0 + step), *p[place + 1 :]))[:4] for step in (1e-4, -1e-4)]
        expected = (ends[0] - ends[1]) / (2e-4 * p[place])
        told = np.abs(expected) > 0.0
        assert found.sensitivities[0, ..., k][told] == pytest.approx(expected[told], rel=error, abs=1e-18)


def test_what_a_declaration_says_of_its_scale() -> None:
    assert scales(Small.signature.states) == (1e-9, 2e-7, 1e-9)
    assert scales(Declared.signature.states) == (1e-9, 2e-7, 1e-8)


def test_a_scale_that_nobody_declares_changes_no_shipped_model() -> None:
    for name, declared in models().items():
        assert set(scales(declared.signature.states)) == {1.0}, name
        assert all("scale" not in row for row in declared.describe()), name


@pytest.mark.parametrize("scale", [-1.0, 0.0, 1e-318, 1e200, math.inf, math.nan])
def test_a_scale_that_is_none_is_refused(scale: float) -> None:
    with pytest.raises(TwinError) as told:
        type("Wrong", (Small,), {"product": state(0.0, "mol/L", "product", scale=scale)})
    assert told.value.what == f"state product needs a scale from 1e-100 to 1e+100, not {scale:g}"
    assert (told.value.where, told.value.mend) == (
        "Wrong",
        "give a size that the state has in its unit, or leave it out",
    )


def test_the_smallest_and_largest_scales_and_values_stay_finite() -> None:
    for quantity in (
        state(1.0, "1", "small", scale=1e-100),
        state(1.0, "1", "large", scale=1e100),
        state(1e-318, "1", "next to nothing"),
    ):
        made = type("Still", (Decay,), {"x": quantity})
        assert simulate(Simulator(made), {}, (), {}, [0.0, 1.0]).status.name == "OK"
        assert Ensemble(made).run([0.0, 1.0]).sound.all()


def test_a_small_state_may_not_stand_below_its_bound_by_an_error_of_large_ones() -> None:
    """The slack at bounds is a share of the scale, too: -1e-8 mol/L is far below 0 where 1e-9 is usual."""
    assert simulate(Simulator(Small), {"cells": -1e-8}, (), {}, HOURS).status.name == "OUT_OF_BOUNDS"


def test_a_large_scale_does_not_let_a_state_leave_its_bounds() -> None:
    """The slack is a share of 1 unit at most, or of the declared value where that is more."""
    for value, beyond in ((1.0, -1e-5), (1e6, -2.0)):
        made = type("Large", (Decay,), {"x": state(value, "1", "x", scale=1e12)})
        states = made.signature.states
        assert Tolerance(1e-6, 1e-8).slack(states) == (1e-8 * value,)
        assert simulate(Simulator(made), {"x": beyond}, (), {}, [0.0, 1.0]).status.name == "OUT_OF_BOUNDS"
        assert not Ensemble(made).run([0.0, 1.0], states=np.array([beyond])).sound.any()


def test_another_scale_is_another_model_and_another_kernel() -> None:
    """What is kept in the cache is found by the fingerprint: it must tell the scale."""
    other = type("Small", (Small,), {"product": state(0.0, "mol/L", "what they make", scale=1e-8)})
    assert other.fingerprint() != Small.fingerprint()
    assert Ensemble(other).fingerprint != Ensemble(Small).fingerprint
    assert Simulator(other).fingerprint != Simulator(Small).fingerprint
