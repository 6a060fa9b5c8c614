"""The filter with a memory: what is learnt late counts from when it was true.

    entries (advance, reading, jump) -> fold over the filter -> shadow

The shadow keeps checkpoints and every entry since. A laboratory result that comes hours after its sample is put in
its place among the entries, and what followed is folded again: the same bits as if it had come at once. Everything is
immutable plain data, bounded in size, and depends on the entries alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from homeostat.twin.observer.consistency import Verdict, Window
from homeostat.twin.observer.filter import Estimate, Filter, Vector
from homeostat.twin.observer.jumps import Jump


class Advance(NamedTuple):
    """`hours` went by with `inputs` held."""

    hours: float
    inputs: Vector


class Reading(NamedTuple):
    """A signal (by position) read `value`."""

    signal: int
    value: float


Entry = Advance | Reading | Jump


@dataclass(frozen=True, slots=True)
class Belief:
    """What the fold carries: the estimate, and a window of innovations for each signal."""

    estimate: Estimate
    windows: tuple[Window, ...]


class Epoch(NamedTuple):
    """A checkpoint at `time`, and what was entered since, each with its own time."""

    time: float
    start: Belief
    entries: tuple[tuple[float, Entry], ...]


@dataclass(frozen=True, slots=True)
class Shadow:
    """The belief at `time` (hours) and the checkpoints behind it; `missed` readings came too late to be placed."""

    time: float
    belief: Belief
    epochs: tuple[Epoch, ...]
    missed: int = 0

    @property
    def estimate(self) -> Estimate:
        """The present estimate."""
        return self.belief.estimate


class Tracker:
    """Folds entries over `filter`; checkpoints every `spacing` hours reach back at least `horizon` hours."""

    def __init__(self, of: Filter, *, horizon: float = 12.0, spacing: float = 0.5) -> None:
        self.filter, self._horizon, self._spacing = of, horizon, spacing

    def begin(self, estimate: Estimate, time: float = 0.0) -> Shadow:
        """The shadow at the start of a batch."""
        belief = Belief(estimate, (Window(),) * len(self.filter.settings.signals))
        return Shadow(time, belief, (Epoch(time, belief, ()),))

    def advance(self, shadow: Shadow, inputs: Vector, time: float) -> Shadow:
        """The shadow at `time`, `inputs` held since its own."""
        shadow = self._checkpoint(shadow)
        return self._enter(shadow, time, Advance(time - shadow.time, inputs))

    def read(self, shadow: Shadow, signal: int, value: float, taken: float | None = None) -> Shadow:
        """The shadow after a reading, fused at the time it was `taken` (now if not given).

        One that was taken before the oldest checkpoint is left out and counted.
        """
        entry = Reading(signal, value)
        if taken is None or taken >= shadow.time:
            return self._enter(shadow, shadow.time, entry)
        if not taken >= shadow.epochs[0].time:
            return replace(shadow, missed=shadow.missed + 1)
        return self._insert(shadow, taken, entry)

    def jump(self, shadow: Shadow, jump: Jump) -> Shadow:
        """The shadow after a dose or a draw, now."""
        return self._enter(shadow, shadow.time, jump)

    def verdicts(self, shadow: Shadow) -> tuple[Verdict, ...]:
        """The verdict on each signal's innovations."""
        length = self.filter.settings.window
        return tuple(window.verdict(length) for window in shadow.belief.windows)

    def _checkpoint(self, shadow: Shadow) -> Shadow:
        """Open a new epoch when the last is old enough, and forget those that nothing can reach any more."""
        if shadow.time - shadow.epochs[-1].time < self._spacing:
            return shadow
        epochs = (*shadow.epochs, Epoch(shadow.time, shadow.belief, ()))
        while len(epochs) > 1 and epochs[1].time <= shadow.time - self._horizon:
            epochs = epochs[1:]
        return replace(shadow, epochs=epochs)

    def _enter(self, shadow: Shadow, time: float, entry: Entry) -> Shadow:
        last = shadow.epochs[-1]
        epochs = (*shadow.epochs[:-1], Epoch(last.time, last.start, (*last.entries, (time, entry))))
        return Shadow(time, self._fold(shadow.belief, entry), epochs, shadow.missed)

    def _insert(self, shadow: Shadow, taken: float, entry: Entry) -> Shadow:
        """Put a late entry behind all that happened until it was taken, and fold again from there."""
        at = max((k for k, epoch in enumerate(shadow.epochs) if epoch.time < taken), default=0)
        found = shadow.epochs[at]
        place = sum(time <= taken for time, _ in found.entries)
        entries = (*found.entries[:place], (taken, entry), *found.entries[place:])
        belief, epochs = found.start, list(shadow.epochs[:at])
        for epoch in (Epoch(found.time, found.start, entries), *shadow.epochs[at + 1 :]):
            epochs.append(Epoch(epoch.time, belief, epoch.entries))
            belief = self._replay(belief, epoch.entries)
        return Shadow(shadow.time, belief, tuple(epochs), shadow.missed)

    def _replay(self, belief: Belief, entries: Sequence[tuple[float, Entry]]) -> Belief:
        for _, entry in entries:
            belief = self._fold(belief, entry)
        return belief

    def _fold(self, belief: Belief, entry: Entry) -> Belief:
        if isinstance(entry, Advance):
            return Belief(self.filter.advance(belief.estimate, entry.inputs, entry.hours), belief.windows)
        if isinstance(entry, Reading):
            estimate, innovation = self.filter.fuse(belief.estimate, entry.signal, entry.value)
            windows = list(belief.windows)
            window = windows[entry.signal]
            windows[entry.signal] = window.after(innovation, self.filter.settings.window)
            return Belief(estimate, tuple(windows))
        return Belief(self.filter.jump(belief.estimate, entry), belief.windows)
