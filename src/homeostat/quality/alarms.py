"""Alarms from raised to cleared (ISA-18.2): who acknowledged or silenced them and why, and what is still owed."""

from homeostat.ledger.catalogue import AlarmChanged
from homeostat.monitoring.alarms.lifecycle import SILENCED, UNANSWERED
from homeostat.quality.model import AlarmLine, Hush
from homeostat.quality.story import Fact, Story

HUSHED = frozenset({"shelved", "suppressed", "removed"})
"""What an event says when an alarm is kept from being shown."""

_OWED = frozenset(phase.value for phase in UNANSWERED)
_SILENT = frozenset(phase.value for phase in SILENCED)


def alarms(story: Story) -> tuple[AlarmLine, ...]:
    """Every alarm in the order of being raised, with the value and limit that raised it."""
    lines: list[AlarmLine] = []
    own: dict[str, list[int]] = {}
    for fact in story.of(AlarmChanged):
        places = own.setdefault(fact.data.alarm, [])
        if fact.data.state == "raised":
            places.append(len(lines))
            lines.append(_raised(fact))
        for place in places:
            change = _change(fact, lines[place], newest=place == places[-1])
            lines[place] = lines[place].model_copy(update=change)
    return tuple(lines)


def _raised(fact: Fact[AlarmChanged]) -> AlarmLine:
    data = fact.data
    return AlarmLine(
        alarm=data.alarm,
        text=data.text,
        priority=data.priority,
        raised=fact.time,
        cleared=None,
        duration=None,
        value=data.value,
        limit=data.limit,
        unit=data.unit,
        standing=True,
        shown=data.shown,
        first=data.first,
    )


def _change(fact: Fact[AlarmChanged], line: AlarmLine, *, newest: bool) -> dict[str, object]:
    """What an event changes in a line of its alarm; an acknowledgement covers every line that waits for one."""
    data, change = fact.data, dict[str, object]()
    if data.state == "cleared" and line.standing:
        change |= {"cleared": fact.time, "duration": fact.time - line.raised, "standing": False}
    if data.state == "acknowledged" and line.owed:
        change |= {"acknowledged": fact.time, "acknowledged_by": data.by, "acknowledged_why": data.reason}
    if data.state in HUSHED and (line.standing or line.owed):
        hush = Hush(how=data.after, by=data.by, why=data.reason, since=fact.time, until=data.until)
        change["silenced"] = (*line.silenced, hush)
    standing = line.standing and data.state != "cleared"
    owed = data.after in _OWED and (newest or line.owed)
    return change | {"owed": owed, "silent": standing and data.after in _SILENT}
