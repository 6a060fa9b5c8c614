"""Alarms, and what persons did to keep them from being shown."""

from collections.abc import Iterator

from homeostat.ledger.catalogue import AlarmChanged, AlarmOrdered, SourceJudged
from homeostat.process.alarm_names import blind, lowered, on_rung
from homeostat.quality.exceptions.ladder import steps
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.probes.measured import faulty
from homeostat.quality.exceptions.ruleset import Rule
from homeostat.quality.exceptions.seen import PASSED, Seen, one, tail
from homeostat.quality.model import AlarmLine
from homeostat.quality.wording import duration


def alarms(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every alarm that came up, by whether it stands and by priority.

    What only says what another rule tells is told as that: one fault is one exception. One that still stands may weigh
    more than a gap or a step down, and is told beside it.
    """
    elsewhere = {f"source.{fact.data.tag}" for fact in matter.story.of(SourceJudged)}
    loops, controllers = (kind in rule.names.get("told elsewhere", ()) for kind in ("loops", "controllers"))
    lost, fallen = (set(_lost(matter)), set(_fallen(matter))) if controllers else (set(), set())
    for line in matter.alarms:
        raised = line.alarm, line.raised
        over = not line.standing and (raised in fallen or (loops and _unread(matter, rule, line)))
        if line.alarm in elsewhere or raised in lost or over:
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


def _unread(matter: Matter, rule: Rule, line: AlarmLine) -> bool:
    """Whether the alarm says that a loop has no reading, and its tag was so faulty then that it is an exception."""
    strategy = matter.story.process.strategy if matter.story.process else {}
    read = {blind(name): loop.tag for name, loop in strategy.items()}.get(line.alarm)
    return read is not None and faulty(matter, rule, read, line.raised)


def _lost(matter: Matter) -> Iterator[tuple[str, int]]:
    """The alarms, with their times, that say that a controller lost its authority by itself."""
    for step in steps(matter):
        if step.held:
            yield lowered(step.fact.data.controller), step.fact.time
            yield on_rung(step.fact.data.controller, step.fact.data.rung), step.fact.time


def _fallen(matter: Matter) -> Iterator[tuple[str, int]]:
    """The alarms, with their times, that say that a controller went down; for what is no fault none is raised."""
    for step in steps(matter):
        if step.fell(()):
            yield on_rung(step.fact.data.controller, step.fact.data.rung), step.fact.time


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
