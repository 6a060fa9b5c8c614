"""Settling: two persons say of a forged or unsigned event that it was looked into, each by their own signature.

an administrator ("requested"), then quality assurance ("approved") -> `settlement`: other batches may be released again
"""

from functools import partial

from homeostat.errors import QualityError
from homeostat.governance import Office, Session
from homeostat.governance.authority import authorise
from homeostat.governance.orderly import orderly
from homeostat.governance.people import Secret
from homeostat.governance.signing import Signature, require
from homeostat.governance.signing.giving import give
from homeostat.ledger import Finding
from homeostat.ledger.catalogue import Meaning
from homeostat.ledger.identity import Permission, permitted
from homeostat.quality.deviations import deviation as of
from homeostat.quality.deviations import disregarded
from homeostat.quality.settlement import asked_for, elsewhere, finding_subject, settlements
from homeostat.quality.unproven import unproven


def settle(
    office: Office, session: Session, secret: Secret, event: int, deviation: str, *, why: str
) -> Signature:
    """Sign that the finding about an event was looked into in a deviation: asked for, or approved, by who one is.

    An administrator asks first ("user.manage"), another person approves ("deviation.close") once the deviation is
    closed. Raises AuthorityError, and QualityError where nothing is found of the event, it is settled or asked for
    already, or the deviation was opened before it or does not name it.
    """
    approves = permitted(session.roles, "deviation.close")
    permission: Permission = "deviation.close" if approves else "user.manage"
    authorise(office, session, permission)
    with orderly(office, session, permission):
        found, one = _found(office, event), of(office.ledger, deviation)
        lest = partial(_unsettled, office, event, "" if approves else deviation)
        lest()
        if approves and one.open:
            mend = "have it assessed, explained and closed: homeostat deviation close"
            raise QualityError("the deviation is open: nothing was concluded yet", where=deviation, mend=mend)
        if words := elsewhere(one, event):
            mend = f"open one for it: homeostat deviation open --finding 'event {event} ...'"
            raise QualityError(f"that deviation is about something else: {words}", where=deviation, mend=mend)
        subject = finding_subject(next(office.ledger.stored(after=event - 1)), found.what, deviation)
        if approves:
            require(office.ledger, subject, ("requested",))
        meaning: Meaning = "approved" if approves else "requested"
        terms = {"finding": found.what, "deviation": deviation}
        return give(office, session, secret, subject, meaning, why, terms=terms, lest=lest)


def _found(office: Office, event: int) -> Finding:
    """What is found of an event, settled or not. Raises QualityError where there is nothing."""
    acts = {one.seq for one, _ in disregarded(office.ledger)}
    told = unproven(office.ledger, office.site.kind) if event else ()
    stopping = (one for one in told if one.event in acts or not one.as_recorded)
    found = next((one for one in stopping if one.event == event), None)
    if found is None:
        mend = "homeostat verify names those there are; damage of the stores is not settled, but restored"
        raise QualityError(f"nothing is found of event {event} that could be settled", mend=mend)
    return found


def _unsettled(office: Office, event: int, deviation: str) -> None:
    """Refuse what was settled, or (if a deviation is named) asked for there, already: also by somebody meanwhile."""
    where = f"event {event}"
    if words := settlements(office.ledger).get(event):
        raise QualityError(f"it is settled: {words}", where=where)
    if deviation and (words := asked_for(office.ledger, event, deviation)):
        mend = "another person, of quality assurance, approves by the same command"
        raise QualityError(f"it was asked for already: {words}", where=where, mend=mend)
