"""Writing an entry into the custody book: judged on the book as it is, and refused where the book has moved on.

make(book) -> act -> event "custody/NNNNNN"; where another was quicker, the book is read again and judged again
"""

from collections.abc import Callable
from typing import TypeVar

from homeostat.errors import WordingError
from homeostat.governance.custody.book import Book
from homeostat.governance.numbering import next_id, unused
from homeostat.governance.office import Office
from homeostat.governance.session import Session
from homeostat.governance.turns import in_turn
from homeostat.ledger.catalogue import Act

A = TypeVar("A", bound=Act)


def enter(
    office: Office,
    session: Session,
    make: Callable[[Book], A],
    *,
    beside: Callable[[str, A], tuple[Act, str]] | None = None,
) -> A:
    """Write what `make` says for the book as it stands; the act. `beside` gives another that is durable with it.

    `make` raises AuthorityError where the book does not allow it. It is asked again when another entry came between.
    """

    def judge() -> tuple[list[tuple[Act, str]], A]:
        entry = next_id(office.ledger, "custody", Book.of(office.ledger).size)
        act = make(Book.of(office.ledger))
        acts: list[tuple[Act, str]] = [(act, entry)]
        if beside is not None:
            other, name = beside(entry, act)
            acts.append((other, unused(office.ledger, name)))
        return acts, act

    return in_turn(office, session, judge)


def looked_up(office: Office, look: Callable[[Book], object]) -> None:
    """What is asked of the book before an act is signed, asked of the book as it is by then: see `give`."""
    look(Book.of(office.ledger))


def stated(text: str, what: str, longest: int = 100) -> str:
    """A text that a person gave, without blanks around it; WordingError where it is empty, long or unprintable."""
    plain = text.strip()
    if not 0 < len(plain) <= longest or not plain.isprintable():
        raise WordingError(f"{what} has 1 to {longest} printable characters", where=repr(text))
    return plain
