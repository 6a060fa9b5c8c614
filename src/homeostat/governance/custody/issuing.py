"""Identities: issued by the site before anything is collected, or taken over from another system. Never twice."""

from homeostat.errors import AuthorityError, WordingError
from homeostat.governance.authority import authorise
from homeostat.governance.custody.book import Book
from homeostat.governance.custody.entry import enter, stated
from homeostat.governance.labels.private import site_prefix
from homeostat.governance.labels.reading import read
from homeostat.governance.office import Office
from homeostat.governance.orderly import in_order
from homeostat.governance.pseudonym import refuse_telling
from homeostat.governance.session import Session
from homeostat.ledger import PublicKey
from homeostat.ledger.catalogue import IdentityIssued, Scope


@in_order("identity.issue")
def issue(
    office: Office, session: Session, patient: str, *, scope: Scope = "autologous", why: str
) -> IdentityIssued:
    """Issue the site's next chain of identity, for a patient's code (or a donor's or product's, if allogeneic).

    Raises WordingError where the code is a date or a name.
    """
    authorise(office, session, "identity.issue")
    code, reason = stated(patient, "a patient code", 64), stated(why, "a reason", 200)
    refuse_telling(office.ledger, code)
    site = prefix(office)

    def make(book: Book) -> IdentityIssued:
        number = book.next_number(site, "identity")
        return IdentityIssued(why=reason, identity=number.text, patient=code, scope=scope)

    return enter(office, session, make)


@in_order("identity.issue")
def accept(
    office: Office,
    session: Session,
    identifier: str,
    system: str,
    patient: str,
    *,
    scope: Scope = "autologous",
    why: str,
) -> IdentityIssued:
    """Take over an identity that `system` (a hospital, ISBT 128) has issued. Refused where it was ever known here."""
    authorise(office, session, "identity.issue")
    scanned = read(stated(identifier, "an identity", 60))
    name = scanned.identity or scanned.identifier
    if "|" in name or not name.isascii() or not name.isprintable():
        raise WordingError("an identity has printable ASCII characters, without '|'", where=repr(name))
    said, code = stated(system, "a system", 60), stated(patient, "a patient code", 64)
    refuse_telling(office.ledger, code)
    if said == "private":
        raise WordingError("the site's own identities are issued, not taken over", where=name)
    reason = stated(why, "a reason", 200)

    def make(book: Book) -> IdentityIssued:
        refuse_known(book, name)
        return IdentityIssued(why=reason, identity=name, patient=code, scope=scope, system=said)

    return enter(office, session, make)


def prefix(office: Office) -> str:
    """What begins this site's own numbers."""
    return site_prefix(PublicKey.load(office.site.keys).fingerprint)


def refuse_known(book: Book, name: str) -> None:
    """Raise AuthorityError where an identifier names anything already: none is ever given twice."""
    for kind, known in (
        ("an identity", book.identities),
        ("a container", book.containers),
        ("a donation", book.donations),
    ):
        if name in known:
            raise AuthorityError(f"this is {kind} already: identifiers are never reused", where=name)
