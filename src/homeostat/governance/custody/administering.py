"""Administration: the end of the chain, at the patient, by the same two identifiers."""

from homeostat.governance.authority import authorise
from homeostat.governance.custody.book import Book
from homeostat.governance.custody.entry import enter, stated
from homeostat.governance.custody.matching import positively_matched
from homeostat.governance.office import Office
from homeostat.governance.session import Session
from homeostat.ledger.catalogue import ContainerAdministered


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
    patient it was ordered for, and `second` must be that one's. Raises MismatchError, after the container was held.
    """
    authorise(office, session, "custody.transfer")
    where, reason = stated(place, "a place"), stated(why, "a reason", 200)
    book = Book.of(office.ledger)
    identity = book.identity(book.movable(container, session.person).identity)
    ordered = recipient.strip() if identity.scope == "allogeneic" else ""
    positively_matched(office, session, container, scan, second, recipient=ordered)

    def make(now: Book) -> ContainerAdministered:
        now.movable(container, session.person)
        return ContainerAdministered(
            why=reason,
            container=container,
            recipient=ordered or identity.patient,
            place=where,
            scanned=scan.strip(),
        )

    return enter(office, session.person, make)
