"""The simulated laboratory: turnaround, variation, and streams that do not care for the order of samples."""

from typing import Any

import numpy as np
import pytest

from homeostat.equipment.laboratory import Laboratory
from homeostat.errors import EquipmentError
from homeostat.process.attributes import Assay

from .small import MINUTE


def laboratory(seed: int = 1, **fields: Any) -> Laboratory:
    count = {"title": "Count", "reports": {"viable": "1e6 cell/mL", "viability": "%"}, **fields}
    gas = {"title": "Gas", "reports": {"ph": "pH"}}
    return Laboratory({"count": Assay.model_validate(count), "gas": Assay.model_validate(gas)}, seed)


TRUTH = {"viable": 2.0, "viability": 95.0}


def test_a_result_comes_after_its_turnaround_once() -> None:
    lab = laboratory(turnaround="30 min")
    lab.receive("S1", "count", 10 * MINUTE, TRUTH)
    assert lab.release(40 * MINUTE - 1) == []
    (result,) = lab.release(40 * MINUTE)
    assert (result.sample, result.assay, result.taken) == ("S1", "count", 10 * MINUTE)
    assert result.values == TRUTH
    assert result.units == {"viable": "1e6 cell/mL", "viability": "%"}
    assert lab.release(10**12) == []


def test_results_come_oldest_first() -> None:
    lab = laboratory(turnaround="30 min")
    lab.receive("S1", "count", 0, TRUTH)
    lab.receive("S2", "gas", 20 * MINUTE, {"ph": 7.2})
    lab.receive("S3", "gas", 5 * MINUTE, {"ph": 7.2})
    assert [result.sample for result in lab.release(60 * MINUTE)] == ["S3", "S2", "S1"]


def test_variation_is_the_coefficient_of_variation() -> None:
    lab = laboratory(variation="8 %")
    for k in range(4000):
        lab.receive(f"S{k}", "count", 0, TRUTH)
    values = np.array([result.values["viable"] for result in lab.release(0)])
    assert values.mean() == pytest.approx(2.0, rel=0.01)
    assert values.std() / values.mean() == pytest.approx(0.08, rel=0.06)


def test_the_order_of_samples_changes_no_result() -> None:
    def results(order: list[tuple[str, str]]) -> dict[tuple[str, str], object]:
        lab = laboratory(variation="8 %")
        for sample, assay in order:
            lab.receive(sample, assay, 0, TRUTH if assay == "count" else {"ph": 7.0})
        return {(r.sample, r.assay): r.values for r in lab.release(0)}

    order = [("S1", "count"), ("S2", "count"), ("S2", "gas"), ("S3", "count")]
    assert results(order) == results(order[::-1])
    assert results(order)["S1", "count"] != results(order)["S2", "count"]


def test_the_seed_decides() -> None:
    def value(seed: int) -> float:
        lab = laboratory(seed, variation="8 %")
        lab.receive("S1", "count", 0, TRUTH)
        return lab.release(0)[0].values["viable"]

    assert value(1) == value(1) != value(2)


def test_what_is_not_known_is_left_out() -> None:
    lab = laboratory()
    lab.receive("S1", "count", 0, {"viability": 90.0})
    assert lab.release(0)[0].values == {"viability": 90.0}
    assert lab.release(0) == []


def test_a_concentration_is_never_negative() -> None:
    lab = laboratory(variation="300 %")
    for k in range(200):
        lab.receive(f"S{k}", "count", 0, TRUTH)
    assert min(result.values["viable"] for result in lab.release(0)) == 0.0


def test_an_unknown_assay_is_an_error() -> None:
    with pytest.raises(EquipmentError, match="no assay elisa"):
        laboratory().receive("S1", "elisa", 0, {})
