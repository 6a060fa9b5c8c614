"""Administration: the end of the chain, at the patient, by the same two identifiers, of what has been released.

container -> matched -> its batches released -> on record
                     -> not released         -> HELD, a deviation is requested, MismatchError
"""

from homeostat.governance.authority import authorise
from homeostat.governance.custody.belonging import Belonging
from homeostat.governance.custody.book import Book
from homeostat.governance.custody.entry import enter, stated
from homeostat.governance.custody.matching import positively_matched, stop
from homeostat.governance.office import Office
from homeostat.governance.released import status
from homeostat.governance.session import Session
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import Change, ContainerAdministered


def administer(
    office: Office,
    session: Session,
    container: str,
    *,
    scan: str,
    second: str,
    place: str,
    recipient: str = "",
    why: str,
) -> ContainerAdministered:
    """Put on record that a patient was given the content; `second` is the code found at the patient.

    Of an autologous product the recipient is the identity's own patient. For an allogeneic one `recipient` is the
    patient it was ordered for, and `second` must be that one's. Given is what came out of a batch that a qualified
    person has released, tests pending or not. Raises MismatchError, after the container was held.
    """
    authorise(office, session, "custody.transfer")
    where, reason = stated(place, "a place"), stated(why, "a reason", 200)
    book = Book.of(office.ledger)
    identity = book.identity(book.movable(container, session.person).identity)
    ordered = recipient.strip() if identity.scope == "allogeneic" else ""
    positively_matched(office, session, container, scan, second, recipient=ordered)
    against = unreleased(office.ledger, container)
    if against:
        raise stop(office, session, (container,), against, "release")

    def make(now: Book) -> ContainerAdministered:
        now.movable(container, session.person)
        return ContainerAdministered(
            why=reason,
            container=container,
            recipient=ordered or identity.patient,
            place=where,
            scanned=scan.strip(),
            changes=(Change(field="phase", old="in custody", new="administered"),),
        )

    return enter(office, session.person, make)


def unreleased(ledger: Ledger, container: str) -> str:
    """Why a container's content may not reach a patient: it came out of no batch, or of one that is not released."""
    states = {batch: status(ledger, batch).state for batch in sorted(Belonging.of(ledger).batches(container))}
    if not states:
        return "it came out of no batch that was released"
    against = [
        f"batch {batch} is {_WORDS.get(state, state)}"
        for batch, state in states.items()
        if state not in _GIVEN
    ]
    return "; ".join(against)


_GIVEN = ("released", "released, tests pending")
_WORDS = {"open": "not released"}
