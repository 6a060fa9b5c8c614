"""A whole run: piecewise constant inputs, scheduled jumps, values on any time grid.

In: simulator, initial states, segments, parameters, times, jumps. Out: `Trajectory`, cut short when a status says so.
"""

import math
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from homeostat.twin.engine.failing import Failure, after_jump, no_number, on_the_way
from homeostat.twin.engine.scales import Doubt, doubts
from homeostat.twin.engine.schedule import Array, Jump, Segment, check_places, checked_times, jump_row
from homeostat.twin.engine.simulator import Simulator
from homeostat.twin.engine.status import Status
from homeostat.twin.engine.trace import jump_function


@dataclass(frozen=True)
class Trajectory:
    """A simulated run: `time` (n,) in hours, `states` (n, nx), `outputs` (n, ny) in declared order, and how it ended.

    Values at a time include the jumps and the inputs that begin there. After a failure the rows end before it, and
    `failure` says more. `doubts` names the states whose numbers are no larger than the errors allowed in them.
    """

    time: Array
    states: Array
    outputs: Array
    status: Status
    failure: Failure | None = None
    doubts: tuple[Doubt, ...] = ()


def simulate(
    simulator: Simulator,
    x0: Mapping[str, float],
    inputs: Sequence[Segment],
    parameters: Mapping[str, float],
    times_h: Sequence[float],
    jumps: Sequence[Jump] = (),
    *,
    judged: Collection[str] | None = None,
) -> Trajectory:
    """Simulate from `x0` at `times_h[0]` and report at every one of `times_h` (ascending).

    Names left out of `x0`, `inputs` or `parameters` keep the model's declared values. A run that begins far below the
    scales of its states is integrated more strictly (see `scales.levels`). `TwinError` for unknown names and
    contradictory times; a numerical failure is a status of the trajectory. So is an output that is not finite, if it
    is among the `judged` (all, if not given).
    """
    times, start = checked_times(times_h), simulator.signature.states.vector(x0)
    run = _Run(simulator.starting(start, jumps), inputs, parameters, jumps, times[0])
    run.judged = frozenset(simulator.signature.outputs.names if judged is None else judged)
    return run.record(start, times)


class _Run:
    """The schedule of one run, resolved to vectors in declared order."""

    def __init__(
        self,
        simulator: Simulator,
        inputs: Sequence[Segment],
        parameters: Mapping[str, float],
        jumps: Sequence[Jump],
        start_h: float,
    ) -> None:
        signature = simulator.signature
        self.simulator = simulator
        self.p = signature.parameters.vector(parameters)
        ordered = sorted(inputs, key=lambda s: s.start_h)
        self.starts = [-math.inf, *(s.start_h for s in ordered)]
        self.inputs = [signature.inputs.vector({}), *(signature.inputs.vector(s.values) for s in ordered)]
        self.jumps = sorted(jumps, key=lambda j: j.time_h)
        self.jump = jump_function(signature)
        self.judged = frozenset(signature.outputs.names)
        self.failure: Failure | None = None
        check_places(ordered, self.jumps, start_h)

    def record(self, x: tuple[float, ...], times: tuple[float, ...]) -> Trajectory:
        states: list[tuple[float, ...]] = []
        outputs: list[tuple[float, ...]] = []
        x, status = self._jumped(x, -math.inf, times[0])
        for start, end in pairwise((times[0], *times)):
            if status is Status.OK:
                x, status = self._reach(x, start, end)
            if status is Status.OK:
                values, status = self._outputs(x, end)
            if status is not Status.OK:
                break
            states.append(x)
            outputs.append(values)
        signature, n = self.simulator.signature, len(states)
        course = np.array(states).reshape(n, len(signature.states))
        allowed = self.simulator.tolerance.allowed(signature.states)
        return Trajectory(
            np.array(times[:n]),
            course,
            np.array(outputs).reshape(n, len(signature.outputs)),
            status,
            self.failure,
            doubts(signature.states, allowed, course),
        )

    def _outputs(self, x: tuple[float, ...], time: float) -> tuple[tuple[float, ...], Status]:
        values = self.simulator.raw_outputs(x, self._inputs_at(time), self.p)
        lost = tuple(name for name in self.simulator.unfinished(values) if name in self.judged)
        if not lost:
            return values, Status.OK
        self.failure = no_number(time, lost)
        return (), Status.NON_FINITE

    def _reach(self, x: tuple[float, ...], start: float, end: float) -> tuple[tuple[float, ...], Status]:
        """Integrate from `start` to `end`, stopping at every change between; the jumps at `end` are included."""
        changes = {t for t in (*self.starts, *(j.time_h for j in self.jumps)) if start < t < end}
        for a, b in pairwise((start, *sorted(changes), end)):
            before, (x, status, _) = x, self.simulator.advance(x, self._inputs_at(a), self.p, b - a)
            if status is Status.OK:
                x, status = self._jumped(x, a, b)
            else:
                last = next((jump for jump in reversed(self.jumps) if jump.time_h == a), None)
                self.failure = on_the_way(self.simulator, (before, self._inputs_at(a), self.p), a, b, last)
            if status is not Status.OK:
                return x, status
        return x, Status.OK

    def _inputs_at(self, time: float) -> tuple[float, ...]:
        return self.inputs[bisect_right(self.starts, time) - 1]

    def _jumped(self, x: tuple[float, ...], after: float, until: float) -> tuple[tuple[float, ...], Status]:
        """Make the jumps of (after, until]; an interval of no length tells whether the states are still possible."""
        last = None
        for jump in self.jumps:
            if after < jump.time_h <= until:
                row, last = jump_row(self.simulator.signature, jump), jump
                x = tuple(float(v) for v in self.jump(x, row).full().ravel())
        status = self.simulator.advance(x, self._inputs_at(until), self.p, 0.0).status
        if status is not Status.OK:
            self.failure = after_jump(self.simulator, x, until, last)
        return x, status
