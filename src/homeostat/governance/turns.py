"""One after another: an act that rests on how things stand is judged again where somebody else was quicker.

judge() -> acts, the first with a number that only one can take -> durable; number taken meanwhile -> judge() again
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from homeostat.errors import AuthorityError, LedgerError
from homeostat.governance.office import Office
from homeostat.governance.together import put_together
from homeostat.ledger.catalogue import Act

_ATTEMPTS = 20

T = TypeVar("T")


def in_turn(
    office: Office,
    person: str,
    judge: Callable[[], tuple[Sequence[tuple[Act, str]], T]],
    *,
    batch: str = "",
) -> T:
    """Make the acts durable that `judge` finds right for the ledger as it stands, each with its id; what else it gave.

    The id of the first is made of what `judge` has read, so that an act in between takes it, and is judged too. Raises
    what `judge` raises where the act is not right (any more), and AuthorityError where others are quicker all the time.
    """
    for _ in range(_ATTEMPTS):
        acts, told = judge()
        try:
            put_together(office, person, acts, batch=batch)
            return told
        except LedgerError:
            if acts[0][1] not in office.ledger:
                raise
    raise AuthorityError("others write at the same place all the time", mend="try again")
