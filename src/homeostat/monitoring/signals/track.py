"""One signal, reading by reading: range, rate, frozen, stuck, spike and drop-out as one pure state machine.

    inspect(signal, track, reading) -> (track, assessed value, changes of findings)

A value that lies far from the last good value *and* from the median of the recent good ones is held out until a second
sample confirms it (a median over a window of five resists two outliers: Tukey 1977, Exploratory Data Analysis, 7).
Everything is judged by the past and the newest sample alone.
"""

from dataclasses import dataclass, replace

from homeostat.monitoring.signals.finding import QUALITY, Change, Finding, Kind, changes, number, spell
from homeostat.monitoring.signals.settings import Signal
from homeostat.process import LAST_USABLE, Quality, Reading

RECENT = 5  # good values that a new one is compared with
HOLD_OUT = 3  # so many values in a row that nothing confirms are no spikes: the signal has moved
SETTLED = 3  # good values that are needed before one can be called a spike
ERRATIC = 3  # so many spikes within `SPELL` samples are one standing finding (assumption)
SPELL = 100
CALM = 300  # and over when there was none in so many: spikes in 5 % of samples leave such a gap once in 5 million


@dataclass(frozen=True, slots=True)
class Still:
    """A signal that repeats itself: the value it repeats, and since when (µs)."""

    value: float
    since: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value held out until another confirms it; `count` such values in a row, the first at `since`."""

    value: float
    since: int
    count: int


@dataclass(frozen=True, slots=True)
class Track:
    """What is remembered of a signal.

    `recent` good values, oldest first; `good` the time of the newest of them; `sampled` that of the newest sample with
    a value; `still` and `candidate` where they apply; the times of late `spikes`; the findings that stand.
    """

    recent: tuple[float, ...] = ()
    good: int = 0
    sampled: int = 0
    still: Still | None = None
    candidate: Candidate | None = None
    standing: tuple[Finding, ...] = ()
    spikes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessed:
    """A value with the quality it has after all checks."""

    value: float
    quality: Quality


def inspect(
    signal: Signal, track: Track, reading: Reading, *, disturbed: bool = False
) -> tuple[Track, Assessed, tuple[Change, ...]]:
    """The next track of a signal, its newest value with its quality, and what was found or is over.

    `reading.time` is the time of the scan and does not run back (`intake` sees to it). `disturbed` says that
    something was done to what the signal measures (a dose, a draw): a jump is then believed at once.
    """
    if _absent(reading):
        return _silent(signal, track, reading)
    if reading.quality is Quality.HELD:
        return _held(signal, track, reading)
    return _sampled(signal, track, reading, disturbed=disturbed)


def _absent(reading: Reading) -> bool:
    finite = reading.value - reading.value == 0.0
    return not finite or reading.quality > Quality.UNCERTAIN


def _silent(signal: Signal, track: Track, reading: Reading) -> tuple[Track, Assessed, tuple[Change, ...]]:
    """No sample: a drop-out once it has lasted; what stood before goes on standing, for nothing contradicts it."""
    assessed = Assessed(reading.value, Quality(max(reading.quality, _unreadable(reading.value))))
    if reading.time - track.sampled < signal.silent or _stands(track, "drop-out"):
        return track, assessed, ()
    text = f"{signal.title}: no value for {spell(reading.time - track.sampled)}"
    finding = Finding(signal.tag, "drop-out", track.sampled, number(reading.value), text)
    return (
        replace(track, standing=(*track.standing, finding)),
        assessed,
        (Change(finding, True, reading.time),),
    )


def _unreadable(value: float) -> Quality:
    return Quality.GOOD if value - value == 0.0 else Quality.BAD


def _held(signal: Signal, track: Track, reading: Reading) -> tuple[Track, Assessed, tuple[Change, ...]]:
    """The last sample again: as good as that one was, and stale once the next is overdue."""
    if reading.time - track.sampled >= signal.silent:
        return _silent(signal, track, Reading(reading.value, Quality.STALE, reading.time))
    return track, Assessed(reading.value, _quality(reading.quality, track)), ()


def _sampled(
    signal: Signal, track: Track, reading: Reading, *, disturbed: bool
) -> tuple[Track, Assessed, tuple[Change, ...]]:
    value, time = reading.value, reading.time
    still = _stillness(signal, track, value, time)
    found = [*_range(signal, value, time), *_standstill(signal, still, time)]
    spikes: tuple[Change, ...] = ()
    recent, good, candidate = track.recent, track.good, None
    if not found and reading.quality <= LAST_USABLE:
        candidate, spikes = _weigh(signal, track, value, time, disturbed=disturbed)
        if candidate is None and not disturbed:
            found += _rate(signal, track, value, time)
            candidate = track.candidate if found else None  # confirmed, but too fast to be believed yet
        if candidate is None and not found:
            recent, good = _remember(track, value, jumped=_far(signal, track.recent, value)), time
    known = still if still.since < time or found or candidate is not None else None
    late = _late(signal, track, time, fresh=bool(spikes))
    standing = _kept(track.standing, [*found, *_erratic(signal, track, late, value)])
    after = Track(recent, good, time, known, candidate, standing, late)
    seen = Assessed(value, _quality(reading.quality, after))
    noted = () if _stands(track, "erratic") else spikes
    return after, seen, (*noted, *changes(track.standing, standing, time))


def _late(signal: Signal, track: Track, time: int, *, fresh: bool) -> tuple[int, ...]:
    """When the spikes of the last samples were found; an erratic signal is remembered for longer."""
    if not track.spikes and not fresh:
        return ()
    samples = CALM if _stands(track, "erratic") else SPELL
    kept = tuple(spike for spike in track.spikes if spike > time - samples * signal.every)
    return (*kept, time) if fresh else kept


def _erratic(signal: Signal, track: Track, late: tuple[int, ...], value: float) -> list[Finding]:
    """One finding for many spikes, until there has been none for a while; then they are not reported one by one."""
    if not late or (len(late) < ERRATIC and not _stands(track, "erratic")):
        return []
    text = f"{signal.title}: {len(late)} spikes within {spell(SPELL * signal.every)}, none of them used"
    return [Finding(signal.tag, "erratic", late[0], value, text)]


def _quality(quality: Quality, track: Track) -> Quality:
    """The worst of what the driver said, what stands against the signal, and whether its value is held out."""
    doubts = [QUALITY[finding.kind] for finding in track.standing]
    if track.candidate is not None:
        doubts.append(QUALITY["spike"])
    return max(quality, *doubts) if doubts else quality


def _kept(standing: tuple[Finding, ...], found: list[Finding]) -> tuple[Finding, ...]:
    """The findings that stand now: one that stood before keeps its beginning and its words."""
    if not found:
        return ()
    before = {finding.kind: finding for finding in standing}
    return tuple(before.get(finding.kind, finding) for finding in found)


def _stands(track: Track, kind: Kind) -> bool:
    return any(finding.kind == kind for finding in track.standing)


def _range(signal: Signal, value: float, time: int) -> list[Finding]:
    if signal.low <= value <= signal.high:
        return []
    end, word = (signal.low, "below") if value < signal.low else (signal.high, "above")
    text = f"{signal.title}: {value:.6g} {signal.unit} lies {word} the instrument's range ({end:.6g} {signal.unit})"
    return [Finding(signal.tag, "range", time, value, text)]


def _stillness(signal: Signal, track: Track, value: float, time: int) -> Still:
    """Since when the signal has repeated itself; a change of half a resolution step or more is a change.

    The time of a drop-out does not count: nobody knows what the signal did then.
    """
    still = track.still
    if still is None and track.recent:
        still = Still(track.recent[-1], track.good)
    if still is not None and (silence := time - track.sampled) >= signal.silent:
        still = replace(still, since=still.since + silence - signal.every)
    if still is not None and (value == still.value or abs(value - still.value) < 0.5 * signal.step):
        return still
    return Still(value, time)


def _standstill(signal: Signal, still: Still, time: int) -> list[Finding]:
    """Stuck at a guarded end of the range, or frozen anywhere else; at an unguarded end nothing can be said."""
    lasted = time - still.since
    if still.value >= signal.high or (still.value <= signal.low and signal.low_guarded):
        if lasted < signal.stuck:
            return []
        text = f"{signal.title}: stuck at the end of its range for {spell(lasted)}"
        return [Finding(signal.tag, "stuck", still.since, still.value, text)]
    if signal.still is None or lasted < signal.still or still.value <= signal.low:
        return []
    text = f"{signal.title}: has not moved from {still.value:.6g} {signal.unit} for {spell(lasted)}"
    return [Finding(signal.tag, "frozen", still.since, still.value, text)]


def _rate(signal: Signal, track: Track, value: float, time: int) -> list[Finding]:
    """Faster than believable since the last good value; with time passing the same value becomes believable."""
    if not track.recent or time <= track.good:
        return []
    change = value - track.recent[-1]
    if abs(change) <= signal.rate * (time - track.good):
        return []
    text = f"{signal.title}: changed by {change:.4g} {signal.unit} within {spell(time - track.good)}"
    return [Finding(signal.tag, "rate", time, value, text)]


def _weigh(
    signal: Signal, track: Track, value: float, time: int, *, disturbed: bool
) -> tuple[Candidate | None, tuple[Change, ...]]:
    """Whether a value is held out, and the spike that an earlier one turned out to be.

    A value held out is confirmed by a second one near it. When the signal is back instead, it was a spike. Values that
    stay away without agreeing are believed after `HOLD_OUT` of them.
    """
    held, far = track.candidate, _far(signal, track.recent, value)
    if not far:
        return None, () if held is None else (_spike(signal, held, time),)
    if disturbed or (held is not None and _agrees(signal, held, value)):
        return None, ()
    if held is None:
        return Candidate(value, time, 1), ()
    return None if held.count >= HOLD_OUT - 1 else Candidate(value, held.since, held.count + 1), ()


def _agrees(signal: Signal, held: Candidate, value: float) -> bool:
    return abs(value - held.value) <= _jump(signal, value)


def _far(signal: Signal, recent: tuple[float, ...], value: float) -> bool:
    """Whether a value lies far from the last good value and from the median of the recent ones."""
    if len(recent) < SETTLED:
        return False
    jump = _jump(signal, recent[-1])
    return abs(value - recent[-1]) > jump and abs(value - sorted(recent)[len(recent) // 2]) > jump


def _jump(signal: Signal, value: float) -> float:
    return signal.jump + _SIGMAS * signal.relative * abs(value)


def _spike(signal: Signal, held: Candidate, time: int) -> Change:
    text = f"{signal.title}: {held.value:.6g} {signal.unit} was a spike and is not used"
    return Change(Finding(signal.tag, "spike", held.since, held.value, text), True, time)


def _remember(track: Track, value: float, *, jumped: bool) -> tuple[float, ...]:
    """The recent good values with the new one; after a jump that was believed the old level counts no more."""
    return (value,) if jumped else (*track.recent[1 - RECENT :], value)


_SIGMAS = 8.0  # as SPIKE_SIGMAS, for the part of the noise that grows with the value
