"""Administration: the end of the chain, at the patient, by the same two identifiers, of what has been released.

container -> matched -> its batches released -> on record
                     -> not released         -> HELD, a deviation is requested, MismatchError
"""

from collections.abc import Collection

from homeostat.governance.authority import authorise
from homeostat.governance.custody.belonging import Belonging
from homeostat.governance.custody.book import Book
from homeostat.governance.custody.entry import enter, stated
from homeostat.governance.custody.matching import positively_matched, stop
from homeostat.governance.custody.proving import Proofs
from homeostat.governance.office import Office
from homeostat.governance.orderly import in_order
from homeostat.governance.pseudonym import refuse_telling
from homeostat.governance.released import status
from homeostat.governance.session import Session
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import Change, ContainerAdministered


@in_order("custody.transfer")
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
    person has released, tests pending or not, and whose hand-overs and resolved holds are signed. Raises
    WordingError where the recipient's code is new and tells of a person; MismatchError, after the container was held.
    """
    authorise(office, session, "custody.transfer")
    where, reason = stated(place, "a place"), stated(why, "a reason", 200)
    book = Book.of(office.ledger)
    identity = book.identity(book.movable(container, session.person).identity)
    ordered = recipient.strip() if identity.scope == "allogeneic" else ""
    if ordered:
        refuse_telling(office.ledger, ordered)
    positively_matched(office, session, container, scan, second, recipient=ordered)
    against = unreleased(office.ledger, container) or Proofs.of(office.ledger).doubts.get(container, "")
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

    return enter(office, session, make)


def unreleased(ledger: Ledger, container: str) -> str:
    """Why a container's content may not reach a patient; empty where it may.

    It came out of no batch, or of one that is not released, or of what was made from one that was rejected or recalled.
    """
    belonging = Belonging.of(ledger)
    own = belonging.batches(container)
    if not own:
        return "it came out of no batch that was released"
    earlier = {one for batch in own for one in belonging.before(batch)} - own
    states = {batch: status(ledger, batch).state for batch in sorted(own)}
    against = [
        f"batch {batch} is {'not released' if state == 'open' else state}"
        for batch, state in states.items()
        if state not in GIVEN
    ]
    return "; ".join([*against, *unfit(ledger, earlier)])


def unfit(ledger: Ledger, batches: Collection[str]) -> list[str]:
    """Why nothing is to be made of what came from these batches: each that was rejected or recalled, in words."""
    states = {batch: status(ledger, batch).state for batch in sorted(batches)}
    return [
        f"it was made from batch {batch}, which is {state}"
        for batch, state in states.items()
        if state in NEVER
    ]


GIVEN = ("released", "released, tests pending")
"""The states of a batch whose product a patient may be given."""
NEVER = ("rejected", "recalled")
"""The states of a batch whose product is not to be used for anything."""
