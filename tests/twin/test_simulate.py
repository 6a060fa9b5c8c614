"""A whole run: inputs that change, jumps at their time, any grid, and an honest end."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.errors import TwinError
from homeostat.twin import Jump, Model, Segment, Simulator, Status, input, output, parameter, simulate, state


class Vessel(Model):
    """A filling vessel with a decaying dye."""

    volume = state(1.0, "L", "content", high=100.0)
    dye = state(2.0, "g", "dye")
    flow = input(0.0, "L/h", "inflow", low=-10.0, high=10.0)
    decay = parameter(0.5, "1/h", "fading", low=0.0, high=10.0)
    strength = output("g/L", "dye per content")

    def rates(self, m: Any) -> dict[str, Any]:
        return {"volume": self.flow, "dye": -self.decay * self.dye}

    def outputs(self, m: Any) -> dict[str, Any]:
        return {"strength": self.dye / self.volume}


@pytest.fixture(scope="module")
def vessel() -> Simulator:
    return Simulator(Vessel, rtol=1e-9, atol=1e-11)


def test_inputs_hold_until_the_next_segment(vessel: Simulator) -> None:
    segments = [Segment(2.0, {"flow": 3.0}), Segment(1.0, {"flow": 1.0}), Segment(4.0)]
    run = simulate(vessel, {}, segments, {}, [0.0, 1.5, 3.0, 10.0])
    assert run.status is Status.OK
    np.testing.assert_allclose(run.states[:, 0], [1.0, 1.5, 5.0, 8.0], rtol=1e-9)


def test_jumps_set_then_add_and_are_seen_at_their_own_time(vessel: Simulator) -> None:
    jumps = [Jump(2.0, add={"dye": 1.0}), Jump(1.0, assign={"dye": 10.0}, add={"volume": 0.5})]
    run = simulate(vessel, {}, [], {}, [0.0, 1.0, 2.0, 2.5], jumps)
    np.testing.assert_allclose(run.states[:, 0], [1.0, 1.5, 1.5, 1.5])
    after = 10.0 * math.exp(-0.5) + 1.0
    np.testing.assert_allclose(run.states[:, 1], [2.0, 10.0, after, after * math.exp(-0.25)], rtol=1e-7)
    np.testing.assert_allclose(run.outputs[:, 0], run.states[:, 1] / run.states[:, 0], rtol=1e-14)


def test_a_jump_at_the_start_happens_once(vessel: Simulator) -> None:
    run = simulate(vessel, {"volume": 1.0}, [], {}, [3.0, 3.0, 4.0], [Jump(3.0, add={"volume": 1.0})])
    assert run.states[:, 0].tolist() == [2.0, 2.0, 2.0]


@settings(max_examples=30, deadline=None)
@given(times=st.lists(st.floats(0.0, 10.0), min_size=1, max_size=6))
def test_the_grid_of_reported_times_does_not_change_the_run(
    vessel: Simulator, times: Sequence[float]
) -> None:
    segments, jumps = [Segment(2.0, {"flow": 1.0})], [Jump(5.0, add={"dye": 1.0})]
    grid = [0.0, *sorted(times), 10.0]
    run = simulate(vessel, {}, segments, {}, grid, jumps)
    whole = simulate(vessel, {}, segments, {}, [0.0, 10.0], jumps)
    assert run.time.tolist() == grid
    np.testing.assert_allclose(run.states[-1], whole.states[-1], rtol=1e-7)


def test_a_failed_run_ends_before_its_failure(vessel: Simulator) -> None:
    run = simulate(vessel, {}, [Segment(0.0, {"flow": -1.0})], {}, [0.0, 0.5, 2.0, 3.0])
    assert run.status is Status.OUT_OF_BOUNDS
    assert run.time.tolist() == [0.0, 0.5]
    assert run.states.shape == (2, 2)


@pytest.mark.parametrize(
    ("x0", "jump", "status", "rows"),
    [
        ({"dye": math.nan}, Jump(1.0), Status.NON_FINITE, 0),
        ({"volume": -1.0}, Jump(1.0), Status.OUT_OF_BOUNDS, 0),
        ({"volume": 0.0}, Jump(1.0), Status.NON_FINITE, 0),  # the output divides by the volume
        ({}, Jump(1.0, add={"dye": -100.0}), Status.OUT_OF_BOUNDS, 1),
    ],
)
def test_impossible_states_are_a_status_of_the_run(
    vessel: Simulator, x0: dict[str, float], jump: Jump, status: Status, rows: int
) -> None:
    run = simulate(vessel, x0, [], {}, [0.0, 1.0, 2.0], [jump])
    assert run.status is status
    assert (run.states.shape, run.outputs.shape) == ((rows, 2), (rows, 1))


@pytest.mark.parametrize(
    ("x0", "segments", "parameters", "times", "jumps"),
    [
        ({"dy": 1.0}, [], {}, [0.0], []),
        ({}, [Segment(0.0, {"flo": 1.0})], {}, [0.0], []),
        ({}, [], {"decays": 1.0}, [0.0], []),
        ({}, [], {}, [0.0, 2.0], [Jump(1.0, assign={"dy": 1.0})]),
        ({}, [], {}, [0.0, 2.0], [Jump(1.0, add={"dy": 1.0})]),
        ({}, [], {}, [0.0, 2.0], [Jump(-1.0)]),
        ({}, [Segment(math.nan)], {}, [0.0], []),
        ({}, [], {}, [], []),
        ({}, [], {}, [1.0, 0.0], []),
        ({}, [], {}, [0.0, math.inf], []),
    ],
)
def test_unknown_names_and_impossible_times_are_refused(
    vessel: Simulator, x0: Any, segments: Any, parameters: Any, times: Any, jumps: Any
) -> None:
    with pytest.raises(TwinError):
        simulate(vessel, x0, segments, parameters, times, jumps)
