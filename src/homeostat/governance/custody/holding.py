"""Holds: anybody may stop a container; only quality assurance lets it go on, or takes it out for good, by signature."""

from functools import partial

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise, distinct
from homeostat.governance.custody.book import Book
from homeostat.governance.custody.entry import enter, looked_up, stated
from homeostat.governance.custody.matching import requested
from homeostat.governance.custody.state import Hold
from homeostat.governance.office import Office
from homeostat.governance.orderly import in_order
from homeostat.governance.people import Secret
from homeostat.governance.session import Session
from homeostat.governance.signing import Subject, give
from homeostat.ledger import canonical
from homeostat.ledger.catalogue import (
    Change,
    ContainerResolved,
    ContainersHeld,
    DeviationOpened,
    Meaning,
    Resolution,
    payload,
)

KIND = "hold"
"""The kind of subject that quality assurance signs."""


@in_order("deviation.open")
def hold(office: Office, session: Session, container: str, *, why: str) -> ContainersHeld:
    """Stop a container: it may not move or be used. A deviation is requested."""
    authorise(office, session, "deviation.open")
    reason = stated(why, "a reason", 200)

    def make(book: Book) -> ContainersHeld:
        found = book.container(container)
        if found.phase != "in custody" or found.held is not None:
            raise AuthorityError(f"the container is {found.state}: it cannot be held", where=container)
        changes = (Change(field="held", old=False, new=True),)
        return ContainersHeld(
            why=reason, containers=(container,), cause="order", finding=reason, changes=changes
        )

    return enter(office, session, make, beside=requested)


@in_order("deviation.close")
def resolve(
    office: Office,
    session: Session,
    secret: Secret,
    container: str,
    outcome: Resolution,
    *,
    deviation: str = "",
    why: str,
) -> ContainerResolved:
    """Settle a hold: "cleared" lets the container go on, "rejected" takes it out of the chain for good.

    `deviation` names the deviation in which it was looked into. Raises AuthorityError where the container is not held,
    there is no such deviation, or the person who settles it is the one whose act held it.
    """
    authorise(office, session, "deviation.close")
    reason = stated(why, "a reason", 200)
    known = _held(Book.of(office.ledger), container)
    _refuse_unknown(office, deviation)
    mine = {f"held {container}": person for person in known.by if person == session.person}
    distinct(office, session, "deviation.close", mine)
    subject = settled(container, known, outcome, deviation)
    meaning: Meaning = "approved" if outcome == "cleared" else "rejected"

    def stands(book: Book) -> None:
        if _held(book, container) != known:
            raise AuthorityError("meanwhile it was held anew", where=container, mend="look at it again")

    lest = partial(looked_up, office, stands)
    signature = give(office, session, secret, subject, meaning, reason, lest=lest)

    def make(book: Book) -> ContainerResolved:
        stands(book)
        freed = Change(field="held", old=True, new=False)
        gone = Change(field="phase", old="in custody", new="rejected")
        return ContainerResolved(
            why=reason,
            container=container,
            outcome=outcome,
            deviation=deviation,
            signature=signature.event,
            changes=(freed, gone) if outcome == "rejected" else (freed,),
        )

    return enter(office, session, make)


def settled(container: str, known: Hold, outcome: Resolution, deviation: str) -> Subject:
    """What quality assurance signs that settles a hold: what was found, what follows, and where it was looked into."""
    said = {"container": container, "finding": known.finding, "outcome": outcome, "deviation": deviation}
    return Subject(KIND, f"{container} since {known.since}", canonical(said))


def _refuse_unknown(office: Office, deviation: str) -> None:
    """Refuse the name of a deviation that nobody opened; none need be named."""
    opened = (payload(one.event.type, one.event.data) for one in office.acts((DeviationOpened.type,)))
    known = {one.deviation for one in opened if isinstance(one, DeviationOpened)}
    if deviation and deviation not in known:
        raise AuthorityError(f"there is no deviation {deviation}", mend="see: homeostat deviation list")


def _held(book: Book, name: str) -> Hold:
    found = book.container(name).held
    if found is None:
        raise AuthorityError("the container is not held", where=name)
    return found
