"""All signals of a batch, scan by scan: a quick look at each, and `inspect` where the quick look is not enough.

The quick look costs a fraction of a microsecond and only ever accepts what `inspect` would accept in the same way: a
good sample inside the range that has moved since the last one, but not far, or stands still, but not for long, of a
signal against which nothing stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from homeostat.monitoring.signals.finding import Change, Finding
from homeostat.monitoring.signals.settings import Signal
from homeostat.monitoring.signals.track import RECENT, Still, Track, inspect
from homeostat.process import Quality, Reading

Look = tuple[int, float, float, float, float, int, int]
"""The quick look at tag [0]: inside [1] to [2], moved by [3] at least and [4] at most or still for less than [5] µs,
sampled within [6] µs."""

_GOOD, _HELD = int(Quality.GOOD), int(Quality.HELD)
_KEEP = 1 - RECENT
FOR_EVER = 2**62


@dataclass(frozen=True, slots=True)
class Panel:
    """The signals of a process by tag (None: not watched), the scan interval (µs), a quick look at each watched tag."""

    signals: tuple[Signal | None, ...]
    scan: int
    looks: tuple[Look, ...]

    @classmethod
    def of(cls, signals: Iterable[Signal | None], scan: int) -> "Panel":
        """A panel for signals that are looked at every `scan` µs."""
        signals = tuple(signals)
        looks = [_look(index, signal, scan) for index, signal in enumerate(signals) if signal is not None]
        return cls(signals, scan, tuple(looks))


class Memory(NamedTuple):
    """The tracks of all tags, of quiet ones (`odd` is None) the recent good values, the time of the newest, and
    since when that one has repeated itself.

    `disturbed` are the tags that something was done to and that have not been sampled since.
    """

    recent: tuple[tuple[float, ...], ...]
    good: tuple[int, ...]
    since: tuple[int, ...]
    odd: tuple[Track | None, ...]
    time: int = -1
    disturbed: frozenset[int] = frozenset()

    @property
    def standing(self) -> tuple[Finding, ...]:
        """Every finding that stands now, in the order of the tags."""
        return tuple(finding for track in self.odd if track is not None for finding in track.standing)


class Surveyed(NamedTuple):
    """What a scan's survey gives: the next memory, each tag's quality code, and what was found or is over."""

    memory: Memory
    qualities: tuple[int, ...]
    changes: tuple[Change, ...]


def begin(panel: Panel, time: int = 0) -> Memory:
    """The memory before the first scan, which comes at `time` µs."""
    count = len(panel.signals)
    fresh = Track(good=time, sampled=time)
    return Memory(((),) * count, (time,) * count, (time,) * count, (fresh,) * count, time - panel.scan)


def survey(
    panel: Panel,
    memory: Memory,
    values: Sequence[float],
    qualities: Sequence[int],
    time: int,
    disturbed: frozenset[int] = frozenset(),
) -> Surveyed:
    """Look at the newest value of every tag.

    `disturbed` are the tags, by index, that something was just done to: their next sample is believed however far it
    lies from the last.
    """
    work = list(memory.recent), list(memory.good), list(memory.since)
    recent, good, since = work
    awaited = memory.disturbed | disturbed
    doubted = _doubted(panel, memory, work, values, qualities, time)
    odd, assessed = memory.odd, tuple(qualities)
    found: tuple[Change, ...] = ()
    if doubted:
        tracks, codes, changed = list(odd), list(qualities), list[Change]()
        for index, signal in doubted:
            track = tracks[index] or _calm(recent[index], good[index], since[index])
            reading = Reading(values[index], Quality(qualities[index]), time)
            track, seen, changes = inspect(signal, track, reading, disturbed=index in awaited)
            codes[index], changed = int(seen.quality), [*changed, *changes]
            recent[index], good[index] = track.recent, track.good
            since[index] = track.still.since if track.still is not None else track.good
            tracks[index] = None if _quiet(track) else track
        odd, assessed, found = tuple(tracks), tuple(codes), tuple(changed)
    pending = _unsampled(awaited, values, qualities) if awaited else awaited
    return Surveyed(Memory(tuple(recent), tuple(good), tuple(since), odd, time, pending), assessed, found)


def _doubted(
    panel: Panel,
    memory: Memory,
    work: tuple[list[tuple[float, ...]], list[int], list[int]],
    values: Sequence[float],
    qualities: Sequence[int],
    time: int,
) -> list[tuple[int, Signal]]:
    """The tags that have to be inspected; the good samples of the others are put into `work` (recent, good, since)."""
    recent, good, since = work
    odd, doubted = memory.odd, list[tuple[int, Signal]]()
    regular = time - memory.time >= panel.scan
    for index, low, high, least, most, still, silent in panel.looks:
        if odd[index] is None and regular:
            quality = qualities[index]
            if quality == _GOOD:
                value, last = values[index], recent[index]
                moved = value - last[-1]
                if moved == 0.0:
                    lively = time - since[index] < still and time - good[index] < silent
                    if low < value < high and lively:
                        recent[index] = (*last[_KEEP:], value)
                        good[index] = time
                        continue
                elif low <= value <= high and least <= abs(moved) <= most:
                    recent[index] = (*last[_KEEP:], value)
                    good[index] = since[index] = time
                    continue
            elif quality == _HELD and values[index] - values[index] == 0.0 and time - good[index] < silent:
                continue
        signal = panel.signals[index]
        if signal is not None:
            doubted.append((index, signal))
    return doubted


def _unsampled(awaited: frozenset[int], values: Sequence[float], qualities: Sequence[int]) -> frozenset[int]:
    """The disturbed tags of which no new sample has come."""
    return frozenset(i for i in awaited if qualities[i] != _GOOD or values[i] != values[i])


def _quiet(track: Track) -> bool:
    """Whether nothing but the recent values is worth remembering."""
    if track.candidate is not None or track.standing or track.spikes or not track.recent:
        return False
    exact = track.still is None or track.still.value == track.recent[-1]
    return exact and track.sampled == track.good


def _calm(recent: tuple[float, ...], good: int, since: int) -> Track:
    """The track of a quiet signal, put together again."""
    still = Still(recent[-1], since) if since < good else None
    return Track(recent, good, good, still)


def _look(index: int, signal: Signal, scan: int) -> Look:
    most = min(signal.jump, signal.rate * scan)
    still = FOR_EVER if signal.still is None else signal.still
    return index, signal.low, signal.high, 0.5 * signal.step, most, still, signal.silent
