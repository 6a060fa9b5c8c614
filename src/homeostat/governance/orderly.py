"""Refusals of order on record: somebody who may do such a thing tried it where it cannot be done.

an act raises: its state, or what it names, does not allow it -> `access.refused` with the cause "state", then the error
What other refusals leave on record already (of a session, a role, a password; a stop, with its request of a deviation)
is told once; missing words are none.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

from homeostat.errors import AuthorityError, QualityError, RecordError, WordingError
from homeostat.governance.authority import refusal
from homeostat.governance.office import Office
from homeostat.governance.session import Session
from homeostat.ledger.catalogue import DeviationRequested
from homeostat.ledger.catalogue.people import AccessRefused, LoginRefused
from homeostat.ledger.identity import Permission

P = ParamSpec("P")
T = TypeVar("T")
_TOLD = (AccessRefused.type, LoginRefused.type, DeviationRequested.type)


@contextmanager
def orderly(office: Office, session: Session, permission: Permission) -> Iterator[None]:
    """Put on record what is refused inside, of an act that takes `permission`; the error goes on as it is."""
    before = office.ledger.size
    try:
        yield
    except WordingError:
        raise
    except (AuthorityError, QualityError, RecordError) as error:
        if not _on_record(office, session, before):
            about = f"{error.where}: " if error.where else ""
            refusal(office, session, permission, "state", f"{about}{error.what}", error.mend)
        raise


def in_order(permission: Permission) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """The whole of an act, which has an `office` and a `session`, as `orderly`; a decorator."""

    def wrapped(act: Callable[P, T]) -> Callable[P, T]:
        asks = signature(act)

        @wraps(act)
        def tried(*args: P.args, **named: P.kwargs) -> T:
            given = asks.bind(*args, **named).arguments
            with orderly(given["office"], given["session"], permission):
                return act(*args, **named)

        return tried

    return wrapped


def _on_record(office: Office, session: Session, before: int) -> bool:
    """Whether the refusal was put on record where it came about, after the event `before`."""
    told = office.ledger.events(after=before, types=_TOLD)
    return any(one.event.actor in (session.person, "unknown") for one in told)
