"""Alarms, and what persons did to keep them from being shown."""

from collections.abc import Iterator

from homeostat.ledger.catalogue import AlarmChanged, AlarmOrdered, SourceJudged
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.ruleset import Rule
from homeostat.quality.exceptions.seen import PASSED, Seen, one, tail
from homeostat.quality.wording import duration


def alarms(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every alarm that came up, by whether it stands and by priority.

    What says that an instrument is not fit is told as that, of its source: one fault is one exception.
    """
    unfit = {f"source.{fact.data.tag}" for fact in matter.story.of(SourceJudged)}
    for line in matter.alarms:
        if line.alarm in unfit:
            yield PASSED
            continue
        yield one(
            f"{'standing' if line.standing else 'cleared'} {line.priority}",
            line.alarm,
            line.raised,
            matter.places.of(AlarmChanged, "alarm", line.alarm, line.raised),
            priority=line.priority,
            text=line.text,
            after=duration(line.duration),
        )


def orders(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every order of a person about an alarm; those that silence it are overrides."""
    for fact in matter.story.of(AlarmOrdered):
        if fact.data.order not in rule.names.get("overriding", ()):
            yield PASSED
            continue
        yield one(
            "silenced",
            fact.data.alarm,
            fact.time,
            (fact.id,),
            alarm=fact.data.alarm,
            order=fact.data.order,
            by=fact.data.by,
            because=tail(fact.data.reason),
        )
