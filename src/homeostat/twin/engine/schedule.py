"""What happens when, the same for every batch of an ensemble: reports, changes of inputs, jumps.

In: report times, segments, jumps. Out: a `Schedule` of stops in ascending order, as the arrays that kernels read.
At one time jumps come first, in the order given, then the inputs that begin there, then the report.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.declare import Signature
from homeostat.twin.mixing import CELLS, VOLUME, check_contents

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Segment:
    """Inputs from `start_h` until the next segment; names left out keep the model's declared values."""

    start_h: float
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Jump:
    """A sudden change of states at `time_h`.

    First the volume `draw` is drawn off, without the states of `retain`; then the volume `bolus` with `contents` is
    mixed in (see `mixing`); then states are multiplied by `scale`, set to `assign` and increased by `add`.
    """

    time_h: float
    assign: Mapping[str, float] = field(default_factory=dict)
    add: Mapping[str, float] = field(default_factory=dict)
    scale: Mapping[str, float] = field(default_factory=dict)
    draw: float = 0.0
    retain: tuple[str, ...] = ()
    bolus: float = 0.0
    contents: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Schedule:
    """Stops in order: wherever anything but a report happens, and the first and the last time.

    `hours` (s + 1,) lie before each stop, after a first entry that is a guess at the first step; `at` (nt,) is each
    report's time since the stop before it; `events` (s, 4) are as in `ensemble_kernel.EVENTS`; `inputs` (g, nu) holds
    the declared values and then the segments, `jumps` (j, 3 + 5 nx) the rows of `jump_row`.
    """

    times: Array
    hours: Array
    at: Array
    events: NDArray[np.int64]
    inputs: Array
    jumps: Array

    @classmethod
    def of(
        cls,
        signature: Signature,
        times_h: Sequence[float],
        segments: Sequence[Segment] = (),
        jumps: Sequence[Jump] = (),
    ) -> "Schedule":
        """Order everything in time, from `times_h[0]` on. `TwinError` for unknown names and contradictory times."""
        times = checked_times(times_h)
        ordered = sorted(segments, key=lambda s: s.start_h)
        later = sorted(jumps, key=lambda j: j.time_h)
        check_places(ordered, later, times[0])
        inputs = [signature.inputs.vector(), *(signature.inputs.vector(s.values) for s in ordered)]
        stops = _stops(times, [s.start_h for s in ordered], [j.time_h for j in later])
        begun = [times[0], *(stop.time for stop in stops)]
        lengths = [b - a for a, b in pairwise(begun)]
        rows = [jump_row(signature, jump) for jump in later]
        return cls(
            np.array(times),
            np.array([next((h for h in lengths if h > 0.0), 0.0), *lengths]),
            np.array([t - begun[max(0, bisect_left(begun, t) - 1)] for t in times]),
            np.array([(s.jump, s.inputs, s.row, s.until) for s in stops], dtype=np.int64),
            np.array(inputs, dtype=float).reshape(len(inputs), len(signature.inputs)),
            np.array(rows, dtype=float).reshape(len(rows), 3 + 5 * len(signature.states)),
        )


def checked_times(times_h: Sequence[float]) -> tuple[float, ...]:
    """`times_h` as floats; `TwinError` unless they are finite, ascending and at least one."""
    times = tuple(float(t) for t in times_h)
    if not times or not all(map(math.isfinite, times)) or any(b < a for a, b in pairwise(times)):
        raise TwinError("times must be finite and ascending, at least one", where="times_h")
    return times


def check_places(segments: Sequence[Segment], jumps: Sequence[Jump], start_h: float) -> None:
    """Raise `TwinError` for a segment without a time or a jump before the start."""
    if any(math.isnan(s.start_h) for s in segments) or any(not j.time_h >= start_h for j in jumps):
        raise TwinError(
            "a segment or jump has no place in time", where="simulate", mend="jumps lie after the start"
        )


def jump_row(signature: Signature, jump: Jump) -> list[float]:
    """Lay out `jump` as the kernel reads it.

    Volume drawn, volume added, whether contents are carried by cells; then for every state: whether it is retained,
    whether the contents name it, its content, and scale and offset of what comes last.
    """
    states = signature.states
    if (jump.draw or jump.bolus or jump.contents or jump.retain) and VOLUME not in states.names:
        raise TwinError("the model has no state named volume", mend="use scale, assign and add")
    for amount in (jump.draw, jump.bolus):
        if not 0.0 <= amount < math.inf:
            raise TwinError(f"{amount:g} is not a volume", where=f"jump at {jump.time_h:g} h")
    check_contents(signature, jump.contents)
    for name in (*jump.assign, *jump.add, *jump.scale, *jump.retain):
        states.index(name)
    columns = [
        [float(name in jump.retain) for name in states.names],
        [float(name in jump.contents) for name in states.names],
        [jump.contents.get(name, 0.0) for name in states.names],
        [0.0 if name in jump.assign else jump.scale.get(name, 1.0) for name in states.names],
        [jump.assign.get(name, 0.0) + jump.add.get(name, 0.0) for name in states.names],
    ]
    row = [jump.draw, jump.bolus, float(CELLS in jump.contents)]
    return row + [float(value) for column in columns for value in column]


@dataclass(frozen=True)
class _Stop:
    """What happens at one time, or before a later stop at the same time."""

    time: float
    jump: int = -1
    inputs: int = -1
    row: int = -1
    until: int = 0


def _stops(times: Sequence[float], starts: Sequence[float], jumps: Sequence[float]) -> list[_Stop]:
    """Jumps, one a stop; then the inputs that begin (row 0 holds those before any segment); then a report."""
    changes = {start: k for k, start in enumerate(starts, 1) if times[0] < start <= times[-1]}
    changes[times[0]] = sum(start <= times[0] for start in starts)
    falls = [(at, k) for k, at in enumerate(jumps) if at <= times[-1]]
    stops = []
    for time in sorted({*changes, times[-1], *(at for at, _ in falls)}):
        before = bisect_left(times, time)
        here = range(before, bisect_right(times, time))
        stops += [_Stop(time, jump=k, until=before) for at, k in falls if at == time]
        first = here[0] if here else -1
        stops.append(_Stop(time, inputs=changes.get(time, -1), row=first, until=before))
        stops += [_Stop(time, row=row, until=before) for row in here[1:]]
    return stops
