"""Whether the record of a batch is still the one that was shown: what was shown is signed, or nothing.

ledger, batch, place up to which it was read -> events since -> none of them concerns the batch, or QualityError
"""

from collections.abc import Mapping
from itertools import chain

from homeostat.errors import QualityError
from homeostat.governance.custody import Belonging
from homeostat.ledger import JSON, Ledger
from homeostat.ledger.catalogue import (
    ContainerFilled,
    ContainersHeld,
    ContainerSplit,
    ContainersPooled,
    CustodyBound,
    DeviationRequested,
)


def unchanged(ledger: Ledger, batch: str, seen: int) -> None:
    """Refuse a record that something was added to behind the place `seen`: what was shown is signed, or nothing.

    That is any event of the batch or of one that it was made from, and what was done with containers that concern it.
    """
    belonging = Belonging.of(ledger)
    own = {batch, *belonging.containers(batch)}
    added = (
        ledger.stored(batch=each, after=seen) for each in (batch, *sorted(belonging.before(batch) - {batch}))
    )
    moved = (one for one in ledger.stored(types=_CUSTODY, after=seen) if own & _named(one.event.data))
    one = next(chain(*added, moved), None)
    if one is not None:
        words = (
            f"the record is not the one that was shown: meanwhile came {one.event.type} by {one.event.actor}"
        )
        raise QualityError(words, where=batch, mend="look at it again")


_CUSTODY = tuple(
    kind.type
    for kind in (
        ContainerFilled,
        ContainersHeld,
        ContainersPooled,
        ContainerSplit,
        CustodyBound,
        DeviationRequested,
    )
)
"""What custody has to say about a record."""


def _named(data: Mapping[str, JSON]) -> set[str]:
    """The containers, and the batch, that an act of custody names."""
    lists = (data.get(field) for field in ("containers", "about"))
    several = (name for names in lists if isinstance(names, list) for name in names)
    return {str(name) for name in (data.get("container"), data.get("batch"), *several) if name}
