"""Administration: the end of the chain, at the patient, by the same two identifiers, of what has been released.

container -> matched -> its batches released -> on record
                     -> not released         -> HELD, a deviation is requested, MismatchError
"""

from homeostat.governance.authority import authorise
from homeostat.governance.custody.book import Book
from homeostat.governance.custody.entry import enter, stated
from homeostat.governance.custody.matching import positively_matched, stop
from homeostat.governance.office import Office
from homeostat.governance.released import status
from homeostat.governance.session import Session
from homeostat.ledger import Ledger
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
    patient it was ordered for, and `second` must be that one's. What came out of a batch is given once a qualified
    person has released it, tests pending or not. Raises MismatchError, after the container was held.
    """
    authorise(office, session, "custody.transfer")
    where, reason = stated(place, "a place"), stated(why, "a reason", 200)
    book = Book.of(office.ledger)
    identity = book.identity(book.movable(container, session.person).identity)
    ordered = recipient.strip() if identity.scope == "allogeneic" else ""
    positively_matched(office, session, container, scan, second, recipient=ordered)
    against = unreleased(office.ledger, book, container)
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
        )

    return enter(office, session.person, make)


def unreleased(ledger: Ledger, book: Book, container: str) -> str:
    """Which batches a container's content came from that may not reach a patient, in words; empty where none."""
    states = {batch: status(ledger, batch).state for batch in sorted(_batches(book, container))}
    against = [
        f"batch {batch} is {_WORDS.get(state, state)}"
        for batch, state in states.items()
        if state not in _GIVEN
    ]
    return "; ".join(against)


_GIVEN = ("released", "released, tests pending")
_WORDS = {"open": "not released"}


def _batches(book: Book, container: str) -> set[str]:
    """The batches that were filled into a container, or into what it was split or pooled from."""
    found = book.containers[container]
    if found.came_from:
        return {found.came_from}
    return {batch for source in found.sources for batch in _batches(book, source)}
