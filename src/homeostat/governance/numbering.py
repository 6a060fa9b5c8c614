"""Numbering: the next id of a row of acts, which only one of two persons who act at once can take.

ledger, row, acts that count -> "ROW/NNNN", one more than there are, or the first behind it that no event has
ledger, name of an act that is done once -> "NAME", or "NAME/2" and so on where events have taken it
Whoever holds the site's key can take a name with an event that counts for nothing; it is passed over, so that nobody
is kept from acting. The id is asked for before what the act rests on is read: an act that comes in between takes it;
or what it rests on is looked at again once nobody else can write. No name says that an act was done: what counts does.
"""

from itertools import chain, count

from homeostat.ledger import Ledger


def next_id(ledger: Ledger, row: str, counted: int, digits: int = 6) -> str:
    """The id of the act behind the `counted` ones of `row`, its number filled up to so many digits."""
    number = counted + 1
    while f"{row}/{number:0{digits}d}" in ledger:
        number += 1
    return f"{row}/{number:0{digits}d}"


def unused(ledger: Ledger, name: str) -> str:
    """An id for an act that none has yet: what stands under that name may count for nothing, or be overtaken."""
    names = chain((name,), (f"{name}/{number}" for number in count(2)))
    return next(one for one in names if one not in ledger)
