"""A running batch watched beside good ones: aligned if need be, phase by phase if there are any, one monitor a phase.

memory, phase, values -> (aligned samples) -> `Phased.step` -> T², SPE and newest SPE over their limits -> settled
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, NamedTuple, Self

import numpy as np
from pydantic import SerializeAsAny, model_validator

from homeostat.monitoring.batches.aligner import START, Aligner, Place
from homeostat.monitoring.batches.indicator import Indicator
from homeostat.monitoring.batches.monitor import Monitor
from homeostat.monitoring.batches.phases import Phased, PhasedState
from homeostat.monitoring.batches.state import Judged, State
from homeostat.monitoring.batches.warping import Warping
from homeostat.monitoring.batches.watcher import (
    Calm,
    Memory,
    Shares,
    Told,
    Watcher,
    farthest,
    spanning,
    top,
)
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.frozen.piece import named

NAMES = ("T²", "SPE", "newest SPE")
"""The ratios in words."""
T2, SPE = 0, 1
"""The places of two of the ratios."""
ELAPSED = "samples taken"
"""What an aligner adds to the tags: how many samples a batch took to get where it is."""
SOURCES = (Indicator, Warping)
"""The aligners that a file may hold: a piece is known by its kind once its module is imported."""


class GoodMemory(NamedTuple):
    """Where the batch stands in its monitors and its alignment, what is settled, and what was last said.

    `spent` samples were taken in the phase that runs.
    """

    state: PhasedState
    place: Place
    calm: Calm
    told: Told
    spent: int = 0


class GoodBatches(Watcher):
    """Monitors of the phases of good batches. `by_phase` says whether they follow the recipe's phases.

    A batch that takes more samples in a phase than the `longest` of N good ones is an alert: of new good ones, one in
    N + 1 does. With an `aligner` there is one monitor, of the tags and of ELAPSED.
    """

    kind: Literal["good batches"] = "good batches"
    statistics: ClassVar[tuple[str, str, str]] = ("t2", "spe", "newest")
    phased: Phased
    by_phase: bool = False
    longest: tuple[int, ...]
    aligner: Annotated[SerializeAsAny[Aligner], named(Aligner)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        wanted = self.tags if self.aligner is None else (*self.tags, ELAPSED)
        monitors = [phase.monitor for phase in self.phased.phases]
        if any(monitor.tags != wanted or monitor.limits is None for monitor in monitors):
            raise ValueError("each phase wants a monitor of these tags, with limits")
        if len(self.longest) != len(monitors):
            raise ValueError("each phase wants the length of its longest batch")
        if len(monitors) > 1 and not self.by_phase:
            raise ValueError("there are several phases, and nothing says which one runs")
        if self.aligner is not None and (self.by_phase or self.aligner.samples != monitors[0].samples):
            raise ValueError("an alignment goes with one monitor of as many samples")
        return self

    @property
    def phases(self) -> tuple[str, ...]:
        """See `Watcher.phases`."""
        return tuple(phase.name for phase in self.phased.phases) if self.by_phase else ()

    def begin(self) -> Memory:
        """See `Watcher.begin`."""
        told = Told(0, (), "undecided", (), "no sample is aligned yet")
        return GoodMemory(self.phased.start(), START, Calm(), told)

    def look(self, memory: Memory, phase: str, values: Array) -> tuple[Memory, Told]:
        """See `Watcher.look`; while an alignment waits, what was last said still stands."""
        before = GoodMemory(*memory)
        if not self.by_phase:
            phase = self.phased.phases[0].name
        if self.aligner is None:
            after = self._step(before, phase, values)
        else:
            place, rows = self.aligner.step(before.place, values)
            after = before._replace(place=place)
            for row in rows:
                after = self._step(after, phase, row)
        after = self._overtime(before, after)
        return after, after.told

    def shares(self, memory: Memory, phase: str, values: Array) -> Shares:
        """See `Watcher.shares`; nothing while an alignment waits."""
        before = GoodMemory(*memory)
        if not self.by_phase:
            phase = self.phased.phases[0].name
        rows = [values] if self.aligner is None else self.aligner.step(before.place, values)[1]
        state, judged = before.state, None
        for row in rows:
            state, judged = self.phased.step(state, phase, row)
        if judged is None or state.state is None or judged.decision == "undecided":
            return ()
        monitor, inner = self.phased.phases[state.place].monitor, state.state
        parts = (_parts(monitor, inner, judged, place) for place in range(len(self.statistics)))
        return tuple(tuple(zip(monitor.tags, each, strict=True)) for each in parts)

    def facts(self) -> Mapping[str, str]:
        """See `Watcher.facts`."""
        against = "at the same time since the start"
        if self.by_phase:
            against = "in the same phase of the recipe"
        elif self.aligner is not None:
            against = "that have come as far"
        found = {"held against": f"good batches {against}"}
        for phase, longest in zip(self.phased.phases, self.longest, strict=True):
            where = f", {phase.name}" if self.by_phase else ""
            found |= {f"{what}{where}": told for what, told in _facts(phase.monitor, longest).items()}
        return found

    def _overtime(self, before: GoodMemory, after: GoodMemory) -> GoodMemory:
        """The memory with the samples counted that the phase took, and an alert where they are too many."""
        place = after.state.place
        spent = before.spent + 1 if place == before.state.place or self.aligner is not None else 1
        if place < 0 or spent <= self.longest[place]:
            return after._replace(spent=spent)
        calm = after.calm._replace(decision="action" if before.calm.decision == "action" else "alert")
        reason = f"longer than the longest good one of {self.longest[place]} samples"
        told = after.told._replace(decision=calm.decision, reason=reason)
        return after._replace(spent=spent, calm=calm, told=told)

    def _step(self, before: GoodMemory, phase: str, values: Array) -> GoodMemory:
        state, judged = self.phased.step(before.state, phase, values)
        if judged is None or state.state is None:
            calm = self.settle(before.calm, "undecided")
            reason = f"phase {phase!r} is not modelled" if phase else "no phase runs"
            return before._replace(state=state, calm=calm, told=Told(0, (), "undecided", (), reason))
        again = before.calm if state.place == before.state.place else Calm(decision=before.calm.decision)
        calm = self.settle(again, judged.decision)
        told = self._told(self.phased.phases[state.place].monitor, state.state, judged, calm)
        return before._replace(state=state, calm=calm, told=told)

    def _told(self, monitor: Monitor, state: State, judged: Judged, calm: Calm) -> Told:
        if judged.decision == "undecided":
            ended = judged.measured and not judged.t2_limit < np.inf
            reason = "beyond the end of good batches" if ended else "too little was measured"
            return Told(judged.sample, (), calm.decision, (), reason)
        ratios = (
            judged.t2 / judged.t2_limit,
            judged.spe / judged.spe_limit,
            judged.newest / judged.newest_limit,
        )
        place, reason = farthest(NAMES, ratios)
        drivers = top(monitor.tags, _parts(monitor, state, judged, place)) if reason else ()
        return Told(judged.sample, ratios, calm.decision, drivers, reason)


def _facts(monitor: Monitor, longest: int) -> dict[str, str]:
    """A monitor's size and limits in words."""
    samples = f"{monitor.samples} samples, {monitor.size} component(s); the longest good one has {longest}"
    found = {"model": samples}
    if monitor.limits is not None:
        spans = [spanning(column) for column in zip(*monitor.limits.rows(), strict=True)]
        found["limits"] = ", ".join(f"{name} {span}" for name, span in zip(NAMES, spans, strict=True))
        found["action"] = f"beyond {monitor.limits.action:.4g} times a limit"
    return found


def _parts(monitor: Monitor, state: State, judged: Judged, place: int) -> list[float]:
    """What each tag adds to T², SPE or newest SPE, by `place`, over its limit."""
    if place == SPE:
        found = monitor.spe_parts(state) / judged.spe_limit
    else:
        parts = monitor.parts(state, judged)
        found = parts.t2 / judged.t2_limit if place == T2 else parts.newest / judged.newest_limit
    shares: list[float] = found.tolist()
    return shares
