"""Frozen models, the outlook and predictive controllers: undecided, drifting, lowered, without a plan or overridden."""

from collections.abc import Iterator
from itertools import pairwise

from homeostat.ledger.catalogue import (
    ControlChanged,
    ControlOrdered,
    PlanFailed,
    PlanMissed,
    PredictionChanged,
    VerdictChanged,
    WatchChanged,
)
from homeostat.quality.exceptions.ladder import steps
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.ruleset import Rule
from homeostat.quality.exceptions.seen import PASSED, Seen, Sign, one, tail
from homeostat.quality.model import AnswerLine, ControllerLine, ModelLine
from homeostat.quality.wording import count, duration, times


def models(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every frozen model: how often it could not decide, or was shown what it does not know."""
    for line in matter.models:
        again = line.changes[1:]  # the first answer of a batch has nothing before it
        signs = (
            *_answered(matter, line, "undecided", [one for one in again if one.decision == "undecided"]),
            *_answered(matter, line, "drifting", [one for one in line.changes if one.outside]),
        )
        yield Seen(signs) if signs else PASSED


def _answered(matter: Matter, line: ModelLine, case: str, found: list[AnswerLine]) -> Iterator[Sign]:
    if found:
        kinds = (PredictionChanged, WatchChanged)
        events = (
            event
            for answer in found
            for kind in kinds
            for event in matter.places.of(kind, "model", line.model, answer.time)
        )
        fills = {
            "title": line.title,
            "times": times(len(found)),
            "because": tail(found[-1].reason or ", ".join(name for name, _ in found[-1].strangers)),
        }
        weight = "critical " if line.critical else ""
        yield Sign(f"{weight}{case}", line.model, fills, found[0].time, tuple(dict.fromkeys(events)))


def outlook(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every attribute that is foreseen: how often nothing could be said of it any more."""
    for line in matter.outlook:
        lost = [change for before, change in pairwise(line.changes) if change.verdict == "undecided"]
        if not lost:
            yield PASSED
            continue
        events = (
            event
            for change in lost
            for event in matter.places.of(VerdictChanged, "attribute", line.attribute, change.time)
        )
        yield one(
            "undecided",
            line.attribute,
            lost[0].time,
            tuple(dict.fromkeys(events)),
            title=line.title,
            times=times(len(lost)),
            because=tail(lost[-1].reason),
        )


def controllers(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every step that a controller took: down its ladder, or to less authority by itself, is an exception.

    One that did both at once is told as the loss of its authority, where the rule has a word for that.
    """
    titles = {line.controller: line.title for line in matter.controllers}
    for step in steps(matter):
        fact, data = step.fact, step.fact.data
        lost = step.held and "authority lost" in rule.cases
        if not lost and not step.fell(rule.names.get("begins")):
            yield PASSED
            continue
        yield one(
            "authority lost" if lost else f"down to {data.rung}",
            data.controller,
            fact.time,
            (fact.id,),
            title=titles.get(data.controller, data.controller),
            before=data.before,
            rung=data.rung,
            held=step.held,
            authority=data.authority,
            because=tail(data.reason),
        )


def planning(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every controller: whether it planned while it was at work, and how often it was asked in vain."""
    process = matter.story.process
    for line in matter.controllers:
        worked = _worked(line, matter.header.duration)
        every = process.controllers[line.controller].every.to("s") * 1e6 if process else 0.0
        vain = line.failed + line.late
        if not vain and (line.plans or worked < every):
            yield PASSED
            continue
        moves = any(change.authority != "advisory" for change in line.changes)
        events = (
            event
            for kind in (PlanFailed, PlanMissed, ControlChanged)
            for event in matter.places.of(kind, "controller", line.controller)
        )
        yield one(
            "sometimes" if line.plans else "never planned" if moves else "never advised",
            line.controller,
            line.changes[0].time if line.changes else None,
            tuple(events),
            title=line.title,
            worked=duration(worked),
            plans=times(line.plans),
            failed=count(line.failed, "question"),
            late=count(line.late, "question"),
        )


def _worked(line: ControllerLine, end: int) -> int:
    """For how long (µs) a controller was at work until `end`."""
    ends = [*(change.time for change in line.changes[1:]), end]
    pairs = zip(line.changes, ends, strict=False)  # of no change there is no end
    return sum(after - change.time for change, after in pairs if change.rung != "idle")


def orders(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every word of a person to a controller: to approve a move is its use, the rest overrides it."""
    for fact in matter.story.of(ControlOrdered):
        data = fact.data
        if data.order == "approve":
            yield PASSED
            continue
        yield one(
            "overridden",
            data.controller,
            fact.time,
            (fact.id,),
            controller=data.controller,
            order=f"authority {data.authority}" if data.authority else f"{data.order} {data.proposal}",
            by=data.by,
            because=tail(data.reason),
        )
