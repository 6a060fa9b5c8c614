"""Runs: the closed form for a chain of pure yields, patients that do not depend on the run, and plain tables."""

import json
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from homeostat.errors import TwinError
from homeostat.twin.chain import (
    ATTRIBUTES,
    Amounts,
    Apheresis,
    Attribute,
    Chain,
    Change,
    Material,
    Step,
    Wash,
    car_t_chain,
    fixed,
    fraction,
    lognormal,
    run,
)  # fmt: skip

YIELDS = (0.25, 0.15, 0.1)


def _apheresis(spread: float = 0.3) -> Apheresis:
    return Apheresis(
        "apheresis",
        t_cells=lognormal(1000.0, spread, "1e6 cell", "test"),
        t_share=fraction(0.5, 0.0, "test", low=0.1),
        cd4_share=fraction(0.5, 0.0, "test"),
        viability=fraction(0.9, 0.0, "test", low=0.1),
        memory=fraction(0.5, 0.0, "test"),
        volume=fixed(100.0, "mL", "test"),
        weight=fixed(70.0, "kg", "test"),
    )


def _wash(name: str, recovery: float, spread: float) -> Wash:
    return Wash(
        name,
        recovery=lognormal(recovery, spread, "1", "test", high=1.0),
        dead_recovery=fraction(0.5, 0.0, "test"),
        residual=fraction(0.1, 0.0, "test"),
        volume=fixed(50.0, "mL", "test"),
        hours=fixed(1.0, "h", "test"),
    )


def _t_cells(low: float = 0.0) -> dict[str, Attribute]:
    return {"t_cells": Attribute("t_cells", "T cells", "1e6 cell", lambda m: m.t_cells, low=low)}


def _yields(low: float = 0.0) -> Chain:
    """A chain of pure log-normal yields: its end is log-normal, with the variances of the logarithms added."""
    washes = tuple(_wash(f"wash-{i}", 0.4, spread) for i, spread in enumerate(YIELDS))
    return Chain("yields", "Pure yields", (_apheresis(), *washes), _t_cells(low))


def test_pure_yields_multiply_to_the_closed_form() -> None:
    spread = np.sqrt(0.3**2 + sum(s**2 for s in YIELDS))
    expected = stats.lognorm(spread, scale=1000.0 * 0.4**3)
    values = run(_yields(), 40_000, seed=3).values("t_cells")
    logarithms = np.log(values)
    assert logarithms.mean() == pytest.approx(np.log(64.0), abs=4.0 * spread / 200.0)
    assert logarithms.std() == pytest.approx(spread, rel=0.02)
    assert stats.kstest(values, expected.cdf).pvalue > 1e-3


def test_the_rows_are_the_quantiles_and_the_chance_of_the_closed_form() -> None:
    spread = np.sqrt(0.3**2 + sum(s**2 for s in YIELDS))
    expected = stats.lognorm(spread, scale=64.0)
    (row,) = run(_yields(low=50.0), 40_000, seed=4).rows()
    assert [row["p05"], row["median"], row["p95"]] == pytest.approx(expected.ppf([0.05, 0.5, 0.95]), rel=0.02)
    assert row["in_specification"] == pytest.approx(expected.sf(50.0), abs=0.01)
    assert row["low"] == 50.0
    assert row["high"] is None


@settings(max_examples=25)
@given(cut=st.integers(1, 199), seed=st.integers(0, 2**64 - 1))
def test_a_run_in_pieces_is_the_run_as_a_whole(cut: int, seed: int) -> None:
    whole = run(_yields(), 200, seed).values("t_cells")
    pieces = [
        run(_yields(), cut, seed).values("t_cells"),
        run(_yields(), 200 - cut, seed, first=cut).values("t_cells"),
    ]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_the_whole_shipped_chain_in_pieces_is_the_same_to_the_last_bit() -> None:
    chain = car_t_chain()
    whole = run(chain, 60, seed=11)
    for first, count in ((0, 1), (1, 22), (23, 37)):
        piece = run(chain, count, seed=11, first=first)
        for name in ATTRIBUTES:
            np.testing.assert_array_equal(piece.values(name), whole.values(name)[first : first + count])


def test_a_step_put_in_does_not_change_the_numbers_of_the_others() -> None:
    longer = Chain("longer", "One more", (*_yields().steps, _wash("more", 0.5, 0.0)), _t_cells())
    np.testing.assert_allclose(
        run(longer, 100, 5).values("t_cells"), 0.5 * run(_yields(), 100, 5).values("t_cells")
    )


def test_another_seed_gives_other_patients() -> None:
    first, second = (run(_yields(), 500, seed).values("t_cells") for seed in (1, 2))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.25


def test_plain_data_goes_through_json_and_holds_every_table() -> None:
    plain = run(car_t_chain(), 50, seed=1).to_plain()
    again = json.loads(json.dumps(plain, allow_nan=False))
    assert again == plain
    assert [step["name"] for step in again["steps"]] == [step.name for step in car_t_chain().steps]
    assert [row["attribute"] for row in again["infusion"]] == list(ATTRIBUTES)
    assert all(row["source"] for row in again["parameters"])
    assert all("in_specification" not in row for row in again["steps"][0]["rows"])


def test_a_patient_whose_culture_failed_is_out_of_specification_and_out_of_the_quantiles() -> None:
    chain = car_t_chain()
    flooded = replace(chain.steps[2], volume=lognormal(1.0, 0.5, "mL", "test"))
    steps = tuple(flooded if step.name == "activation" else step for step in chain.steps)
    drowned = replace(chain.steps[3], vector_volume=fixed(0.0, "mL", "test"))
    steps = tuple(drowned if step.name == "transduction" else step for step in steps)
    result = run(Chain("flooded", "Too little medium for the model", steps), 40, seed=1)
    failed = int((~result.completed).sum())
    assert 0 < failed < 40
    assert np.isnan(result.values("dose")).sum() == failed
    assert result.to_plain()["failed"] == failed
    dose = result.rows()[0]
    assert dose["median"] is not None
    assert dose["in_specification"] <= 1.0 - failed / 40.0
    assert result.in_specification <= 1.0 - failed / 40.0


@dataclass(frozen=True)
class _Broken(Step):
    """A step that a user wrote, with a division by nothing in it."""

    title: ClassVar[str] = "Broken"
    law: ClassVar[str] = "none"
    value: float = float("nan")

    def apply(self, material: Material, draws: object) -> Change:
        nothing = Amounts.nothing(material.patients)
        return Change(replace(material, volume=np.full(material.patients, self.value)), nothing, nothing)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
def test_a_step_that_makes_the_impossible_is_stopped_by_name(value: float) -> None:
    with pytest.raises(TwinError, match="broken"):
        run(Chain("c", "c", (_apheresis(), _Broken("broken", value))), 3, seed=0)


@pytest.mark.parametrize("steps", [(), (_apheresis(), _wash("same", 0.5, 0.1), _wash("same", 0.5, 0.1))])
def test_chains_without_steps_or_with_two_of_a_name_are_refused(steps: tuple[Step, ...]) -> None:
    with pytest.raises(TwinError):
        Chain("c", "c", steps)


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    result = run(_yields(), 3, seed=0)
    with pytest.raises(TwinError, match="wash-0"):
        result.rows("freezing")
    with pytest.raises(TwinError, match="t_cells"):
        result.values("dose")
    with pytest.raises(TwinError):
        run(_yields(), 0, seed=0)
