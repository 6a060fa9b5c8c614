"""A settled finding: an event that nobody's proof carries was looked into, and other batches are not kept by it.

An administrator asks, quality assurance approves, both over the event, what was found and a closed deviation, which was
opened once the event was on record and names it.
The event stays on record and is told for ever; the batch that it is about is not released.
"""

import re
from collections.abc import Mapping

from homeostat.errors import LedgerError
from homeostat.governance.signing import Judge, Standing, Subject
from homeostat.ledger import Ledger, Recorded, canonical
from homeostat.ledger.catalogue import RecordSigned
from homeostat.quality.deviations import Deviation, deviations

KIND = "finding"
"""The kind of subject that both persons sign."""
_START = "event "
_PLACE = re.compile("[1-9][0-9]{0,14}")


def finding_subject(recorded: Recorded, words: str, deviation: str) -> Subject:
    """What is signed: which event, by its hash, what was found of it, and where that was looked into."""
    said = {
        "format": "homeostat finding 1",
        "event": recorded.event.id,
        "hash": recorded.hash.hex(),
        "finding": words,
        "deviation": deviation,
    }
    return Subject(KIND, f"{_START}{recorded.seq}", canonical(said), recorded.event.batch)


def settlements(ledger: Ledger) -> Mapping[int, str]:
    """By the place of its event each finding that is settled: in which deviation, and by whom, in words."""
    asked, found = dict[tuple[int, str], Standing](), dict[int, str]()
    given = _given(ledger)
    closed = {one.id: one for one in deviations(ledger) if not one.open} if given else dict[str, Deviation]()
    for seq, deviation, standing in given:
        if standing.meaning == "requested":
            asked[seq, deviation] = standing
        before = asked.get((seq, deviation))
        if (
            standing.meaning == "approved"
            and before
            and before.person != standing.person
            and deviation in closed
            and not elsewhere(closed[deviation], seq)
        ):
            found[seq] = f"settled in {deviation}: asked by {before.line}; {standing.line}"
    return found


def elsewhere(one: Deviation, event: int) -> str:
    """Why a deviation is not that of the event at this place, in words; "" where it was looked into there."""
    if one.history[0].seq < event:
        return f"it was opened before event {event} was on record"
    if not re.search(rf"\bevent {event}\b", f"{one.title}\n{one.finding}"):
        return f"neither its title nor its finding names 'event {event}'"
    return ""


def asked_for(ledger: Ledger, event: int, deviation: str) -> str:
    """Who asked already that an event be settled in a deviation, in words; "" where nobody did."""
    given = (one for seq, name, one in _given(ledger) if (seq, name) == (event, deviation))
    return next((one.line for one in given if one.meaning == "requested"), "")


def _given(ledger: Ledger) -> list[tuple[int, str, Standing]]:
    """The valid signatures over findings: the event's place, the deviation, how it stands."""
    judge, found = Judge(ledger), list[tuple[int, str, Standing]]()
    for recorded in ledger.events(types=(RecordSigned.type,)):
        if recorded.event.data.get("kind") != KIND:
            continue
        try:
            signed = judge.standing(recorded, None).signed
            about = _about(ledger, signed)
            standing = judge.standing(recorded, about.content) if about else None
        except LedgerError:  # it is no signature, which `unproven` tells
            continue
        if standing and about and standing.state == "valid" and signed.batch == about.batch:
            seq = int(about.id.removeprefix(_START))
            found.append((seq, str(signed.terms["deviation"]), standing))
    return found


def _about(ledger: Ledger, signed: RecordSigned) -> Subject | None:
    """What a signature has to be over, by its terms; None where it names no event."""
    place = signed.subject.removeprefix(_START)
    words, deviation = signed.terms.get("finding"), signed.terms.get("deviation")
    if not (_PLACE.fullmatch(place) and isinstance(words, str) and isinstance(deviation, str)):
        return None
    recorded = next(ledger.stored(after=int(place) - 1), None)
    return finding_subject(recorded, words, deviation) if recorded else None
