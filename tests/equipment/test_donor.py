"""Donors differ as declared: log-normal factors of the given coefficient of variation, one stream for each name."""

from typing import Any

import numpy as np
import pytest

from homeostat.equipment.donor import Donor, draw_donor
from homeostat.process import Process

from .small import Tank, process, tag


def donor(seed: int, mismatch: dict[str, str] | None = None, **twin: Any) -> Donor:
    return draw_donor(declared(mismatch or {}, **twin), Tank, seed)


def declared(mismatch: dict[str, str], **twin: Any) -> Process:
    return process({"x": tag()}, twin={"model": "tank", **twin}, simulation={"mismatch": mismatch})


def test_without_spread_the_plant_is_what_the_controller_believes() -> None:
    plain = donor(1)
    assert plain.states == Tank.signature.states.values
    assert plain.parameters == Tank.signature.parameters.values
    assert plain.drawn == {}


def test_declared_values_overrule_the_models_own() -> None:
    told = donor(1, initial={"volume": "0.2 L"}, parameters={"growth": "0.48 1/d"})
    assert told.states == (1.0, 10.0, 0.2, 90.0, 200.0)
    assert told.parameters == pytest.approx((0.02, 0.5))


def test_spread_is_a_coefficient_of_variation_around_a_median() -> None:
    process_ = declared({}, donor={"growth": "30 %"})
    factors = np.array([draw_donor(process_, Tank, seed).parameters[0] for seed in range(3000)]) / 0.05
    assert np.median(factors) == pytest.approx(1.0, abs=0.03)
    assert factors.std() / factors.mean() == pytest.approx(0.3, rel=0.07)
    assert factors.min() > 0.0


def test_mismatch_multiplies_the_donors_own_value() -> None:
    a = donor(3, donor={"growth": "10 %"}).parameters[0] / 0.05
    b = donor(3, {"growth": "10 %"}).parameters[0] / 0.05
    both = donor(3, {"growth": "10 %"}, donor={"growth": "10 %"}).parameters[0] / 0.05
    assert a != b
    assert both == pytest.approx(a * b, rel=1e-12)


def test_a_further_spread_changes_no_other_draw() -> None:
    one = donor(3, donor={"growth": "10 %"})
    two = donor(3, donor={"uptake": "10 %", "viable": "10 %", "growth": "10 %"})
    assert one.drawn["growth"] == two.drawn["growth"]
    assert set(two.drawn) == {"growth", "uptake", "viable"}


def test_draws_stay_inside_the_models_bounds() -> None:
    process_ = declared({}, donor={"marked": "900 %", "growth": "900 %"})
    donors = [draw_donor(process_, Tank, seed) for seed in range(100)]
    assert max(d.states[2] for d in donors) == 1.0
    assert max(d.parameters[0] for d in donors) == 1.0
