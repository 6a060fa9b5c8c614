"""What was in whose keeping: holds on the containers of the batch, and deviations that were asked for about it."""

from collections.abc import Iterator

from homeostat.ledger.catalogue import ContainersHeld, DeviationRequested
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.ruleset import Rule
from homeostat.quality.exceptions.seen import PASSED, Seen, one


def custody(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every container that went into the batch or came out of it, every hold, and every request about them.

    The request that goes with a hold says the same as the hold: both are one exception. Of a hold that the rule has no
    case of its own for, the request tells.
    """
    story, holds = matter.story, matter.story.about(ContainersHeld)
    held = {name for fact in holds for name in fact.data.containers}
    for _ in sorted(story.containers - held):
        yield PASSED
    holds = [fact for fact in holds if fact.data.cause in rule.cases]
    for fact in holds:
        mine = [name for name in fact.data.containers if name in story.containers]
        if mine:
            fills = {"containers": ", ".join(mine), "finding": fact.data.finding}
            yield one(fact.data.cause, mine[0], None, (fact.id,), **fills)
    told = {fact.id for fact in holds}
    for asked in story.about(DeviationRequested):
        mine = [name for name in asked.data.about if name in story.containers | {story.batch}]
        if mine and asked.data.source not in told:
            fills = {"about": ", ".join(mine), "finding": asked.data.finding}
            yield one("requested", mine[0], None, (asked.id,), **fills)
