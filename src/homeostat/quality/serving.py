"""How the alarms were served: orders of persons with what became of them, and the measures of ISA-18.2."""

from collections.abc import Mapping

from homeostat.ledger.catalogue import AlarmChanged, AlarmOrdered, AlarmRefused
from homeostat.monitoring.alarms import Record, performance
from homeostat.quality.model import OrderLine, PerformanceLine, Tally
from homeostat.quality.story import Fact, Story

HAPPENINGS: Mapping[tuple[str, str], str] = {
    ("cleared", "latched"): "cleared and latched",
    ("cleared", "latched and acknowledged"): "cleared and latched",
    ("released", "unacknowledged"): "released, active",
    ("released", "normal"): "released, normal",
    ("released", "latched"): "released, latched",
    ("removed", "out of service"): "taken out of service",
    ("shown", "unacknowledged"): "shown by itself",
}
"""What had happened, by an event's state and the phase it led to; elsewhere the state says it itself."""


def alarm_orders(story: Story) -> tuple[OrderLine, ...]:
    """Every order about an alarm; a refusal belongs to the order before it that asked for the same."""
    lines: list[OrderLine] = []
    for fact in story.mixed(AlarmOrdered, AlarmRefused):
        data = fact.data
        if isinstance(data, AlarmOrdered):
            lines.append(_order(fact.time, data))
        else:
            _refuse(lines, data)
    return tuple(lines)


def _order(time: int, data: AlarmOrdered) -> OrderLine:
    return OrderLine(
        order=data.order,
        alarm=data.alarm,
        by=data.by,
        why=data.reason,
        time=time,
        until=data.until,
        refused="",
    )


def _refuse(lines: list[OrderLine], refusal: AlarmRefused) -> None:
    """All orders of a scan stand before its refusals; of orders that ask for the same, the later are refused."""
    asked = refusal.order, refusal.alarm, refusal.by
    scan = max((line.time for line in lines), default=0)
    for place in reversed(range(len(lines))):
        line = lines[place]
        if line.time == scan and not line.refused and (line.order, line.alarm, line.by) == asked:
            lines[place] = line.model_copy(update={"refused": refusal.reason})
            return


def alarm_performance(story: Story, end: int) -> PerformanceLine | None:
    """How the alarms served from the start to `end` (µs); None without alarms, or where phases are not on record."""
    facts = story.of(AlarmChanged)
    if not facts or not all(fact.data.before and fact.data.after for fact in facts):
        return None
    found = performance([record(fact) for fact in facts], 0, end)
    return PerformanceLine(
        alerts=found.alerts,
        per_day=found.per_day,
        peak=found.peak,
        floods=found.floods,
        in_flood=found.in_flood,
        actors=_tallies(found.actors),
        chattering=_tallies(found.chattering),
        fleeting=_tallies(found.fleeting),
        stale=_tallies(found.stale),
        shares=dict(found.shares),
        acknowledged=found.acknowledged,
        owed=found.owed,
    )


def record(fact: Fact[AlarmChanged]) -> Record:
    """The alarm board's own record of a transition, from the event that was made of it."""
    data = fact.data
    return Record(
        alarm=data.alarm,
        happening=HAPPENINGS.get((data.state, data.after), data.state),
        before=data.before,
        after=data.after,
        time=fact.time,
        by=data.by,
        why=data.reason,
        priority=data.priority,
        text=data.text,
        value=data.value,
        limit=data.limit,
        unit=data.unit,
        until=data.until,
        shown=data.shown,
        first=data.first,
    )


def _tallies(pairs: tuple[tuple[str, int], ...]) -> tuple[Tally, ...]:
    return tuple(Tally(alarm=alarm, amount=amount) for alarm, amount in pairs)
