"""Positive match by two identifiers: the label's code and the patient's code, both against the book; or a hard stop.

container, scan, second -> matched -> goes on
                        -> not     -> containers HELD, a deviation is requested, MismatchError
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from homeostat.errors import AuthorityError
from homeostat.governance.custody.book import Book
from homeostat.governance.custody.entry import enter
from homeostat.governance.custody.state import Container, Identity
from homeostat.governance.labels.reading import Scanned, read
from homeostat.governance.office import Office
from homeostat.governance.session import Session
from homeostat.ledger.catalogue import Change, ContainersHeld, DeviationRequested

_UNCONFIRMED = "a hold is looked into before anything goes on"
Cause: TypeAlias = Literal["mismatch", "release"]
_WHY: Mapping[Cause, str] = {
    "mismatch": "positive identification failed",
    "release": "a product that nobody has released was about to be given",
}


class MismatchError(AuthorityError):
    """What is in hand is not what it should be: all concerned is held until quality assurance has resolved it."""


def positively_matched(
    office: Office, session: Session, name: str, scan: str, second: str, *, recipient: str = ""
) -> Scanned:
    """What the scan said, once it and the `second` identifier are the container's.

    `recipient` stands in for the identity's own code where the content goes to another patient (allogeneic). Raises
    MismatchError after it has held what is concerned; AuthorityError where the code could not be read.
    """
    book = Book.of(office.ledger)
    container = book.container(name)
    scanned = read(scan)
    found = finding(book.identity(container.identity), container, scanned, second.strip(), recipient)
    if found:
        raise stop(office, session, (container.id, scanned.identifier), found)
    return scanned


def finding(
    identity: Identity, container: Container, scanned: Scanned, second: str, recipient: str = ""
) -> str:
    """What does not match, in words; empty where both identifiers do."""
    if scanned.identifier != container.id:
        return f"the label that was scanned is of {scanned.identifier}, not of {container.id}"
    if scanned.identity and scanned.identity != container.identity:
        return f"the label says the identity {scanned.identity}; {container.id} is of {container.identity}"
    if second != (recipient or identity.patient):
        return f"the second identifier given for {container.id} is not that of {container.identity}"
    return ""


def stop(
    office: Office, session: Session, names: tuple[str, ...], found: str, cause: Cause = "mismatch"
) -> MismatchError:
    """Hold those of `names` that are containers in custody, request a deviation; the error to raise."""
    held = tuple[str, ...]()
    if _live(Book.of(office.ledger), names):
        act = enter(office, session, lambda book: _holding(book, names, found, cause), beside=requested)
        held = act.containers
    else:
        asked = DeviationRequested(why=_UNCONFIRMED, about=names, finding=found, source="")
        office.put(session.person, asked)
    words = f"; HELD: {', '.join(held)}" if held else ""
    return MismatchError(
        f"{found}{words}", mend="nothing moves: a deviation is requested, quality assurance resolves it"
    )


def requested(entry: str, act: ContainersHeld) -> tuple[DeviationRequested, str]:
    """The request of a deviation that goes with a hold, and its id."""
    asked = DeviationRequested(why=_UNCONFIRMED, about=act.containers, finding=act.finding, source=entry)
    return asked, f"deviation/requested/{entry}"


def _live(book: Book, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `names` that are containers in custody."""
    return tuple(
        name
        for name in dict.fromkeys(names)
        if (one := book.containers.get(name)) and one.phase == "in custody"
    )


def _holding(book: Book, names: tuple[str, ...], found: str, cause: Cause) -> ContainersHeld:
    live = _live(book, names)
    changes = tuple(
        Change(field=f"{name}.held", old=book.containers[name].held is not None, new=True) for name in live
    )
    return ContainersHeld(
        why=_WHY[cause],
        containers=live,
        cause=cause,
        finding=found,
        changes=changes,
    )
