"""Alarm floods of a whole site: what one operator is asked to answer, whichever batches the alarms come from.

The flood in the scan is of one batch, for a batch decides by nothing but its own record. ISA-18.2 counts by operator:
here the alarms of several batches are laid on one clock, and more than ten within ten minutes are a flood. The clock
of a batch is the wall clock at its start, and again each time it is resumed, with the process time since then: in a
batch that runs at the pace of the process that is the time at which the operator was alerted.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from homeostat.governance.ended import ends
from homeostat.ledger import JSON, Ledger, Recorded
from homeostat.ledger.catalogue import AlarmChanged, BatchResumed, BatchStarted
from homeostat.monitoring.alarms import FLOOD, FloodRule, Phase, floods

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UP = Phase.UNACKNOWLEDGED.value
_STANDARD = FloodRule()


@dataclass(frozen=True, slots=True)
class SiteFlood:
    """A flood of a site: begin and end (µs since 1970), and how many alarms of each batch came in it."""

    begins: int
    ends: int
    alarms: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many alarms came in it."""
        return sum(self.alarms.values())


def site_floods(ledger: Ledger, rule: FloodRule = _STANDARD) -> tuple[SiteFlood, ...]:
    """The floods of all batches that have not ended, the earliest first. Costs one look at their alarms."""
    ended = ends(ledger)
    batches = [batch for batch in ledger.batches() if batch not in ended]
    resumed = tuple(ledger.events(types=(BatchResumed.type,)))
    alerts = sorted(alert for batch in batches for alert in _alerts(ledger, batch, resumed))
    times = [time for time, _ in alerts]
    found = floods(rule, times)
    return tuple(_flood(alerts, times, rule, begins, ends) for begins, ends in found)


def stamp_of(time: int) -> datetime:
    """The moment at `time` µs since 1970."""
    return EPOCH + timedelta(microseconds=time)


Anchor = tuple[int, int]
"""A process time from which on a batch was executed in one go, and the wall clock (µs since 1970) at it."""


def _alerts(ledger: Ledger, batch: str, resumed: Iterable[Recorded]) -> Iterator[tuple[int, str]]:
    """When each alarm of a batch came up that somebody has to answer. Its own flood alarm is none more."""
    anchors = list[Anchor]()
    for one in ledger.events(batch=batch, types=(BatchStarted.type, AlarmChanged.type)):
        event = one.event
        if event.type == BatchStarted.type:
            anchors = _anchors(one, resumed)
        elif _alerting(event.data) and anchors:
            since, wall = anchors[bisect_right(anchors, event.time, key=_process_time) - 1]
            yield wall + event.time - since, batch


def _anchors(started: Recorded, resumed: Iterable[Recorded]) -> list[Anchor]:
    """The clock of a batch: its start, and every time it was resumed."""
    batch, scan = started.event.batch, BatchStarted.model_validate(started.event.data).scan
    again = ((BatchResumed.model_validate(one.event.data), _micros(one.recorded)) for one in resumed)
    return [
        (0, _micros(started.recorded)),
        *((data.scan * scan, wall) for data, wall in again if data.batch == batch),
    ]


def _alerting(data: Mapping[str, JSON]) -> bool:
    return data["alarm"] != FLOOD and data.get("after") == _UP and data.get("before") != _UP


def _process_time(anchor: Anchor) -> int:
    return anchor[0]


def _flood(
    alerts: Sequence[tuple[int, str]], times: Sequence[int], rule: FloodRule, begins: int, ends: int
) -> SiteFlood:
    """The alarms of a flood: those that made it one, from the window before it began, and all until it ended."""
    first, last = bisect_right(times, begins - rule.window), bisect_right(times, ends)
    return SiteFlood(begins, ends, dict(Counter(batch for _, batch in alerts[first:last])))


def _micros(stamp: str) -> int:
    return (datetime.fromisoformat(stamp) - EPOCH) // timedelta(microseconds=1)
