"""At-line results that come to a live calibration: which of them count, and which have to wait for the next.

    result -> possible? -> known already? -> the live value at the time of sampling -> near what stood? -> samples

In: the state, a time and what was measured. Out: the state with the samples that count now, or one that waits.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.spectra.doubted import doubtful, nearest, remembered
from homeostat.monitoring.spectra.state import OLDER, LiveState, Past
from homeostat.monitoring.spectra.transfer import Sample, alike


@dataclass(frozen=True, slots=True)
class Results:
    """The rules by which a result counts; the fields are those of `Live`; `half` is half an interval beside a value."""

    edition: int
    far: float | None
    least: float | None
    most: float | None
    memory: int
    nearest: int
    half: Callable[[LiveState, Past], float]

    def told(self, state: LiveState, time: int, measured: float, *, refused: bool = False) -> LiveState:
        """The state that knows of a sample drawn at `time` (µs): its correction is still to be made.

        `refused` says that spectra taken near were, for the state does not remember them. Raises MonitoringError when
        there was no value near, or when the result is not finite or not possible.
        """
        self._check(measured)
        if self.edition >= 3 and _known(state, time, measured):
            return state
        then = nearest((*state.older, *state.past), time) if state.past else None
        if then is None or abs(then.time - time) > self.nearest:
            raise self._no_spectrum(state, time, refused=refused)
        sample = Sample(time, then.value, float(measured), then.deviation)
        believed = self._believed(state, sample)
        if not believed:
            return replace(state, waiting=sample)
        samples = tuple(sorted((*state.samples, *believed), key=_time))
        return replace(state, samples=samples, waiting=None)

    def _check(self, measured: float) -> None:
        if not np.isfinite(measured):
            raise MonitoringError("an at-line result is not a finite number", mend="enter what was measured")
        low = self.least is not None and measured < self.least
        if low or (self.most is not None and measured > self.most):
            end = f"less than {self.least:g}" if low else f"more than {self.most:g}"
            raise MonitoringError(
                f"{measured:g} is {end}, and was declared impossible",
                mend="enter what was measured, or declare a wider range with --possible",
            )

    def _no_spectrum(self, state: LiveState, time: int, *, refused: bool) -> MonitoringError:
        if refused:
            return MonitoringError(
                "the spectra taken near the time of sampling were refused",
                mend="look at what their rows say; draw a sample while values are told",
            )
        if self._forgotten(state, time):
            return MonitoringError(
                "its result came after the time that is remembered",
                mend="enter results sooner, or take spectra less often",
            )
        return MonitoringError(
            "no spectrum was taken near the time of sampling",
            mend="enter the time when the sample was drawn, within what the live state remembers",
        )

    def _forgotten(self, state: LiveState, time: int) -> bool:
        """Whether the time lies before what is remembered, and not before the first spectrum or in a gap."""
        if self.edition < 3:
            return len(state.past) >= self.memory and time < state.past[0].time
        return len(state.older) >= OLDER and time < state.older[0].time

    def _believed(self, state: LiveState, sample: Sample) -> tuple[Sample, ...]:
        """The samples that count now that this one has come."""
        if self.far is None:
            return (sample,)
        off = sample.measured - state.correction.applied(sample.predicted)
        waiting = state.waiting
        if self.edition >= 3 and waiting is not None and waiting.time == sample.time:
            waiting = None  # two results of one moment do not confirm each other
        if self._near(state, sample, self.far):
            again = self.edition >= 2 and waiting and self._near(state, waiting, self.far)
            return (waiting, sample) if again and waiting else (sample,)
        if waiting is None:
            return ()
        before = waiting.measured - state.correction.applied(waiting.predicted)
        return (waiting, sample) if alike(before, off) else ()

    def _near(self, state: LiveState, sample: Sample, far: float) -> bool:
        """Whether a sample agrees with what stood when it was drawn, as that is believed now."""
        known = self.edition < 3 or remembered(state, sample.time)
        then = nearest(state.past, sample.time) if known else _beside(sample)
        off = sample.measured - state.correction.applied(sample.predicted)
        return abs(off) <= far * self.half(state, then) and not doubtful(state, then)


def _known(state: LiveState, time: int, measured: float) -> bool:
    """Whether this very result is known. Raises MonitoringError where another of that moment is believed."""
    for one in (*state.samples, *([state.waiting] if state.waiting else [])):
        if (one.time, one.measured) == (time, measured):
            return True
    for one in state.samples:
        if one.time == time:
            raise MonitoringError(
                f"another result of the same moment, {one.measured:g}, is believed already",
                mend="enter one result for each moment: the mean where it was measured twice",
            )
    return False


def _beside(sample: Sample) -> Past:
    """What was live beside a sample that is older than all that is remembered."""
    return Past(sample.time, sample.predicted, sample.deviation)


def _time(sample: Sample) -> int:
    return sample.time
