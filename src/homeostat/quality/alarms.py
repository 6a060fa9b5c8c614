"""Alarms from raised to cleared (ISA-18.2)."""

from homeostat.ledger.catalogue import AlarmChanged
from homeostat.quality.model import AlarmLine
from homeostat.quality.story import Fact, Story


def alarms(story: Story) -> tuple[AlarmLine, ...]:
    """Every alarm in the order of being raised, with the value and limit that raised it."""
    lines: list[AlarmLine] = []
    standing: dict[str, int] = {}
    for fact in story.of(AlarmChanged):
        if fact.data.state == "raised":
            standing[fact.data.alarm] = len(lines)
            lines.append(_raised(fact))
        elif fact.data.alarm in standing:
            place = standing.pop(fact.data.alarm)
            lines[place] = _cleared(lines[place], fact.time)
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
    )


def _cleared(line: AlarmLine, time: int) -> AlarmLine:
    return line.model_copy(update={"cleared": time, "duration": time - line.raised, "standing": False})
