"""Collection: the first container of a donation, under an identity that was issued before."""

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise
from homeostat.governance.custody.book import Book
from homeostat.governance.custody.entry import enter, stated
from homeostat.governance.custody.issuing import prefix, refuse_known
from homeostat.governance.custody.matching import stop
from homeostat.governance.labels import private
from homeostat.governance.labels.reading import read
from homeostat.governance.office import Office
from homeostat.governance.orderly import in_order
from homeostat.governance.session import Session
from homeostat.ledger.catalogue import ContainerCollected, Vessel


@in_order("custody.transfer")
def collect(
    office: Office,
    session: Session,
    identity: str,
    second: str,
    *,
    vessel: Vessel = "bag",
    donation: str = "",
    place: str,
    logger: str,
    why: str,
) -> ContainerCollected:
    """Put on record that a container was filled from the donor; it is in the collector's custody.

    `second` is the donor's code as found at the bedside; `donation` the number of the donation (ISBT 128 or another),
    by default one of the site's own. Raises MismatchError where the code is another patient's.
    """
    authorise(office, session, "custody.transfer")
    where, device = stated(place, "a place"), stated(logger, "a temperature logger")
    reason = stated(why, "a reason", 200)
    name = read(identity)
    known = Book.of(office.ledger).identity(name.identity or name.identifier)
    if second.strip() != known.patient:
        raise stop(
            office, session, (known.id,), f"the donor's code is not that of {known.id}; nothing was collected"
        )
    given = read(donation).identifier if donation.strip() else ""
    site = prefix(office)

    def make(book: Book) -> ContainerCollected:
        number = _donation(book, given, known.id) if given else book.next_number(site, "donation").text
        container = book.next_number(site, "container")
        return ContainerCollected(
            why=reason,
            container=container.text,
            vessel=vessel,
            identity=known.id,
            donation=number,
            place=where,
            logger=device,
        )

    return enter(office, session, make)


def _donation(book: Book, number: str, identity: str) -> str:
    """The number of a donation, unless it is anything else's: one donation belongs to one chain of identity."""
    number = stated(number, "a donation number", 60)
    owner = book.donations.get(number)
    if owner is None:
        refuse_known(book, number)
        if private.parse(number) is not None:
            raise AuthorityError(
                "this site, or another one, never gave this number to a donation", where=number
            )
    elif owner != identity:
        raise AuthorityError(f"this donation is of the chain of identity {owner}", where=number)
    return number
