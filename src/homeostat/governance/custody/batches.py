"""Batches in the chain of identity: what went into one, whose it therefore is, and what was filled from it."""

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise
from homeostat.governance.custody.administering import unfit
from homeostat.governance.custody.belonging import Belonging
from homeostat.governance.custody.book import Book
from homeostat.governance.custody.entry import enter, stated
from homeostat.governance.custody.issuing import prefix
from homeostat.governance.custody.matching import positively_matched, stop
from homeostat.governance.custody.state import Bound
from homeostat.governance.ended import end_of
from homeostat.governance.office import Office
from homeostat.governance.orderly import in_order
from homeostat.governance.released import status
from homeostat.governance.session import Session
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import (
    BatchStarted,
    ContainerFilled,
    CustodyBound,
    Vessel,
    payload,
)


def identity_of(ledger: Ledger, batch: str) -> Bound | None:
    """The chain of identity that a batch was bound to, with the patient's code; None where it has none yet."""
    return Book.of(ledger).bound.get(batch)


@in_order("custody.transfer")
def bind(
    office: Office, session: Session, batch: str, container: str, *, scan: str, second: str, why: str
) -> CustodyBound:
    """Put the content of a container into a batch, before or while it is executed; the batch is of its identity then.

    Raises MismatchError where label, second identifier or the batch's own patient is another; AuthorityError where the
    batch has ended, or is of another chain of identity, or the content came from a batch that was rejected or recalled.
    """
    authorise(office, session, "custody.transfer")
    name, reason = stated(batch, "a batch"), stated(why, "a reason", 200)
    if end_of(office.ledger, name) is not None:
        raise AuthorityError("the batch has ended: nothing goes into it any more", where=f"batch {name}")
    known = Book.of(office.ledger).movable(container, session.person)
    against = unfit(office.ledger, Belonging.of(office.ledger).batches(container))
    if against:
        raise AuthorityError("; ".join(against), where=container, mend="nothing more is made of it")
    positively_matched(office, session, container, scan, second)
    patient = Book.of(office.ledger).identity(known.identity).patient
    started = _patient_of(office.ledger, name)
    if started not in (None, patient):
        raise stop(office, session, (container,), f"batch {name} is of another patient than {container}")

    def make(book: Book) -> CustodyBound:
        one = book.movable(container, session.person)
        bound = book.bound.get(name)
        if bound is not None and bound.identity != one.identity:
            raise AuthorityError(
                f"the batch is of the chain of identity {bound.identity}", where=f"batch {name}, {container}"
            )
        return CustodyBound(
            why=reason, batch=name, containers=(container,), identity=one.identity, patient=patient
        )

    return enter(office, session, make)


def _patient_of(ledger: Ledger, batch: str) -> str | None:
    """The patient's code that a batch was started for; None where it has not begun."""
    for recorded in ledger.events(batch=batch, types=(BatchStarted.type,)):
        started = payload(recorded.event.type, recorded.event.data)
        if isinstance(started, BatchStarted):
            return started.patient
    return None


@in_order("custody.transfer")
def fill(
    office: Office,
    session: Session,
    batch: str,
    *,
    vessel: Vessel = "bag",
    place: str,
    logger: str,
    why: str,
) -> ContainerFilled:
    """Put on record that a container was filled from a batch; it has the batch's identity and is the filler's.

    Raises AuthorityError where the batch has no identity, or its release was decided: that was about what there was.
    """
    authorise(office, session, "custody.transfer")
    where, device = stated(place, "a place"), stated(logger, "a temperature logger")
    reason, site = stated(why, "a reason", 200), prefix(office)

    def make(book: Book) -> ContainerFilled:
        bound = book.bound.get(batch)
        if bound is None:
            raise AuthorityError(
                "the batch has no chain of identity", where=f"batch {batch}", mend="bind a container to it"
            )
        state = status(office.ledger, batch).state
        if state != "open":
            raise AuthorityError(
                f"the batch is {state}: what is filled from it now was not in that decision",
                where=f"batch {batch}",
                mend="say what it is in a deviation: homeostat deviation open --batch",
            )
        number = book.next_number(site, "container")
        return ContainerFilled(
            why=reason,
            container=number.text,
            vessel=vessel,
            batch=batch,
            identity=bound.identity,
            place=where,
            logger=device,
        )

    return enter(office, session, make)
