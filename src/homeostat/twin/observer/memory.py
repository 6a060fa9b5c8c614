"""The filter with a memory: what is learnt late counts from when it was true.

    entries (advance, reading, jump) -> fold over the filter -> shadow

The shadow keeps checkpoints and every entry since. A laboratory result that comes hours after its sample is put in
its place among the entries, and what followed is folded again: the same bits as if it had come at once. Everything is
immutable plain data, bounded in size, and depends on the entries alone.

A signal that has disagreed for long is left out on trial: what was entered since before it disagreed is folded
again, its readings compared but not fused. Where all others then agree, and would tell if what it measures were
elsewhere (`narrowing`), that is what is believed; where they do not, or another disagrees later, the model may be wrong
rather than a sensor, and every reading counts. That nothing is decided for a while then is an entry as well.

A reading beyond the gate is not fused. Where a signal is `confirmed`, the second in a row on the same side is: the
doubt is widened for it first.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from homeostat.twin.observer.consistency import Verdict, Window
from homeostat.twin.observer.entries import Advance, Deferral, Entry, Reading
from homeostat.twin.observer.filter import Estimate, Filter, Innovation, Vector
from homeostat.twin.observer.jumps import Jump
from homeostat.twin.observer.narrowing import narrowed
from homeostat.twin.observer.trust import NEAR, Trust


@dataclass(frozen=True, slots=True)
class Belief:
    """What the fold carries: the estimate, and for each signal a window of innovations and whether it is trusted."""

    estimate: Estimate
    windows: tuple[Window, ...]
    trust: tuple[Trust, ...]

    def distrusting(self, lying: Sequence[tuple[int, float]]) -> "Belief":
        """The same with signals (by position) that were dropped at an hour."""
        trust = list(self.trust)
        for signal, time in lying:
            trust[signal] = Trust(dropped=time)
        return replace(self, trust=tuple(trust)) if lying else self

    def deferring(self, entry: Deferral) -> "Belief":
        """The same with signals of which nothing is decided for a while."""
        trust = list(self.trust)
        for signal in entry.signals:
            trust[signal] = trust[signal].deferred(entry.time, vain=entry.vain)
        return replace(self, trust=tuple(trust))


class Epoch(NamedTuple):
    """A checkpoint at `time`, and what was entered since, each with its own time.

    Signals that were found `lying` from here on, with the hour at which they were dropped, are not fused again before
    they agree.
    """

    time: float
    start: Belief
    entries: tuple[tuple[float, Entry], ...]
    lying: tuple[tuple[int, float], ...] = ()


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
        count = len(self.filter.settings.signals)
        belief = Belief(estimate, (Window(),) * count, (Trust(),) * count)
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
        """The verdict on each signal's innovations; a dropped signal is rejected."""
        length, belief = self.filter.settings.window, shadow.belief
        pairs = zip(belief.windows, belief.trust, strict=True)
        return tuple(w.verdict(length) if t.dropped is None else Verdict.REJECTED for w, t in pairs)

    def dropped(self, shadow: Shadow) -> tuple[int, ...]:
        """The signals, by position, that are not fused."""
        return tuple(k for k, trust in enumerate(shadow.belief.trust) if trust.dropped is not None)

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
        epochs = (*shadow.epochs[:-1], last._replace(entries=(*last.entries, (time, entry))))
        entered = Shadow(time, self._fold(shadow.belief, time, entry), epochs, shadow.missed)
        return self._judged(entered) if isinstance(entry, Reading) else entered

    def _insert(self, shadow: Shadow, taken: float, entry: Entry) -> Shadow:
        """Put a late entry behind all that happened until it was taken, and fold again from there."""
        at = max((k for k, epoch in enumerate(shadow.epochs) if epoch.time < taken), default=0)
        found = shadow.epochs[at]
        place = sum(time <= taken for time, _ in found.entries)
        entries = (*found.entries[:place], (taken, entry), *found.entries[place:])
        epochs = (*shadow.epochs[:at], found._replace(entries=entries), *shadow.epochs[at + 1 :])
        return self._judged(self._again(replace(shadow, epochs=epochs), at))

    def _again(self, shadow: Shadow, at: int) -> Shadow:
        """Fold again from the checkpoint `at` on."""
        belief, epochs = shadow.epochs[at].start, list(shadow.epochs[:at])
        for epoch in shadow.epochs[at:]:
            belief = belief.distrusting(epoch.lying)
            epochs.append(epoch._replace(start=belief))
            for time, entry in epoch.entries:
                belief = self._fold(belief, time, entry)
        return Shadow(shadow.time, belief, tuple(epochs), shadow.missed)

    def _judged(self, shadow: Shadow) -> Shadow:
        """The shadow without a signal that has disagreed for long, if all others agree without it; else as it is.

        Where another disagrees while one is dropped, it is the model that is wrong: both are believed again.
        """
        settings, trust = self.filter.settings, shadow.belief.trust
        suspects = [k for k, one in enumerate(trust) if one.suspected(shadow.time, settings.drop)]
        if dropped := self.dropped(shadow):
            wrong = bool(suspects) or self._contradicted(shadow, dropped)
            return self._restored(shadow) if wrong else shadow
        if not suspects:
            return shadow
        signal = min(suspects, key=lambda k: (trust[k].since or 0.0, k))
        without = self._without(shadow, signal)
        if not self._agreed(without, signal):
            return self._deferred(shadow, suspects, shadow.time)
        if self._narrowed(without, signal):
            return without
        return self._deferred(shadow, suspects, shadow.time, vain=True)

    def _deferred(self, shadow: Shadow, signals: Iterable[int], time: float, *, vain: bool = False) -> Shadow:
        """The shadow with a deferral, entered now: it is kept where what was entered is folded again."""
        return self._enter(shadow, shadow.time, Deferral(tuple(signals), time, vain))

    def _without(self, shadow: Shadow, signal: int) -> Shadow:
        """What would be believed, had a signal been dropped before it began to disagree."""
        begun = (shadow.belief.trust[signal].since or 0.0) - self.filter.settings.drop
        at = max((k for k, epoch in enumerate(shadow.epochs) if epoch.time <= begun), default=0)
        lying = shadow.epochs[at]._replace(lying=((signal, shadow.time),))
        epochs = (*shadow.epochs[:at], lying, *shadow.epochs[at + 1 :])
        return self._again(replace(shadow, epochs=epochs), at)

    def _restored(self, shadow: Shadow) -> Shadow:
        """What is believed when every signal is, as far back as memory tells."""
        dropped = self.dropped(shadow)
        at = min((k for k, epoch in enumerate(shadow.epochs) if epoch.lying), default=0)
        start = shadow.epochs[at].start
        believed = tuple(Trust() if k in dropped else one for k, one in enumerate(start.trust))
        first = shadow.epochs[at]._replace(start=replace(start, trust=believed))
        epochs = [
            epoch._replace(lying=()) for epoch in (*shadow.epochs[:at], first, *shadow.epochs[at + 1 :])
        ]
        again = self._again(replace(shadow, epochs=tuple(epochs)), at)
        settings = self.filter.settings
        waits = max(0.0, settings.again - settings.drop)
        return self._deferred(again, range(len(believed)), again.time + waits)

    def _agreed(self, without: Shadow, signal: int) -> bool:
        """Whether no other signal disagrees, and one at least is known to agree."""
        others = [verdict for k, verdict in enumerate(self.verdicts(without)) if k != signal]
        known = any(verdict in (Verdict.CONSISTENT, Verdict.CAUTIOUS) for verdict in others)
        agreed = known and not any(verdict.flagged for verdict in others)
        return agreed and without.estimate.sound and not self._contradicted(without, (signal,))

    def _narrowed(self, without: Shadow, signal: int) -> bool:
        """Whether the others tell of what a signal measures, were it as far off as that has read since."""
        at = next(k for k, epoch in enumerate(without.epochs) if epoch.lying)
        off = without.belief.windows[signal].beyond * self.filter.error(without.estimate, signal)
        entries = [entry for epoch in without.epochs[at:] for _, entry in epoch.entries]
        return narrowed(self.filter, without.epochs[at].start.estimate, entries, signal, off)

    def _contradicted(self, shadow: Shadow, dropped: Sequence[int]) -> bool:
        """Whether the last result of a laboratory, too rare to be tested, is far from what is believed.

        A sensor that is seldom usable, as one at the end of its range, has no say.
        """
        signals, verdicts = self.filter.settings.signals, self.verdicts(shadow)
        rare = [
            window
            for k, (window, verdict) in enumerate(zip(shadow.belief.windows, verdicts, strict=True))
            if signals[k].confirmed and verdict is Verdict.UNTESTED and window.last and k not in dropped
        ]
        return any(abs(window.last[-1].z) > NEAR and not window.last[-1].widened for window in rare)

    def _fold(self, belief: Belief, time: float, entry: Entry) -> Belief:
        if isinstance(entry, Advance):
            return replace(belief, estimate=self.filter.advance(belief.estimate, entry.inputs, entry.hours))
        if isinstance(entry, Reading):
            return self._told(belief, time, entry)
        if isinstance(entry, Deferral):
            return belief.deferring(entry)
        return replace(belief, estimate=self.filter.jump(belief.estimate, entry))

    def _told(self, belief: Belief, time: float, entry: Reading) -> Belief:
        """The belief after a reading: fused, or compared only where its signal is dropped."""
        settings, k = self.filter.settings, entry.signal
        trust = belief.trust[k]
        if trust.dropped is None:
            estimate, innovation = self._fused(belief, entry)
        else:
            estimate, innovation = self.filter.compare(belief.estimate, k, entry.value)
        window = belief.windows[k].after(innovation, settings.window)
        windows = (*belief.windows[:k], window, *belief.windows[k + 1 :])
        if math.isinf(settings.drop):
            return Belief(estimate, windows, belief.trust)
        flagged = trust.dropped is None and window.verdict(settings.window).flagged
        after = trust.after(innovation, flagged=flagged, time=time, again=settings.again)
        if trust.dropped is not None and after.dropped is None:  # it is back, and begins anew
            windows = (*belief.windows[:k], replace(window, last=()), *belief.windows[k + 1 :])
        return Belief(estimate, windows, (*belief.trust[:k], after, *belief.trust[k + 1 :]))

    def _fused(self, belief: Belief, entry: Reading) -> tuple[Estimate, Innovation]:
        """The estimate after a reading; one that confirms another beyond the gate is fused with a widened doubt."""
        signal, value = entry
        estimate, innovation = self.filter.fuse(belief.estimate, signal, value)
        told = self.filter.settings.signals[signal]
        if not (told.confirmed and belief.windows[signal].confirmed(innovation)):
            return estimate, innovation
        wider = self.filter.widen(estimate, signal, value)
        if wider is None:
            return estimate, innovation
        fused, again = self.filter.fuse(wider, signal, value)
        return (fused, Innovation(innovation.z, True, True)) if again.fused else (estimate, innovation)
