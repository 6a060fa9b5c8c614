"""What is done to a batch while the filter goes on without readings: inputs that change, jumps at their hours.

In: segments and jumps, hours. Out: the estimate later. As everywhere in the twin, the values at an hour include the
jumps and the inputs that begin there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

from homeostat.errors import TwinError
from homeostat.twin import engine
from homeostat.twin.engine import Segment
from homeostat.twin.engine.schedule import jump_row
from homeostat.twin.observer.filter import Estimate, Filter
from homeostat.twin.observer.jumps import parts


@dataclass(frozen=True)
class Course:
    """Inputs from each `start_h` of the `segments` on, and the `jumps`, both ascending; make one with `Course.of`.

    An input that no segment has named so far stays what it was: a course of nothing holds all of them.
    """

    segments: tuple[Segment, ...] = ()
    jumps: tuple[engine.Jump, ...] = ()

    @classmethod
    def of(cls, segments: Sequence[Segment] = (), jumps: Sequence[engine.Jump] = ()) -> Self:
        """The course in the order of time; jumps of one hour stay in the order given. `TwinError` for no hours."""
        hours = [*(s.start_h for s in segments), *(j.time_h for j in jumps)]
        if any(math.isnan(hour) for hour in hours):
            raise TwinError("a segment or jump has no place in time", mend="give its hour")
        ordered = sorted(segments, key=lambda segment: segment.start_h)
        return cls(tuple(ordered), tuple(sorted(jumps, key=lambda jump: jump.time_h)))

    def check(self, of: Filter, start: float) -> None:
        """Raise `TwinError` for names that the model does not have, impossible jumps, and any before `start`."""
        for segment in self.segments:
            of.signature.inputs.vector(segment.values)
        for jump in self.jumps:
            jump_row(of.signature, jump)
            if not jump.time_h >= start:
                what = f"a jump at {jump.time_h:g} h lies before {start:g} h, where the course begins"
                raise TwinError(what, where=of.model.__name__, mend="leave it out, or begin earlier")

    def after(self, hour: float) -> Self:
        """The same without the jumps up to and at `hour`."""
        return replace(self, jumps=tuple(j for j in self.jumps if j.time_h > hour))

    def since(self, hour: float) -> Self:
        """The same, in hours from `hour` on."""
        return replace(
            self,
            segments=tuple(replace(s, start_h=s.start_h - hour) for s in self.segments),
            jumps=tuple(replace(j, time_h=j.time_h - hour) for j in self.jumps),
        )

    def begin(self, of: Filter, estimate: Estimate, hour: float) -> Estimate:
        """The estimate at `hour`, where the course begins, after the jumps and with the inputs of that hour."""
        return self._enter(of, estimate, [j for j in self.jumps if j.time_h == hour], hour)

    def carry(self, of: Filter, estimate: Estimate, start: float, end: float) -> Estimate:
        """The estimate at `end`, from the one at `start`; unsound where the model cannot be followed."""
        changes = (*(s.start_h for s in self.segments), *(j.time_h for j in self.jumps))
        stops = sorted({hour for hour in changes if start < hour < end})
        for a, b in pairwise((start, *stops, end)):
            inputs, pieces = self.inputs(of, estimate, a), math.ceil((b - a) / of.stride - 1e-9)
            for _ in range(max(1, pieces)):
                estimate = of.advance(estimate, inputs, (b - a) / max(1, pieces))
            estimate = self._enter(of, estimate, [j for j in self.jumps if a < j.time_h <= b], b)
        return estimate

    def inputs(self, of: Filter, estimate: Estimate, hour: float) -> tuple[float, ...]:
        """All inputs at `hour`, in declared order."""
        names = of.signature.inputs.names
        values = dict(zip(names, estimate.inputs, strict=True))
        for segment in self.segments:
            if segment.start_h <= hour:
                values |= segment.values
        return tuple(values[name] for name in names)

    def _enter(self, of: Filter, estimate: Estimate, jumps: Sequence[engine.Jump], hour: float) -> Estimate:
        """After `jumps`, and with the inputs of `hour`; an interval of no length tells whether that is possible."""
        for jump in jumps:
            for part in parts(jump):
                estimate = of.jump(estimate, part)
        return of.advance(estimate, self.inputs(of, estimate, hour), 0.0)
