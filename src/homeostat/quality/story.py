"""The story of one batch: its events as typed facts, its process, and its time series, ready to be folded.

In: the ledger and the historian. Out: a `Story`, which every section of the record reads and none changes.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from typing import Any, Generic, TypeVar

import numpy as np
from pydantic import ValidationError

from homeostat.errors import HistorianError, RecordError
from homeostat.governance.counting import counting
from homeostat.governance.custody import Belonging
from homeostat.governance.ended import executed
from homeostat.governance.signing import Standing, not_entitled
from homeostat.historian import Historian, Series
from homeostat.ledger import Ledger, Recorded
from homeostat.ledger.catalogue import (
    PAYLOADS,
    Act,
    BatchEnded,
    BatchResumed,
    BatchStarted,
    ContainersHeld,
    DeviationRequested,
    Payload,
    payload,
)
from homeostat.process.declaration import Process
from homeostat.process.reading import LAST_USABLE, Reading

P = TypeVar("P", bound=Payload)
Q = TypeVar("Q", bound=Payload)
P_co = TypeVar("P_co", bound=Payload, covariant=True)

_SITE = tuple(kind.type for kind in (BatchResumed, ContainersHeld, DeviationRequested))
"""What a story takes from the events of the site."""


_ACTS = frozenset(name for name, kind in PAYLOADS.items() if issubclass(kind, Act))


def is_act(stored: Recorded) -> bool:
    """Whether an event is what a person did outside the scan; such have a stamp and no process time."""
    return stored.event.type in _ACTS


@dataclass(frozen=True, slots=True)
class Fact(Generic[P_co]):
    """One event with its payload as a typed value; `time` in microseconds of process time."""

    id: str
    time: int
    actor: str
    recorded: str
    data: P_co
    seq: int = 0


class Tapes:
    """The time series of one batch; each is read once. A series that does not exist is None."""

    def __init__(self, historian: Historian, batch: str) -> None:
        """Look up which tags the historian keeps for `batch`; it may know nothing of it."""
        self._read: Callable[[str], Series] = lambda tag: historian.read(batch, tag)
        self._last: Callable[[str], Reading | None] = lambda tag: historian.last(batch, tag)
        self._known: dict[str, Series] = {}
        try:
            self.units = {spec.name: spec.unit for spec in historian.tags(batch)}
        except HistorianError:
            self.units = {}

    def series(self, tag: str) -> Series | None:
        """Every sample of `tag` in its unit (`units[tag]`), or None."""
        if tag not in self.units:
            return None
        if tag not in self._known:
            self._known[tag] = self._read(tag)
        return self._known[tag]

    def last(self, tag: str) -> float | None:
        """The value of `tag` in the last scan; None where it cannot be used, or was never recorded."""
        reading = self._last(tag) if tag in self.units else None
        if reading is None or reading.quality > LAST_USABLE or not math.isfinite(reading.value):
            return None
        return reading.value

    @property
    def end(self) -> int | None:
        """The time of the last scan (µs); None where nothing was recorded."""
        reading = self._last(next(iter(self.units))) if self.units else None
        return None if reading is None else reading.time

    def at(self, tag: str, time: int) -> float | None:
        """The last usable value of `tag` at or before `time`: what was known then. None without one."""
        series = self.series(tag)
        if series is None:
            return None
        known = int(np.searchsorted(series.time, time, side="right"))
        good = np.flatnonzero(usable(series)[:known])
        return float(series.value[good[-1]]) if good.size else None


def usable(series: Series) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """Which samples (n,) may be used: GOOD or HELD, and finite."""
    return (series.quality <= LAST_USABLE) & np.isfinite(series.value)


@dataclass(frozen=True)
class Story:
    """Everything the ledger and the historian say about one batch; `containers` are those that concern it.

    What was put after the end of its execution is not among the `events`, nor are those that cannot be read, nor
    amendments that nobody's signature carries, which a GMP batch needs: `verify` names them; they are among `stored`.
    `not_entitled` are the signatures given for it by somebody whose role does not carry them.
    """

    batch: str
    events: tuple[Recorded, ...]
    site: tuple[Recorded, ...]
    tapes: Tapes
    containers: frozenset[str] = frozenset()
    not_entitled: tuple[Standing, ...] = ()
    stored: tuple[Recorded, ...] = ()

    @classmethod
    def read(cls, ledger: Ledger, historian: Historian, batch: str) -> "Story":
        """The story of `batch`. Raises RecordError where the ledger holds no event of it."""
        stored = tuple(ledger.stored(batch=batch)) if batch else ()
        readable = filter(ledger.reads, stored)
        events = tuple(counting(ledger, batch, executed(ledger, readable, batch))) if stored else ()
        if not events:
            raise RecordError(f"there is no batch '{batch}'", mend="list them with: homeostat batches")
        site = tuple(ledger.events(batch="", types=_SITE))
        containers = Belonging.of(ledger).containers(batch)
        entitled = not_entitled(ledger, batch)
        return cls(batch, events, site, Tapes(historian, batch), containers, entitled, stored)

    @cached_property
    def interruptions(self) -> tuple[Fact[BatchResumed], ...]:
        """Every time execution was taken up again after it had broken off."""
        end = self.ended.seq if self.ended else math.inf
        return tuple(
            fact for fact in self.about(BatchResumed) if fact.data.batch == self.batch and fact.seq < end
        )

    def of(self, kind: type[P]) -> list[Fact[P]]:
        """The facts of one kind, in the order of the ledger."""
        known = self._told.get(kind)
        if known is None:
            known = self._told[kind] = _facts(self._by_type.get(kind.type, ()), kind)
        return list(known)

    def mixed(self, kind: type[P], other: type[Q]) -> list[Fact[P | Q]]:
        """The facts of two kinds in one order, that of the ledger."""
        first: list[Fact[P | Q]] = list[Fact[P | Q]](self.of(kind))
        second: list[Fact[P | Q]] = list[Fact[P | Q]](self.of(other))
        return list(merge(first, second, key=lambda fact: fact.seq))

    @cached_property
    def _told(self) -> dict[type[Payload], list[Any]]:
        """Facts by kind, once they were asked for: each list holds facts of its key's kind."""
        return {}

    @cached_property
    def _by_type(self) -> Mapping[str, list[Recorded]]:
        """The events of each type: a long story is gone through once."""
        found: dict[str, list[Recorded]] = defaultdict(list)
        for stored in self.events:
            found[stored.event.type].append(stored)
        return found

    @cached_property
    def record_events(self) -> tuple[Recorded, ...]:
        """The events that make the record, without what persons did or said about it afterwards."""
        return tuple(stored for stored in self.events if not is_act(stored))

    def about(self, kind: type[P]) -> list[Fact[P]]:
        """The facts of one kind that stand among the site's, about no one batch alone: resumptions, custody."""
        return _facts((stored for stored in self.site if stored.event.type == kind.type), kind)

    @cached_property
    def started(self) -> Fact[BatchStarted] | None:
        """How the batch began."""
        return next(iter(self.of(BatchStarted)), None)

    @cached_property
    def ended(self) -> Fact[BatchEnded] | None:
        """How the batch ended; None while it runs."""
        return next(iter(self.of(BatchEnded)), None)

    @cached_property
    def process(self) -> Process | None:
        """The declaration the batch was run by; None where the record does not hold a readable one."""
        if self.started is None:
            return None
        try:
            return Process.model_validate_json(self.started.data.declaration)
        except ValidationError:
            return None

    @property
    def now(self) -> int:
        """The process time of the last event."""
        return max(recorded.event.time for recorded in self.events)


def _facts(events: Iterable[Recorded], kind: type[P]) -> list[Fact[P]]:
    facts = []
    for stored in events:
        event = stored.event
        data = payload(event.type, event.data)
        if isinstance(data, kind):
            facts.append(Fact(event.id, event.time, event.actor, stored.recorded, data, stored.seq))
    return facts
