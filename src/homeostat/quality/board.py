"""The alarm board as the ledger tells it: every alarm that is not plainly normal, where it is in its life, and why."""

from homeostat.ledger.catalogue import AlarmChanged
from homeostat.monitoring.alarms.lifecycle import SILENCED, UNANSWERED, Phase
from homeostat.quality.model import BoardLine, Priority
from homeostat.quality.story import Fact, Story

PRIORITIES: tuple[Priority, ...] = ("critical", "high", "medium", "low")

_SILENT = frozenset(phase.value for phase in SILENCED)
_OWED = frozenset(phase.value for phase in UNANSWERED)


def board(story: Story) -> tuple[BoardLine, ...]:
    """One line an alarm: those to be acknowledged first, then by priority, then the oldest."""
    lines: dict[str, BoardLine] = {}
    for fact in story.of(AlarmChanged):
        lines[fact.data.alarm] = _line(fact, lines.get(fact.data.alarm))
    shown = [line for line in lines.values() if line.active or line.phase != Phase.NORMAL.value]
    return tuple(sorted(shown, key=_urgency))


def _urgency(line: BoardLine) -> tuple[bool, int, int, str]:
    return not line.owed, PRIORITIES.index(line.priority), line.since, line.alarm


def _line(fact: Fact[AlarmChanged], before: BoardLine | None) -> BoardLine:
    """The line after one more event; who and why are told of a person's or a phase's act until the next one."""
    data = fact.data
    active = data.state == "raised" or (data.state != "cleared" and before is not None and before.active)
    phase = data.after or (Phase.ACKNOWLEDGED if active else Phase.NORMAL).value  # old records know no phases
    kept = before is not None and before.phase == phase and data.state in {"raised", "cleared"}
    told = before if kept else None
    raised = (
        before if before is not None and data.state != "raised" else data
    )  # what raised it is what it is about
    return BoardLine(
        alarm=data.alarm,
        text=raised.text,
        priority=raised.priority,
        phase=phase,
        active=active,
        owed=phase in _OWED,
        silent=phase in _SILENT,
        since=before.since if before and before.active and active else fact.time,
        by=told.by if told else data.by,
        why=told.why if told else data.reason,
        until=told.until if told else data.until,
        value=raised.value,
        limit=raised.limit,
        unit=raised.unit,
    )
