"""Numbering: the next id of a row of acts, which only one of two persons who act at once can take.

ledger, row, acts that count -> "ROW/NNNN", one more than there are, or the first behind it that no event has
Whoever holds the site's key can take a name with an event that counts for nothing; it is passed over, so that nobody
is kept from acting. The id is asked for before what the act rests on is read: an act that comes in between takes it.
"""

from homeostat.ledger import Ledger


def next_id(ledger: Ledger, row: str, counted: int, digits: int = 6) -> str:
    """The id of the act behind the `counted` ones of `row`, its number filled up to so many digits."""
    number = counted + 1
    while f"{row}/{number:0{digits}d}" in ledger:
        number += 1
    return f"{row}/{number:0{digits}d}"
