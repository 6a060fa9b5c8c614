"""The twin corrected: a filter that fuses readings and laboratory results, and learns the batch's parameters.

The state of the filter is part of the belief: immutable numbers, which executing the record again gives again in
every bit. A laboratory result counts from when its sample was taken.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

from homeostat.errors import TwinError
from homeostat.execution.plan.believing import HORIZON, ObserverPlan, TwinPlan
from homeostat.execution.plan.steps import HOUR, Act
from homeostat.execution.plan.types import Plan
from homeostat.execution.stages.belief import Observer
from homeostat.execution.state import Belief
from homeostat.ledger.catalogue import SampleResult
from homeostat.process import convert
from homeostat.twin import Model, Simulator
from homeostat.twin.mixing import VOLUME
from homeostat.twin.observer import Dose, Draw, Shadow, Tracker, Verdict, make_filter

MISSED = "missed"
"""The verdict on a laboratory whose result came after `HORIZON`."""
STRIDE = 0.25
"""Hours after which the covariance follows the mean at the latest; standard deviations on record are as old at most."""


class Heard(NamedTuple):
    """What the signals say, as a belief tells it."""

    flagged: tuple[tuple[str, str], ...]
    dropped: tuple[str, ...]
    read: tuple[int, ...]
    astray: tuple[str, ...]
    surprises: tuple[tuple[str, float], ...]


class FusingObserver(Observer):
    """An observer with a filter; it holds no state of a batch."""

    def __init__(self, model: type[Model], simulator: Simulator, twin: TwinPlan, fused: ObserverPlan) -> None:
        super().__init__(model, simulator, twin)
        parameters = dict(zip(model.signature.parameters.names, twin.parameters, strict=True))
        self._fused = fused
        self._filter = self.filter = make_filter(
            simulator, fused.settings, parameters=parameters, stride=STRIDE
        )
        self._tracker = Tracker(self._filter, horizon=HORIZON)
        self._learnt = slice(len(twin.states), len(twin.states) + len(fused.settings.learnt))
        self._named = len(twin.states) + len(fused.settings.learnt)

    @property
    def fingerprint(self) -> str:
        """The hash of model, integrator, filter, its settings and kernels."""
        return self._filter.fingerprint

    def begin(self) -> Belief:
        """What the twin believes before the first scan."""
        shadow = self._tracker.begin(self._filter.begin(self._twin.initial, self._twin.defaults))
        return self._told(shadow, self._twin.defaults, None)

    def follow(
        self, plan: Plan, belief: Belief, usable: Sequence[float], time: int, *, first: bool
    ) -> Belief:
        """The belief at `time`: what went by under the inputs until now, then, at their times, the readings."""
        inputs = self._inputs(belief.inputs, usable)
        shadow = belief.shadow
        if shadow is None or not belief.sound:
            return belief
        if not first:
            shadow = self._tracker.advance(shadow, belief.inputs, time / HOUR)
        if time % self._fused.every:
            return self._told(shadow, inputs, belief)
        read = list(belief.read)
        for signal, source in enumerate(self._fused.sources):
            value = source.read(usable, math.nan)
            if value == value:
                shadow = self._tracker.read(shadow, signal, value)
                read[signal] = time if _fused(shadow, signal) else read[signal]
        return self._told(shadow, inputs, replace(belief, read=tuple(read)))

    def act(self, belief: Belief, act: Act, value: float) -> Belief:
        """The belief after a dose or a draw of `value` mL; other acts change nothing at once."""
        shadow = belief.shadow
        if act.kind == "set" or shadow is None or not belief.sound or value <= 0.0:
            return belief
        volume, doubt = (
            convert(value, act.unit, self._model.signature.states[VOLUME].unit),
            self._fused.volumes,
        )
        if act.kind == "dose":
            contents = tuple(self._contents[act.target].items())
            shadow = self._tracker.jump(shadow, Dose(volume, contents, self._fused.contents, doubt))
        else:
            shadow = self._tracker.jump(shadow, Draw(volume, act.retain, doubt))
        return self._told(shadow, belief.inputs, belief)

    def result(self, belief: Belief, result: SampleResult) -> Belief:
        """The belief after a laboratory result, fused at the time its sample was taken."""
        shadow, read = belief.shadow, list(belief.read)
        if shadow is None or not belief.sound:
            return belief
        for entry in self._fused.laboratory:
            value = result.values.get(entry.quantity) if entry.assay == result.assay else None
            if value is not None:
                reading, missed = value * entry.slope + entry.offset, shadow.missed
                shadow = self._tracker.read(shadow, entry.signal, reading, result.taken / HOUR)
                if shadow.missed == missed and _fused(shadow, entry.signal):
                    read[entry.signal] = max(read[entry.signal], result.taken)
        if shadow is belief.shadow:
            return belief
        return self._told(shadow, belief.inputs, replace(belief, read=tuple(read)))

    def _told(self, shadow: Shadow, inputs: tuple[float, ...], before: Belief | None) -> Belief:
        """The belief of a shadow; what no reading has changed since the belief `before` is taken over from it."""
        estimate, of = shadow.estimate, self._filter
        if not estimate.sound:
            return self._lost(inputs)
        states = of.states(estimate)
        try:
            outputs = self._simulator.outputs(states, inputs, of.known(estimate))
        except TwinError:  # an output is not finite
            return self._lost(inputs)
        if before is not None and before.shadow is not None and estimate.hours > 0.0:
            more = before.more  # parameters and covariance are those of the last stride
        else:
            deviations = of.deviations(estimate)
            more = estimate.mean[self._learnt] + deviations[: self._named] + deviations[of.layout.size :]
        read = (-1,) * len(shadow.belief.windows) if before is None else before.read
        return Belief(states, outputs, inputs, True, more, shadow, *self._flagged(shadow, before, read))

    def _flagged(self, shadow: Shadow, before: Belief | None, read: tuple[int, ...]) -> Heard:
        """The signals that disagree, and those dropped, as `before` unless something was read since.

        Results that came too late are among them.
        """
        last = before.shadow if before is not None else None
        if before is not None and last is not None and _silent(last, shadow):
            return Heard(before.flagged, before.dropped, read, before.astray, before.surprises)
        signals = self._fused.settings.signals
        verdicts = list(zip(signals, self._tracker.verdicts(shadow), strict=True))
        flagged = [(signal.name, verdict.value) for signal, verdict in verdicts if verdict.flagged]
        dropped = tuple(signals[k].name for k in self._tracker.dropped(shadow))
        pairs = zip(signals, shadow.belief.windows, strict=True)
        astray = tuple([signal.name for signal, window in pairs if window.astray])
        untested = {signal.name for signal, verdict in verdicts if verdict is Verdict.UNTESTED}
        unbelieved = self._unbelieved(shadow, untested)
        flagged += [(name, Verdict.REJECTED.value) for name, _ in unbelieved if name in astray]
        flagged += [("laboratory", MISSED)] * (shadow.missed > 0)
        surprises = tuple([(name, off) for name, off in unbelieved if name not in astray])
        return Heard(tuple(flagged), dropped, read, astray, surprises)

    def _unbelieved(self, shadow: Shadow, untested: Collection[str]) -> list[tuple[str, float]]:
        """The laboratory's signals of which the last result lay beyond the gate, and by how many standard deviations.

        One that was fused all the same, as the second in a row, is among them until a result is within it. Only those
        that are `untested`: a batch has too few results for a test of their scatter, and each weighs.
        """
        found = list[tuple[str, float]]()
        for entry in self._fused.laboratory:
            name = self._fused.settings.signals[entry.signal].name
            last = shadow.belief.windows[entry.signal].last
            if last and (last[-1].widened or not last[-1].fused) and name in untested:
                found.append((name, last[-1].z))
        return found


def _fused(shadow: Shadow, signal: int) -> bool:
    """Whether the newest reading of a signal was fused."""
    last = shadow.belief.windows[signal].last
    return bool(last) and last[-1].fused


def _silent(last: Shadow, shadow: Shadow) -> bool:
    """Whether nothing was fused, rejected or missed between two shadows; most share their windows."""
    if shadow.belief.windows is last.belief.windows:
        return shadow.missed == last.missed
    return _heard(last) == _heard(shadow)


def _heard(shadow: Shadow) -> tuple[int, int]:
    """What changes with every reading that is fused, rejected or missed: two counts."""
    windows = shadow.belief.windows
    return sum([window.fused + window.rejected for window in windows]), shadow.missed
