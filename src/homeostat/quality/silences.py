"""Critical alarms that were kept from being shown: a silence is told as long as the batch is, also once it is over.

In: the story. Out: every silence, in the order of beginning. The board shows only what is silent now.
"""

from homeostat.ledger.catalogue import AlarmChanged
from homeostat.monitoring.alarms.lifecycle import SILENCED
from homeostat.quality.model import Priority, Silence
from homeostat.quality.story import Fact, Story

CRITICAL: Priority = "critical"
_SILENT = frozenset(phase.value for phase in SILENCED)


def silences(story: Story) -> tuple[Silence, ...]:
    """Every silence of a critical alarm; one way of being silenced after another is another silence."""
    lines: list[Silence] = []
    open_: dict[str, int] = {}
    for fact in story.of(AlarmChanged):
        data = fact.data
        if data.after == data.before:
            continue
        place = open_.pop(data.alarm, None)
        if place is not None:
            lines[place] = lines[place].model_copy(update={"over": fact.time})
        if data.priority == CRITICAL and data.after in _SILENT:
            open_[data.alarm] = len(lines)
            lines.append(_begun(fact))
    return tuple(lines)


def _begun(fact: Fact[AlarmChanged]) -> Silence:
    data = fact.data
    return Silence(
        alarm=data.alarm,
        how=data.after,
        by=data.by,
        why=data.reason,
        since=fact.time,
        until=data.until,
        over=None,
    )
