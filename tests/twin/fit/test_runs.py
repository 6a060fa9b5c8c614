"""Measured runs: what they hold, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import TwinError
from homeostat.twin import Jump, Model, Segment
from homeostat.twin.fit import Noise, Run
from homeostat.twin.fit.runs import check_runs

SMALL = {"amount": Noise(0.1)}


def test_rows_are_put_in_the_order_of_time_and_replicates_stay() -> None:
    run = Run.of("r", [2.0, 0.5, 2.0], {"amount": [1.0, 2.0, 3.0]}, {"amount": np.array([0.1, 0.2, 0.3])})
    assert run.time.tolist() == [0.5, 2.0, 2.0]
    assert run.measured[:, 0].tolist() == [2.0, 1.0, 3.0]
    assert run.deviations[:, 0].tolist() == [0.2, 0.1, 0.3]
    assert run.grid.tolist() == [0.0, 0.5, 2.0]
    assert run.donor == "r"


@given(st.floats(0.0, 10.0), st.floats(0.0, 1.0), st.floats(-100.0, 100.0))
def test_absolute_and_relative_errors_add_as_squares(absolute: float, relative: float, value: float) -> None:
    found = Noise(absolute, relative).deviation(np.array([value, -value]))
    assert found[0] == found[1] == pytest.approx(np.sqrt(absolute**2 + (relative * value) ** 2))


def test_missing_values_need_no_error() -> None:
    run = Run.of("r", [1.0, 2.0], {"amount": [np.nan, 2.0]}, {"amount": np.array([np.nan, 0.1])})
    assert run.present[:, 0].tolist() == [False, True]
    assert np.isfinite(run.deviations).all()


@pytest.mark.parametrize(
    ("time", "values", "noise", "message"),
    [
        ([], [], Noise(1.0), "at least one"),
        ([np.nan], [1.0], Noise(1.0), "finite times"),
        ([-1.0], [1.0], Noise(1.0), "-1 h lies before the start at 0 h"),
        ([1.0], [1.0, 2.0], Noise(1.0), "values at"),
        ([1.0], [np.inf], Noise(1.0), "infinite"),
        ([1.0], [0.0], Noise(0.0, 0.1), "not a positive number"),
        ([1.0], [1.0], np.array([-0.1]), "not a positive number"),
        ([1.0], [1.0], np.array([0.1, 0.1]), "standard deviations for"),
    ],
)
def test_contradictory_runs_are_refused(
    time: list[float], values: list[float], noise: Noise | np.ndarray, message: str
) -> None:
    with pytest.raises(TwinError, match=message):
        Run.of("r", time, {"amount": values}, {"amount": noise})


def test_a_run_without_quantities_or_errors_is_refused() -> None:
    with pytest.raises(TwinError, match="at least one measured quantity"):
        Run.of("r", [1.0], {}, {})
    with pytest.raises(TwinError, match="run r, amount: nothing is known of its error"):
        Run.of("r", [1.0], {"amount": [1.0]}, {})


def test_names_are_those_of_the_model(decay: type[Model]) -> None:
    for given_, kind in (
        (Run.of("r", [1.0], {"mass": [1.0]}, {"mass": Noise(1.0)}), "state or output 'mass'"),
        (Run.of("r", [1.0], {"amount": [1.0]}, SMALL, initial={"y": 1.0}), "state 'y'"),
        (Run.of("r", [1.0], {"amount": [1.0]}, SMALL, parameters={"k": 1.0}), "parameter 'k'"),
        (Run.of("r", [1.0], {"amount": [1.0]}, SMALL, segments=[Segment(0.0, {"u": 1.0})]), "input 'u'"),
        (Run.of("r", [1.0], {"amount": [1.0]}, SMALL, jumps=[Jump(0.5, add={"z": 1.0})]), "state 'z'"),
    ):
        with pytest.raises(TwinError, match=f"the model has no {kind}"):
            check_runs(decay, [given_])


def test_two_runs_of_one_name_and_no_runs_at_all_are_refused(decay: type[Model]) -> None:
    run = Run.of("r", [1.0], {"amount": [1.0]}, SMALL)
    with pytest.raises(TwinError, match="two runs are called r"):
        check_runs(decay, [run, run])
    with pytest.raises(TwinError, match="no run to learn from"):
        check_runs(decay, [])
