"""How well an alarm system serves its operators, computed from its records (measures of ISA-18.2-2016 and EEMUA 191).

In: records in the order of time, and the span they cover. Out: rates, floods, bad actors, chattering, fleeting and
stale alarms, the shares of the priorities, and how long acknowledgement took. A pure fold: the record page shows it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from homeostat.monitoring.alarms.flood import FLOOD, FloodRule, floods
from homeostat.monitoring.alarms.lifecycle import ACTIVE, UNANSWERED, Happening, Phase
from homeostat.monitoring.alarms.model import Record
from homeostat.monitoring.alarms.priority import MICROSECONDS, Priority

DAY = 86_400 * MICROSECONDS
CHATTER, CHATTER_WINDOW = (
    3,
    60 * MICROSECONDS,
)  # so often within a minute is chattering (a common rule; assumption)
FLEETING = 10 * MICROSECONDS  # back to normal sooner than anybody can answer (assumption)
STALE = DAY  # active for more than a day (ISA-18.2-2016)
ACTORS = 10  # bad actors that are named
_UNGATHERED = Happening.UNGATHER.value  # an alarm that is shown by itself after a flood came up before


@dataclass(frozen=True, slots=True)
class Measure:
    """What is judged: the span of an alarm that chatters and of one that fleets (µs), and the flood rule."""

    chatter: int = CHATTER_WINDOW
    fleeting: int = FLEETING
    stale: int = STALE
    flood: FloodRule = field(default_factory=FloodRule)


_STANDARD = Measure()


@dataclass(frozen=True, slots=True)
class Performance:
    """The figures of one span. `alerts` are alarms that came up, whether shown by themselves or gathered in a flood.

    `per_day`: mean rate; `peak`: most within any ten minutes; `in_flood`: share of the time; `actors`: the alarms that
    came most often; `chattering`, `fleeting`: how often an alarm did; `stale`: longest standing in µs; `shares`: of the
    priorities; `acknowledged`: mean µs until acknowledgement (None: nothing was); `owed`: still unacknowledged.
    """

    alerts: int
    per_day: float
    peak: int
    floods: int
    in_flood: float
    actors: tuple[tuple[str, int], ...]
    chattering: tuple[tuple[str, int], ...]
    fleeting: tuple[tuple[str, int], ...]
    stale: tuple[tuple[str, int], ...]
    shares: Mapping[Priority, float]
    acknowledged: float | None
    owed: tuple[str, ...]


def performance(
    records: Iterable[Record],
    start: int,
    end: int,
    measure: Measure = _STANDARD,
) -> Performance:
    """The figures from `start` to `end` (µs). The flood alarm itself is not counted: it is not one more deviation."""
    records = [record for record in records if record.alarm != FLOOD and record.happening != _UNGATHERED]
    alerts = [record for record in records if _alerts(record)]
    times = [record.time for record in alerts]
    spans = floods(measure.flood, times)
    by_alarm: dict[str, list[Record]] = {}
    for record in records:
        by_alarm.setdefault(record.alarm, []).append(record)
    waits = [wait for own in by_alarm.values() for wait in _waits(own)]
    return Performance(
        alerts=len(alerts),
        per_day=len(alerts) * DAY / (end - start) if end > start else 0.0,
        peak=_peak(times, measure.flood.window),
        floods=len(spans),
        in_flood=_share([(since, min(until, end)) for since, until in spans], start, end),
        actors=tuple(Counter(record.alarm for record in alerts).most_common(ACTORS)),
        chattering=_counted({name: _chatters(own, measure.chatter) for name, own in by_alarm.items()}),
        fleeting=_counted({name: _fleets(own, measure.fleeting) for name, own in by_alarm.items()}),
        stale=_counted({name: _longest(own, end, measure.stale) for name, own in by_alarm.items()}),
        shares=_shares(alerts),
        acknowledged=sum(waits) / len(waits) if waits else None,
        owed=tuple(name for name, own in by_alarm.items() if Phase(own[-1].after) in UNANSWERED),
    )


def _alerts(record: Record) -> bool:
    up = Phase.UNACKNOWLEDGED.value
    return record.after == up and record.before != up


def _peak(times: Sequence[int], window: int) -> int:
    """The most events in any half-open window."""
    best = first = 0
    for last, time in enumerate(times):
        while times[first] <= time - window:
            first += 1
        best = max(best, last - first + 1)
    return best


def _share(spans: Iterable[tuple[int, int]], start: int, end: int) -> float:
    return sum(until - since for since, until in spans) / (end - start) if end > start else 0.0


def _chatters(records: Sequence[Record], window: int) -> int:
    """How often an alarm came for at least the third time within the window."""
    times = [record.time for record in records if _alerts(record)]
    return sum(late - early < window for early, late in zip(times, times[CHATTER - 1 :], strict=False))


def _fleets(records: Sequence[Record], window: int) -> int:
    """How often an alarm was back to normal within the window, before anybody could answer."""
    pairs = pairwise(records)
    return sum(
        _alerts(one) and next_.happening.startswith("cleared") and next_.time - one.time < window
        for one, next_ in pairs
    )


def _longest(records: Sequence[Record], end: int, least: int) -> int:
    """How long an alarm stood at most, where that is longer than `least` (else 0)."""
    longest, since = 0, None
    for record in records:
        active = Phase(record.after) in ACTIVE
        if active and since is None:
            since = record.time
        elif not active and since is not None:
            longest, since = max(longest, record.time - since), None
    longest = longest if since is None else max(longest, end - since)
    return longest if longest > least else 0


def _waits(records: Sequence[Record]) -> list[int]:
    """The time from each alert to its acknowledgement."""
    waits, since = list[int](), None
    for record in records:
        if _alerts(record):
            since = record.time if since is None else since
        elif record.happening == "acknowledged" and since is not None:
            waits.append(record.time - since)
            since = None
    return waits


def _shares(alerts: Sequence[Record]) -> Mapping[Priority, float]:
    counts = Counter(record.priority for record in alerts)
    order: tuple[Priority, ...] = ("critical", "high", "medium", "low")
    return {name: counts[name] / len(alerts) for name in order} if alerts else {}


def _counted(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """The alarms with a count, the largest first."""
    return tuple(sorted(((name, n) for name, n in counts.items() if n), key=lambda pair: (-pair[1], pair[0])))
