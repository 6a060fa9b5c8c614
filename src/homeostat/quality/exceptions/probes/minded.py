"""Frozen models, the outlook and predictive controllers: undecided, drifting, lowered or overridden."""

from collections.abc import Iterator
from itertools import pairwise

from homeostat.ledger.catalogue import (
    ControlChanged,
    ControlOrdered,
    PredictionChanged,
    VerdictChanged,
    WatchChanged,
)
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.ruleset import Rule
from homeostat.quality.exceptions.seen import PASSED, Seen, Sign, one, tail
from homeostat.quality.model import AnswerLine, ModelLine
from homeostat.quality.wording import times

_RUNGS = {"advice": 3, "plan": 3, "last plan": 2, "loops": 1, "hold": 0}
"""The ladder of a controller; one that is idle stands on none of its rungs."""


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
    """Every step that a controller took on its ladder: down is an exception, up or out of work is none."""
    titles = {line.controller: line.title for line in matter.controllers}
    for fact in matter.story.of(ControlChanged):
        data = fact.data
        if _RUNGS.get(data.rung, 4) >= _RUNGS.get(data.before, -1):
            yield PASSED
            continue
        yield one(
            f"down to {data.rung}",
            data.controller,
            fact.time,
            (fact.id,),
            title=titles.get(data.controller, data.controller),
            before=data.before,
            rung=data.rung,
            because=tail(data.reason),
        )


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
