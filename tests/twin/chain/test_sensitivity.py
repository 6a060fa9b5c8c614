"""Sensitivity: the closed form for a product of log-normal yields, and what is left out."""

import numpy as np
import pytest

from homeostat.errors import TwinError
from homeostat.twin.chain import Attribute, Chain, Wash, car_t_chain, fixed, fraction, lognormal, sensitivity
from homeostat.twin.chain.collection import Apheresis

SPREADS = {"apheresis": 0.3, "first": 0.2, "second": 0.1, "third": 0.0}


def _chain() -> Chain:
    """T cells through three washes, all yields log-normal with `SPREADS`."""
    half = fraction(0.5, 0.0, "test", low=0.1)
    apheresis = Apheresis(
        "apheresis",
        t_cells=lognormal(1000.0, SPREADS["apheresis"], "1e6 cell", "test"),
        t_share=half,
        cd4_share=half,
        viability=half,
        memory=half,
        volume=fixed(100.0, "mL", "test"),
        weight=fixed(70.0, "kg", "test"),
    )
    washes = [
        Wash(
            name,
            recovery=lognormal(0.3, SPREADS[name], "1", "test", high=1.0),
            dead_recovery=half,
            residual=half,
            volume=fixed(50.0, "mL", "test"),
            hours=fixed(1.0, "h", "test"),
        )
        for name in ("first", "second", "third")
    ]
    t_cells = Attribute("t_cells", "T cells", "1e6 cell", lambda m: m.t_cells)
    return Chain("yields", "Pure yields", (apheresis, *washes), {"t_cells": t_cells})


def test_shares_are_those_of_a_product_of_lognormals() -> None:
    """Of prod X_i: S_i = (exp(s_i^2) - 1) / (exp(S) - 1), and the total 1 - (exp(S - s_i^2) - 1) / (exp(S) - 1)."""
    whole = sum(s**2 for s in SPREADS.values())
    for share in sensitivity(_chain(), 20_000, 1, name="t_cells"):
        own = SPREADS[share.step] ** 2
        assert share.first == pytest.approx(
            np.expm1(own) / np.expm1(whole), abs=4.0 * share.first_error + 1e-12
        )
        total = 1.0 - np.expm1(whole - own) / np.expm1(whole)
        assert share.total == pytest.approx(total, abs=4.0 * share.total_error + 1e-12)
        assert share.first_error < 0.02


def test_a_step_without_spread_explains_nothing() -> None:
    last = sensitivity(_chain(), 100, 1, name="t_cells")[-1]
    assert (last.first, last.total) == (0.0, 0.0)


def test_steps_behind_the_one_asked_for_are_left_out() -> None:
    shares = sensitivity(_chain(), 100, 1, name="t_cells", step="first")
    assert [share.step for share in shares] == ["apheresis", "first"]
    assert set(shares[0].to_plain()) == {"step", "first", "first_error", "total", "total_error"}


def test_the_dose_of_the_shipped_chain_hangs_on_the_count_and_the_harvest_on_the_culture() -> None:
    chain = car_t_chain()
    dose = {share.step: share.total for share in sensitivity(chain, 400, 1)}
    harvest = {share.step: share.total for share in sensitivity(chain, 400, 1, step="wash")}
    assert max(dose, key=dose.__getitem__) == "formulation"
    assert max(harvest, key=harvest.__getitem__) == "expansion"


def test_what_does_not_vary_has_no_shares() -> None:
    with pytest.raises(TwinError, match="does not vary"):
        sensitivity(car_t_chain(), 10, 1, step="selection")
