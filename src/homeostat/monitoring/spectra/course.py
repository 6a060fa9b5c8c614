"""A process as a live calibration would have told it: its spectra in the order in which they came, samples between.

    spectra with their times, samples drawn -> follow -> what was told of each spectrum, and stood when each was drawn

Nothing looks ahead: a result is known when it is told, and then corrects the values that come after.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.spectra.live import Live
from homeostat.monitoring.spectra.state import LiveState, LiveValue


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample drawn at `time` (µs); `measured` is told to the calibration at `told` (µs), or never (None)."""

    time: int
    measured: float
    told: int | None = None


@dataclass(frozen=True)
class Course:
    """What was told of each spectrum; for each sample drawn the newest value by then, at most `Live.nearest` old.

    `unused` says, by the place of a sample, why its result could not correct anything; those at `waited` were far off
    what stood, and counted only when the next one agreed.
    """

    told: tuple[LiveValue, ...]
    standing: tuple[LiveValue | None, ...]
    unused: Mapping[int, str] = field(default_factory=dict)
    waited: frozenset[int] = frozenset()


def follow(live: Live, spectra: Iterable[tuple[int, Array]], drawn: Sequence[Drawn] = ()) -> Course:
    """Follow `spectra` (times in µs, points (p,)) as they come. Raises MonitoringError as `Live.step` does."""
    waiting = sorted(range(len(drawn)), key=lambda place: drawn[place].time)
    desk = _Desk(live, drawn)
    standing: list[LiveValue | None] = [None] * len(drawn)
    newest, told = None, list[LiveValue]()
    for time, spectrum in spectra:
        while waiting and drawn[waiting[0]].time < time:
            place = waiting.pop(0)
            standing[place] = _fresh(live, newest, drawn[place].time)
        desk.take(time, before=time)
        value, desk.state = live.step(desk.state, spectrum, time)
        told.append(value)
        desk.refused += [time] if value.value is None else []
        newest = newest if value.value is None else value
        desk.take(time, before=time + 1)
    for place in waiting:
        standing[place] = _fresh(live, newest, drawn[place].time)
    desk.close()
    return Course(tuple(told), tuple(standing), desk.unused, frozenset(desk.waited))


class _Desk:
    """Where results come in: the state that knows of those told so far."""

    def __init__(self, live: Live, drawn: Sequence[Drawn]) -> None:
        self._live, self._drawn = live, drawn
        coming = [(one.told, place) for place, one in enumerate(drawn) if one.told is not None]
        self._coming = sorted(coming)
        self.state = LiveState()
        self.unused: dict[int, str] = {}
        self.waited: set[int] = set()
        self.refused: list[int] = []
        self._waiting: int | None = None

    def take(self, now: int, before: int) -> None:
        """Tell the results that have come by `now`, of samples drawn before the time `before`."""
        due = [one for one in self._coming if one[0] <= now and self._drawn[one[1]].time < before]
        for one in due:
            self._coming.remove(one)
            self._tell(one[1])

    def close(self) -> None:
        """No spectrum comes any more: what has not come by now corrects nothing."""
        self.unused.update((place, "it came after the last spectrum") for _, place in self._coming)

    def _tell(self, place: int) -> None:
        sample, before, known = self._drawn[place], self.state, len(self.state.samples)
        try:
            near = any(abs(time - sample.time) <= self._live.nearest for time in self.refused)
            self.state = self._live.at_line(self.state, sample.time, sample.measured, refused=near)
        except MonitoringError as fault:
            self.unused[place] = fault.what
            return
        if self.state is before:
            self.unused[place] = "the same result of the same moment is known already"
        elif len(self.state.samples) == known:
            self._waiting = place
            far = f"it is more than {self._live.far:g} half-widths off what stood, alone"
            self.unused[place] = far if self._live.edition is None else f"{far}, or what stood was doubted"
        elif len(self.state.samples) == known + 2 and self._waiting is not None:
            self.waited.add(self._waiting)
            del self.unused[self._waiting]


def _fresh(live: Live, newest: LiveValue | None, time: int) -> LiveValue | None:
    return None if newest is None or time - newest.time > live.nearest else newest
