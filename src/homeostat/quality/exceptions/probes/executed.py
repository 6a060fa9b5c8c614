"""How the batch was executed: wall-clock stamps that do not fit, and runs that broke off."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from statistics import median

from homeostat.ledger import Recorded
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.ruleset import Rule
from homeostat.quality.exceptions.seen import PASSED, Seen, one, tail
from homeostat.quality.story import is_act
from homeostat.quality.wording import duration

_LIVE = (0.9, 1.1)
"""Wall-clock time over process time of a batch that runs in real time."""
_ENOUGH = 20
"""So many intervals tell whether it does."""


def clock(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Stamps of one event and the next: back, or (in real time) apart otherwise than the scan's own, monotonic clock.

    Stamps of events that several processes wrote at once may differ by little in order: `tolerance`.
    """
    stamped = _stamped(matter.story.record_events)
    tolerance, longest = rule.span("tolerance"), rule.span("longest step")
    for (_, then), (after, now) in pairwise(stamped):
        if now - then < -tolerance:
            yield _stepped("back", after, then - now)
        else:
            yield PASSED
    scanned = [(event, at) for event, at in stamped if not is_act(event)]
    if _live(matter, scanned):
        for (before, then), (after, now) in pairwise(scanned):
            apart = now - then - (after.event.time - before.event.time)
            if apart > longest:
                yield _stepped("step", after, apart)


def _stepped(case: str, after: Recorded, by: int) -> Seen:
    return one(case, after.event.id, after.event.time, (after.event.id,), by=duration(by))


def _stamped(events: tuple[Recorded, ...]) -> list[tuple[Recorded, int]]:
    """Events with their wall-clock stamps in µs; a stamp that cannot be read is left out."""
    found = list[tuple[Recorded, int]]()
    for event in events:
        try:
            found.append((event, round(datetime.fromisoformat(event.recorded).timestamp() * 1e6)))
        except ValueError:
            continue
    return found


def _live(matter: Matter, stamped: list[tuple[Recorded, int]]) -> bool:
    """Whether the batch ran in real time from end to end: simulated ones run at another pace."""
    spans = [
        (now - then, after.event.time - before.event.time)
        for (before, then), (after, now) in pairwise(stamped)
    ]
    ratios = [wall / process for wall, process in spans if process > 0]
    if matter.story.interruptions or len(ratios) < _ENOUGH:
        return False
    return _LIVE[0] <= median(ratios) <= _LIVE[1]


def interruptions(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every time execution was taken up again."""
    for fact in matter.story.interruptions:
        scan = fact.data.scan
        yield one(
            "resumed",
            matter.story.batch,
            scan * matter.header.scan,
            (fact.id,),
            scan=scan,
            because=tail(fact.data.reason),
        )
