"""Alarm floods: more alarms than one operator can answer (ISA-18.2-2016 and EEMUA 191: more than ten in ten minutes).

A flood begins with the eleventh alarm within ten minutes and ends when fewer than five have come in the last ten. While
it lasts, alarms of lower priority are gathered under one flood alarm; each is still followed and recorded on its own.
This one is of a batch, which decides by its own record alone; that of a whole site is in `quality.flooded`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from homeostat.monitoring.alarms.priority import MICROSECONDS, Priority

FLOOD = "alarms.flood"
"""The name of the alarm that stands for those gathered in a flood."""


@dataclass(frozen=True, slots=True)
class FloodRule:
    """More than `most` alarms within `window` µs are a flood until there are fewer than `end`; `spared` stay apart."""

    most: int = 10
    end: int = 5
    window: int = 600 * MICROSECONDS
    spared: tuple[Priority, ...] = ("high", "critical")


@dataclass(frozen=True, slots=True)
class Flood:
    """When the alarms of the last window came, and since when there has been a flood (None: there is none)."""

    times: tuple[int, ...] = ()
    since: int | None = None
    gathered: int = 0


def annunciate(rule: FloodRule, flood: Flood, time: int, priority: Priority) -> tuple[Flood, bool]:
    """The flood after one more alarm at `time`, and whether that alarm is shown by itself."""
    times = (*_recent(rule, flood.times, time), time)
    since = time if flood.since is None and len(times) > rule.most else flood.since
    shown = since is None or priority in rule.spared
    return Flood(times, since, flood.gathered + (not shown)), shown


def abate(rule: FloodRule, flood: Flood, time: int) -> Flood:
    """The flood once time has passed: over when fewer than `end` alarms came in the last window."""
    if flood.since is None:
        return flood
    times = _recent(rule, flood.times, time)
    return Flood(times) if len(times) < rule.end else Flood(times, flood.since, flood.gathered)


def floods(rule: FloodRule, times: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Beginning and end of every flood in alarms at rising times; the end as it is if no more of them come."""
    spans: list[tuple[int, int]] = []
    kept: tuple[int, ...] = ()
    since: int | None = None
    for time in times:
        if since is not None and kept[-rule.end] + rule.window <= time:
            spans.append((since, kept[-rule.end] + rule.window))
            since = None
        kept = (*_recent(rule, kept, time), time)
        if since is None and len(kept) > rule.most:
            since = time
    if since is not None:
        spans.append((since, kept[-rule.end] + rule.window))
    return tuple(spans)


def _recent(rule: FloodRule, times: tuple[int, ...], time: int) -> tuple[int, ...]:
    return tuple(past for past in times if past > time - rule.window)
