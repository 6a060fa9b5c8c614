"""One after another: an act that rests on how things stand is judged again where somebody else was quicker.

judge() -> acts, the first with a number that only one can take -> durable; number taken meanwhile -> judge() again
room, fold, make(state) -> the next act of the room, "ROOM/NNNNNN", with the state that it was judged by
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from homeostat.errors import AuthorityError, TakenError
from homeostat.governance.authority import remains
from homeostat.governance.numbering import next_id
from homeostat.governance.office import Office
from homeostat.governance.session import Session
from homeostat.governance.together import put_together
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import Act

_ATTEMPTS = 20

T = TypeVar("T")
A = TypeVar("A", bound=Act)


def in_turn(
    office: Office,
    session: Session,
    judge: Callable[[], tuple[Sequence[tuple[Act, str]], T]],
    *,
    batch: str = "",
    over: bool = False,
) -> T:
    """Make the acts durable that `judge` finds right for the ledger as it stands, each with its id; what else it gave.

    The id of the first is made of what `judge` has read, so that an act in between takes it, and is judged too. Of a
    `batch` that is `over` anything that comes in between is judged: it rests on all that is on record of it. Raises
    what `judge` raises where the act is not right (any more), and AuthorityError where the session has ended meanwhile,
    or others are quicker all the time.
    """
    for _ in range(_ATTEMPTS):
        seen = office.ledger.size
        acts, told = judge()
        lest = partial(_still, office, session, batch if over else None, seen)
        try:
            put_together(office, session.person, acts, batch=batch, lest=lest)
            return told
        except OvertakenError:
            continue
        except TakenError:
            if acts[0][1] not in office.ledger:
                raise
    raise AuthorityError("others write at the same place all the time", mend="try again")


class OvertakenError(Exception):
    """Something came in between that the judgement did not know: it is judged again."""


def _still(office: Office, session: Session, batch: str | None, seen: int) -> None:
    """What has to hold still: the session, and of a batch that is over all that was on record up to `seen`."""
    remains(office, session)
    if batch is not None and any(office.ledger.stored(batch=batch, after=seen)):
        raise OvertakenError


def next_of(
    office: Office,
    session: Session,
    room: str,
    types: tuple[str, ...],
    fold: Callable[[Iterable[Recorded]], T],
    make: Callable[[T], A],
    *,
    batch: str = "",
) -> tuple[T, A]:
    """Write what `make` says for a room as `fold` has it from its acts of `types`; the state before, and the act.

    Raises what `make` raises, and as `in_turn` does.
    """

    def judge() -> tuple[list[tuple[Act, str]], tuple[T, A]]:
        name = next_id(office.ledger, room, sum(1 for _ in office.ledger.events(types=types)))
        state = fold(office.ledger.events(types=types))
        act = make(state)
        return [(act, name)], (state, act)

    return in_turn(office, session, judge, batch=batch)
