"""What was commanded: moves of the equipment, commands of persons to the batch, loops that somebody took over."""

from collections.abc import Iterator

from homeostat.ledger.catalogue import (
    CommandGiven,
    CommandOutcome,
    LoopChanged,
    RecipeChanged,
    RecipeChangeRefused,
)
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.ruleset import Rule
from homeostat.quality.exceptions.seen import PASSED, Seen, one, tail
from homeostat.quality.model import MoveLine
from homeostat.quality.wording import quantity


def moves(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every command to the equipment, by its outcome."""
    for line in matter.moves:
        yield PASSED if line.status == "done" else _failed(matter, line)


def _failed(matter: Matter, line: MoveLine) -> Seen:
    said = tail(line.detail) + tail(line.reconciled and f"reconciled as “{line.reconciled}”", "; ")
    outcomes = matter.places.of(CommandOutcome, "intent", line.intent)
    return one(
        f"{line.status} and reconciled" if line.reconciled else line.status,
        line.intent,
        line.intended,
        (line.intent, *outcomes),
        what=f"{line.kind} {line.target} {quantity(line.value, line.unit)}".replace("  ", " "),
        said=said,
    )


def commands(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every ISA-88 command to the batch: refused, or followed and so an override of the recipe's course."""
    for line in matter.commands:
        yield one(
            "followed" if line.accepted else "refused",
            line.command,
            line.time,
            matter.places.of(CommandGiven, "command", line.command, line.time),
            command=line.command,
            by=line.by,
            reason=line.reason,
            because=tail(line.reason),
        )


def loops(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every new set-point or mode of a loop: what no step of the recipe asked for was a person's.

    One that carries out a change of the recipe is told as that change.
    """
    known = {line.step for line in matter.steps}
    changed = {(one.time, one.data.what.loop, one.data.deviation) for one in matter.story.of(RecipeChanged)}
    for fact in matter.story.of(LoopChanged):
        data = fact.data
        if data.cause in known or (fact.time, data.loop, data.cause.partition(":")[0]) in changed:
            yield PASSED
            continue
        yield one(
            "taken over",
            data.loop,
            fact.time,
            (fact.id,),
            loop=data.loop,
            mode=data.mode,
            setpoint=quantity(data.setpoint, data.unit),
            because=tail(data.cause),
        )


def recipe_changes(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every change of the running recipe that was ordered: made under a deviation, or refused."""
    for fact in matter.story.mixed(RecipeChanged, RecipeChangeRefused):
        data = fact.data
        refused = isinstance(data, RecipeChangeRefused)
        yield one(
            "refused" if refused else "changed",
            data.what.loop,
            fact.time,
            (fact.id,),
            by=data.by,
            deviation=data.deviation,
            what=data.what.words,
            because=tail(data.reason if isinstance(data, RecipeChangeRefused) else ""),
        )
