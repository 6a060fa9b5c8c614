"""Hand-over: the custodian checks and signs, the receiver checks and signs the same words, and only then it moves.

offer (scan out, "performed") -> the custodian has it still -> receive (scan in, "verified") -> the receiver has it

For a custodian whose account is locked or retired somebody who issues identities (a supervisor) hands over, as giver.
"""

from functools import partial

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise
from homeostat.governance.custody.book import Book, terms
from homeostat.governance.custody.entry import enter, looked_up, stated
from homeostat.governance.custody.matching import positively_matched
from homeostat.governance.custody.state import Container, Offer
from homeostat.governance.known import directory
from homeostat.governance.office import Office
from homeostat.governance.orderly import in_order
from homeostat.governance.people import Secret
from homeostat.governance.session import Session
from homeostat.governance.signing import Subject, give, require
from homeostat.ledger.catalogue import Change, HandOverOffered, HandOverReceived
from homeostat.ledger.identity import permitted

KIND = "hand-over"
"""The kind of subject that both parties sign."""
_ABSENT = ("locked", "retired")
"""The states of an account whose person gives nothing out of hand."""


@in_order("custody.transfer")
def offer(
    office: Office,
    session: Session,
    secret: Secret,
    container: str,
    *,
    to: str,
    place: str,
    logger: str,
    scan: str,
    second: str,
    why: str,
) -> HandOverOffered:
    """Give a container out of hand, to the account `to` at `place`, with the temperature logger that goes with it.

    The label's scan and the `second` identifier must be the container's, or it is held (MismatchError). A second offer
    takes the place of the first. Raises AuthorityError where the container is not the giver's, or held; for a
    custodian who is locked or retired a supervisor gives it, which stands in the entry as a change of the giver.
    """
    authorise(office, session, "custody.transfer")
    where, device = stated(place, "a place"), stated(logger, "a temperature logger")
    reason = stated(why, "a reason", 200)
    _refuse_receiver(office, session, to)
    known = _givable(office, session, Book.of(office.ledger), container)
    positively_matched(office, session, container, scan, second)
    unsigned = HandOverOffered(
        why=reason,
        number=f"{container}/{office.nonce()}",
        container=container,
        identity=known.identity,
        giver=session.person,
        receiver=to,
        place=where,
        logger=device,
        at=office.clock(),
        scanned=scan.strip(),
        signature="",
    )
    subject = Subject(KIND, unsigned.number, terms(unsigned))
    lest = partial(looked_up, office, lambda book: _givable(office, session, book, container))
    signature = give(office, session, secret, subject, "performed", reason, lest=lest)
    act = unsigned.model_copy(update={"signature": signature.event})

    def make(book: Book) -> HandOverOffered:
        custodian = _givable(office, session, book, container).custodian
        if custodian == session.person:
            return act
        instead = Change(field="giver", old=custodian, new=session.person)
        return act.model_copy(update={"changes": (instead,)})

    return enter(office, session, make)


def _givable(office: Office, session: Session, book: Book, name: str) -> Container:
    """The container, which the person has in custody, or whose custodian they stand in for; AuthorityError else."""
    found = book.container(name)
    accounts = directory(office).accounts
    custodian = accounts.get(found.custodian)
    if custodian is None or custodian.state not in _ABSENT or found.custodian == session.person:
        return book.movable(name, session.person)
    if not permitted(accounts[session.person].roles, "identity.issue"):
        raise AuthorityError(
            f"the container is in the custody of {found.custodian}, whose account is {custodian.state}",
            where=name,
            mend="a supervisor hands it over in their place: homeostat custody hand-over",
        )
    return book.movable(name, found.custodian)


def _refuse_receiver(office: Office, session: Session, to: str) -> None:
    """A hand-over takes two persons, both known here, and the other one able to receive."""
    if to == session.person:
        raise AuthorityError("nobody hands over to themselves", where=to)
    account = directory(office).get(to)
    if account is None:
        raise AuthorityError("there is no such account", where=to, mend="enrol the receiver first")
    unable = "" if permitted(account.roles, "custody.transfer") else "no role permits it"
    unable = unable if account.state == "active" else f"the account is {account.state}"
    if unable:
        mend = "name somebody who may: homeostat user list"
        raise AuthorityError(f"they could not receive it: {unable}", where=to, mend=mend)


@in_order("custody.transfer")
def receive(
    office: Office,
    session: Session,
    secret: Secret,
    container: str,
    *,
    scan: str,
    second: str,
    why: str,
) -> HandOverReceived:
    """Take over a container that was offered: from this act on, and not before, it is in the receiver's custody.

    Raises MismatchError where the label or the second identifier is another's; AuthorityError where nothing was
    offered to this person, or the giver's signature does not stand.
    """
    authorise(office, session, "custody.transfer")
    reason = stated(why, "a reason", 200)
    known = _offered(Book.of(office.ledger), container, session.person)
    positively_matched(office, session, container, scan, second)
    subject = Subject(KIND, known.number, known.content)
    require(office.ledger, subject, ("performed",))

    def stands(book: Book) -> None:
        if _offered(book, container, session.person) != known:
            raise AuthorityError("meanwhile it was offered anew", where=container, mend="check it again")

    lest = partial(looked_up, office, stands)
    signature = give(office, session, secret, subject, "verified", reason, lest=lest)

    def make(book: Book) -> HandOverReceived:
        stands(book)
        return HandOverReceived(
            why=reason,
            number=known.number,
            container=container,
            scanned=scan.strip(),
            signature=signature.event,
            changes=(Change(field="custodian", old=book.container(container).custodian, new=session.person),),
        )

    return enter(office, session, make)


def _offered(book: Book, name: str, person: str) -> Offer:
    """The offer that waits for `person`. Raises AuthorityError where there is none, or the container is held."""
    container: Container = book.container(name)
    book.movable(name, container.custodian)
    if container.offer is None or container.offer.receiver != person:
        raise AuthorityError(
            f"it was not offered to {person}", where=name, mend=f"{container.custodian} has it in custody"
        )
    return container.offer
