"""The shipped chain: every value has a source, and what comes out is what is published."""

import numpy as np
import pytest

from homeostat.twin.chain import ChainResult, car_t_chain, run


@pytest.fixture(scope="module")
def result() -> ChainResult:
    return run(car_t_chain(), 2_000, seed=1)


def test_every_parameter_says_where_its_value_is_from() -> None:
    for row in car_t_chain().table():
        assert row["source"].strip(), row
        assert row["unit"].strip(), row


def test_every_patient_is_completed(result: ChainResult) -> None:
    assert result.completed.all()


def test_the_collection_has_the_published_quartiles(result: ChainResult) -> None:
    t_cells = result.materials[0].t_cells
    assert np.quantile(t_cells, [0.25, 0.5, 0.75]) == pytest.approx([1200.0, 2600.0, 4100.0], rel=0.2)


def test_transduction_is_between_the_published_reports(result: ChainResult) -> None:
    low, median, high = np.quantile(result.values("car"), [0.05, 0.5, 0.95])
    assert 20.0 < low < 37.0 < median < 48.0 < high < 61.0
    assert 1.4 < np.median(result.values("vcn")) < 2.6


def test_the_cells_multiply_as_published(result: ChainResult) -> None:
    before, after = result.materials[3].t_cells, result.materials[4].t_cells
    assert 30.0 < np.median(after / before) < 65.0


def test_residuals_and_viability_at_infusion_are_plausible(result: ChainResult) -> None:
    rows = {row["attribute"]: row for row in result.rows()}
    assert 70.0 < rows["viability"]["p05"] < rows["viability"]["median"] < 95.0
    assert 16.0 < rows["beads"]["median"] < 91.0
    assert rows["il2"]["p95"] < 1.0
    assert rows["dmso"]["median"] == pytest.approx(7.5, rel=0.02)
    assert rows["dmso_per_kg"]["p95"] < 0.2
    assert 60.0 < rows["dose"]["p05"] < rows["dose"]["p95"] < 600.0


def test_the_chance_of_all_specifications_is_below_that_of_each(result: ChainResult) -> None:
    chances = [row["in_specification"] for row in result.rows() if "in_specification" in row]
    assert 0.5 < result.in_specification <= min(chances)
