"""What becomes of an order about an alarm, told from the record before it is handed in; the scan alone decides.

In: the settings with which the batch started, the alarms' lives so far, an order. Out: why no scan would follow it, and
why none would as the alarm stands now. It is judged by the alarm board itself.
"""

from typing import NamedTuple

from homeostat.governance.ended import end_of
from homeostat.historian import Historian
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import AlarmChanged, BatchStarted
from homeostat.monitoring.alarms import (
    Board,
    Definition,
    Life,
    Order,
    OrderKind,
    Phase,
    Rules,
    hopeless,
    obey,
)
from homeostat.monitoring.alarms.priority import HOUR, MICROSECONDS
from homeostat.quality.board import board
from homeostat.quality.story import Story, Tapes


class Asked(NamedTuple):
    """What is to be done with which alarm, by whom and why, and for how many hours of process time."""

    order: OrderKind
    alarm: str
    by: str
    why: str
    hours: float | None = None


class Foretold(NamedTuple):
    """Why an order will be refused in any case, and why as the alarm stands now; empty where nothing is against it."""

    hopeless: str = ""
    now: str = ""


def foretold(ledger: Ledger, historian: Historian, batch: str, asked: Asked) -> Foretold:
    """What the record tells of an order; nothing for a batch that runs not, or recorded no settings."""
    kinds = (AlarmChanged.type, BatchStarted.type)
    events = tuple(ledger.events(batch=batch, types=kinds)) if batch else ()
    story = Story(batch, events, (), Tapes(historian, batch))
    if story.started is None or not story.started.data.alarms or end_of(ledger, batch) is not None:
        return Foretold()
    rules = _rules(story.started.data)
    lives = {
        line.alarm: Life(Phase(line.phase), line.active, priority=line.priority) for line in board(story)
    }
    until = None if asked.hours is None else story.now + round(asked.hours * HOUR)
    order = Order(asked.order, asked.alarm, asked.by, asked.why, until)
    known = Board(lives)
    return Foretold(hopeless(rules, known, order, story.now), obey(rules, known, order, story.now).refusal)


def _rules(started: BatchStarted) -> Rules:
    """What the batch goes by, as far as orders of persons are concerned."""
    return Rules(
        {
            one.alarm: Definition(
                one.alarm,
                latching=one.latching,
                longest=round(one.longest_shelf * MICROSECONDS),
                priority=one.priority,
            )
            for one in started.alarms
        }
    )
