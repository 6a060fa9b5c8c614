"""Split and pool: what was in containers goes on in others, of one chain of identity unless declared allogeneic."""

from homeostat.errors import AuthorityError, WordingError
from homeostat.governance.authority import authorise
from homeostat.governance.custody.book import Book
from homeostat.governance.custody.entry import enter, stated
from homeostat.governance.custody.issuing import prefix
from homeostat.governance.custody.state import Container
from homeostat.governance.office import Office
from homeostat.governance.orderly import in_order
from homeostat.governance.session import Session
from homeostat.ledger.catalogue import ContainerSplit, ContainersPooled, Part, Vessel

_MOST = 96
"""Parts that one split makes at most: a rack of tubes."""


@in_order("custody.transfer")
def split(
    office: Office, session: Session, container: str, parts: int, *, vessel: Vessel = "bag", why: str
) -> ContainerSplit:
    """Empty a container into new ones, which take over its identity, donations, place and custodian."""
    authorise(office, session, "custody.transfer")
    if not 2 <= parts <= _MOST:
        raise WordingError(f"a container is split into 2 to {_MOST}", where=f"{parts}")
    reason, site = stated(why, "a reason", 200), prefix(office)

    def make(book: Book) -> ContainerSplit:
        whole = book.movable(container, session.person)
        made, last = list[Part](), 0
        for _ in range(parts):
            number = book.next_number(site, "container", after=last)
            last = number.sequence
            made.append(Part(container=number.text, vessel=vessel))
        return ContainerSplit(why=reason, container=whole.id, parts=tuple(made))

    return enter(office, session, make)


@in_order("custody.transfer")
def pool(
    office: Office,
    session: Session,
    containers: tuple[str, ...],
    *,
    vessel: Vessel = "bag",
    allogeneic: str = "",
    why: str,
) -> ContainersPooled:
    """Empty containers into a new one: of one chain of identity (a merge), or of several into an allogeneic one.

    `allogeneic` names the identity that the pool of several gets, issued before with that scope. Raises AuthorityError
    where cells of different patients would come together otherwise.
    """
    authorise(office, session, "custody.transfer")
    reason, site = stated(why, "a reason", 200), prefix(office)
    if len(containers) < 2 or len(set(containers)) != len(containers):
        raise WordingError("a pool is made of at least two different containers")

    def make(book: Book) -> ContainersPooled:
        sources = tuple(book.movable(name, session.person) for name in containers)
        identity = _one_identity(book, sources, allogeneic)
        return ContainersPooled(
            why=reason,
            containers=containers,
            into=book.next_number(site, "container").text,
            vessel=vessel,
            identity=identity,
            allogeneic=bool(allogeneic),
        )

    return enter(office, session, make)


def _one_identity(book: Book, sources: tuple[Container, ...], allogeneic: str) -> str:
    """The chain of identity of a pool. Raises AuthorityError where it would have several, or places differ."""
    places = sorted({one.place for one in sources})
    if len(places) > 1:
        raise AuthorityError(f"the containers are at different places: {', '.join(places)}")
    found = sorted({one.identity for one in sources})
    if not allogeneic:
        if len(found) > 1:
            raise AuthorityError(
                f"these are of different chains of identity: {', '.join(found)}",
                mend="only a product declared allogeneic is pooled of several: name its identity",
            )
        return found[0]
    product = book.identity(allogeneic)
    others = [name for name in (product.id, *found) if book.identity(name).scope != "allogeneic"]
    if others:
        raise AuthorityError("this identity was issued for one patient alone", where=", ".join(others))
    return product.id
