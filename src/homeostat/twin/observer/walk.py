"""The filter on its way through a recorded run, as if it were happening: immutable steps from hour to hour."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from homeostat.twin.engine import Segment
from homeostat.twin.observer.consistency import Window
from homeostat.twin.observer.course import Course
from homeostat.twin.observer.filter import Estimate, Filter
from homeostat.twin.observer.recorded import Recorded, started


@dataclass(frozen=True)
class Step:
    """What is believed at `hour`: the estimate, and a window of innovations for each signal.

    `lost` is the hour up to which the model could be followed, None while it can.
    """

    hour: float
    estimate: Estimate
    windows: tuple[Window, ...]
    lost: float | None = None


class Walk:
    """The filter `of` a recorded run under `course`, what was done to it; it holds no state of the batch."""

    def __init__(self, of: Filter, run: Recorded) -> None:
        self.of, self.run = of, run
        group = of.signature.inputs
        whole = [
            Segment(s.start_h, dict(zip(group.names, group.vector(s.values), strict=True)))
            for s in run.segments
        ]
        self.course = Course.of(whole, run.jumps)
        """Each segment names every input: the declared value where the run tells none."""
        self.course.check(of, run.start_h)

    def begin(self) -> Step:
        """The start: states as known or declared, then what was added, or as measured; those readings are fused, too.

        A measurement at the start tells what was there after the additions.
        """
        of, hour = self.of, self.run.start_h
        inputs = of.signature.inputs.vector()
        estimate = self.course.begin(of, of.begin(of.signature.states.vector(self.run.initial), inputs), hour)
        states = dict(zip(of.signature.states.names, of.states(estimate), strict=True))
        states |= {n: v for n, v in started(self.run, tuple(states)).items() if n not in self.run.initial}
        first = replace(of.begin(tuple(states.values()), estimate.inputs), sound=estimate.sound)
        step = Step(hour, first, (Window(),) * len(self.run.quantities))
        return self._told(self._read(step, -math.inf, hour), hour)

    def reach(self, step: Step, hour: float) -> Step:
        """The step at `hour`, all that was read until then fused, or rejected once the model is lost."""
        times = sorted({at for at in self.run.time.tolist() if step.hour < at < hour})
        reached = step
        for a, b in pairwise((step.hour, *times, hour)):
            estimate = self.course.carry(self.of, reached.estimate, a, b)
            reached = self._read(replace(reached, estimate=estimate), a, b)
        return self._told(reached, hour)

    def along(self, step: Step, hours: list[float]) -> Iterator[Step]:
        """The step at each of `hours` (ascending)."""
        for hour in hours:
            step = self.reach(step, hour)
            yield step

    def _told(self, step: Step, hour: float) -> Step:
        lost = step.hour if not step.estimate.sound and step.lost is None else step.lost
        return replace(step, hour=hour, estimate=self.of.settle(step.estimate), lost=lost)

    def _read(self, step: Step, after: float, until: float) -> Step:
        estimate, windows = step.estimate, list(step.windows)
        for row in np.flatnonzero((self.run.time > after) & (self.run.time <= until)).tolist():
            for place in np.flatnonzero(self.run.present[row]).tolist():
                estimate, innovation = self.of.fuse(estimate, place, float(self.run.measured[row, place]))
                windows[place] = windows[place].after(innovation, self.of.settings.window)
        return replace(step, estimate=estimate, windows=tuple(windows))
