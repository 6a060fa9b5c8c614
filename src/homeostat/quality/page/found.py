"""Sections of what monitoring found: alarms with who answered them, and signals that were not as they should be."""

from collections.abc import Iterable, Iterator

from homeostat.quality.model import AlarmLine, BatchRecord, PerformanceLine, SignalLine, Tally
from homeostat.quality.page.figures import Drawn
from homeostat.quality.page.markup import Markup, join, tag
from homeostat.quality.page.tables import chip, facts, table
from homeostat.quality.wording import count, duration, moment, number, percent, quantity, times

NAMED = 3
"""So many alarms are named in a figure of the alarm system; the JSON record has them all."""


def alarms(record: BatchRecord, drawn: Drawn) -> Markup:
    """Alarms from raised to cleared, who answered them, what persons ordered, and how the alarms served."""
    rows = [
        (
            line.text,
            chip(line.priority, {"medium": "minor", "high": "major"}.get(line.priority, line.priority)),
            moment(line.raised),
            chip("standing", "major") if line.standing else moment(line.cleared),
            duration(line.duration),
            quantity(line.value, line.unit),
            quantity(line.limit, line.unit),
            _answered(line),
        )
        for line in record.alarms
    ]
    columns = "Alarm|Priority|Raised>|Cleared>|For>|Value>|Limit>|Acknowledged"
    hushed = list(_hushed(record.alarms))
    ordered = [
        (
            one.order,
            one.alarm,
            moment(one.time),
            one.by,
            one.why,
            f"refused: {one.refused}" if one.refused else "followed",
        )
        for one in record.alarm_orders
    ]
    silences = "Alarm|How|Since>|Until>|By|Why"
    return join(
        [
            table("Alarms", columns, rows),
            table("Alarms that were kept from being shown", silences, hushed) if hushed else "",
            table("Orders about alarms", "Order|Alarm|At>|By|Why|Outcome", ordered) if ordered else "",
            _performance(record.alarm_performance) if record.alarm_performance else "",
        ]
    )


def _answered(line: AlarmLine) -> Markup:
    if line.acknowledged is None:
        return Markup("owed") if line.owed else Markup("–")
    said = tag("div", f"{moment(line.acknowledged)} by {line.acknowledged_by}")
    return join([said, tag("small", line.acknowledged_why)])


def _hushed(lines: Iterable[AlarmLine]) -> Iterator[tuple[str, ...]]:
    for line in lines:
        for one in line.silenced:
            yield line.text, one.how, moment(one.since), moment(one.until), one.by, one.why


def _performance(found: PerformanceLine) -> Markup:
    shares = ", ".join(f"{percent(share)} {priority}" for priority, share in found.shares.items() if share)
    entries = {
        "Alarms that came up": f"{found.alerts}, {number(found.per_day, 2)} a day",
        "Most in ten minutes": str(found.peak),
        "Floods": f"{found.floods}, {percent(found.in_flood)} of the time" if found.floods else "none",
        "Priorities": shares,
        "Came more than once": _often(tuple(one for one in found.actors if one.amount > 1)),
        "Chattered": _often(found.chattering),
        "Went before anybody could answer": _often(found.fleeting),
        "Stood for more than a day": _long(found.stale),
        "Mean time until acknowledged": (
            "" if found.acknowledged is None else duration(round(found.acknowledged))
        ),
        "Still to be acknowledged": count(len(found.owed), "alarm") if found.owed else "none",
    }
    return join([tag("h3", "How the alarms served (ISA-18.2)"), facts(entries)])


def _often(tallies: tuple[Tally, ...]) -> str:
    return ", ".join(f"{one.alarm} ({times(one.amount)})" for one in tallies[:NAMED])


def _long(tallies: tuple[Tally, ...]) -> str:
    return ", ".join(f"{one.alarm} ({duration(one.amount)})" for one in tallies[:NAMED])


def signals(record: BatchRecord, drawn: Drawn) -> Markup:
    """Findings about signals, gathered by signal and kind; the JSON record has each of them."""
    gathered: dict[tuple[str, str], list[SignalLine]] = {}
    for line in record.signals:
        gathered.setdefault((line.tag, line.kind), []).append(line)
    noted = [
        (line.title, line.kind, number(line.amount), moment(line.first), moment(line.last))
        for line in record.sample_notes
    ]
    columns = "Signal|Kind|Times>|Since>|Until>|Longest>|The last one"
    return join(
        [
            table("Findings about signals", columns, [_gathered(own) for own in gathered.values()]),
            table("Single samples", "Signal|Kind|Samples>|First>|Last>", noted) if noted else "",
        ]
    )


def _gathered(own: list[SignalLine]) -> tuple[str, ...]:
    last = own[-1]
    lengths = [line.closed - line.since for line in own if line.closed is not None]
    return (
        last.title,
        last.kind,
        number(len(own)),
        moment(own[0].since),
        chip("standing", "major") if last.standing else moment(last.closed),
        duration(max(lengths, default=None)),
        last.text,
    )
