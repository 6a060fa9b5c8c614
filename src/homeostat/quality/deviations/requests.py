"""Requests: something was found that needs a deviation, and whether one was raised for it.

ledger -> requests, each with the deviation that took it up; ledger, request -> the batch that it is about
"""

from homeostat.errors import QualityError
from homeostat.governance.custody import Belonging
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import (
    DeviationOpened,
    DeviationRequested,
    payload,
)
from homeostat.quality.model.base import Part


class Request(Part):
    """A deviation that was asked for: `id` is the event, `source` the event that found it ("": none), `batch` whose.

    `deviation` is the one that was raised for it ("": none was yet).
    """

    id: str
    batch: str
    about: tuple[str, ...]
    finding: str
    source: str
    by: str
    when: str
    deviation: str = ""


def requests(ledger: Ledger, batch: str | None = None) -> tuple[Request, ...]:
    """Every request of the site, or of what concerns one batch, in the order of being made."""
    raised, found, custody = dict[str, str](), list[Request](), Belonging.of(ledger)
    whose = {name: batch for batch in custody.into for name in sorted(custody.containers(batch))}
    for recorded in ledger.events(types=_TYPES):
        act = payload(recorded.event.type, recorded.event.data)
        if isinstance(act, DeviationOpened) and act.request:
            raised.setdefault(act.request, act.deviation)
        elif isinstance(act, DeviationRequested):
            facts = {"about": act.about, "finding": act.finding, "source": act.source, "batch": ""}
            facts |= {"id": recorded.event.id, "by": recorded.event.actor, "when": recorded.recorded}
            found.append(Request.model_validate(facts))
    known = {*ledger.batches()}
    told = (
        one.model_copy(update={"batch": _batch(one.about, whose, known), "deviation": raised.get(one.id, "")})
        for one in found
    )
    return tuple(one for one in told if batch is None or one.batch == batch)


def request(ledger: Ledger, name: str) -> Request:
    """One request that no deviation was raised for. Raises QualityError where there is none, or it was taken up."""
    found = next((one for one in requests(ledger) if one.id == name), None)
    if found is None:
        raise QualityError(f"no deviation was requested as '{name}'", mend="see: homeostat deviation list")
    if found.deviation:
        raise QualityError(f"{found.deviation} was raised for it already", where=name)
    return found


def _batch(about: tuple[str, ...], whose: dict[str, str], known: set[str]) -> str:
    """The batch that things are of: themselves, or the batch that they concern; "" where none is."""
    return next((whose.get(name, name) for name in about if name in whose or name in known), "")


_TYPES = (DeviationOpened.type, DeviationRequested.type)
