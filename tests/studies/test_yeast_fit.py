"""The fit of the yeast model: what it reads, its parameter scale, and that the shipped values are where it ends."""

import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.process import load

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "studies"))

import yeast_fit

TRAIN = (4, 5, 6)


@pytest.fixture(scope="module")
def runs(shared: Path) -> dict[int, yeast_fit.Run]:
    process = load("yeast-fed-batch")
    folder = shared / "data" / "yeast_fedbatch_senck"
    return {number: yeast_fit.read_run(process, folder, number) for number in yeast_fit.SHEETS}


@pytest.fixture(scope="module")
def problem(runs: dict[int, yeast_fit.Run]) -> yeast_fit.Problem:
    return yeast_fit.Problem([runs[number] for number in TRAIN])


@given(st.lists(st.floats(-4.0, 4.0), min_size=10, max_size=10))
def test_parameters_and_their_scale_are_inverse(at: list[float]) -> None:
    z = np.array(at)
    np.testing.assert_allclose(yeast_fit.z_of(yeast_fit.values_at(z)), z, atol=1e-9)


def test_starts_are_repeatable_and_begin_at_the_centres() -> None:
    first, second = yeast_fit.starts(4, 0), yeast_fit.starts(4, 0)
    assert len(first) == 4
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first[0], np.zeros(len(yeast_fit.PRIORS)))


def test_time_counts_from_the_inoculation(runs: dict[int, yeast_fit.Run]) -> None:
    """Of run 4 the log begins 18 min after it; its first sample was taken 10 min after it (offline_4.csv)."""
    assert runs[4].samples[0].tolist() == pytest.approx([1 / 6, 1.85, 8.87881829, 0.0], abs=1e-3)
    assert runs[4].start == {"biomass": 1.34437, "glucose": 10.0, "volume": 0.5}
    fed = next(s.start_h for s in runs[4].inputs if s.values.get("feed", 0.0) > 0.0)
    assert fed == pytest.approx(23 / 60)


def test_signals_are_whole(runs: dict[int, yeast_fit.Run]) -> None:
    for run in runs.values():
        assert run.oxygen.shape == run.gas.shape == yeast_fit.GRID.shape
        assert np.isfinite(run.oxygen).all()
        assert (run.gas > 0.0).all()
        assert math.isnan(run.samples[:, 1:].sum()) or len(run.samples) > 15


def test_the_analyser_reads_air_as_half_the_carbon_dioxide_it_holds(runs: dict[int, yeast_fit.Run]) -> None:
    """0.02 % before inoculation (CO2_3.dat), where the model gives the 0.04 % of air: no difference in logarithms."""
    some = yeast_fit.GRID
    on_air = replace(runs[4], gas=np.full(some.shape, 0.02))
    said = yeast_fit.Prediction(np.empty((0, 3)), some, np.full(some.shape, 0.04))
    np.testing.assert_allclose(yeast_fit.log_ratio(on_air, said), 0.0, atol=1e-12)


def test_the_shipped_values_are_a_minimum(problem: yeast_fit.Problem) -> None:
    """What four digits leave to gain is far below the half that one standard deviation of a parameter is worth."""
    z = yeast_fit.z_of(problem.shipped())
    residuals, slope = problem.residuals(z), problem.jacobian(z)
    gradient = slope.T @ residuals
    gain = 0.5 * gradient @ np.linalg.solve(slope.T @ slope, gradient)
    assert gain < 0.05
