"""Whether the grounds of a release are still those that were shown: what was shown is signed, or nothing.

office, grounds -> events since they were gathered -> none of them concerns the batch, or QualityError
"""

from collections.abc import Mapping
from itertools import chain

from homeostat.errors import QualityError
from homeostat.governance import Office
from homeostat.governance.custody import Belonging
from homeostat.ledger import JSON
from homeostat.ledger.catalogue import (
    ContainerFilled,
    ContainersHeld,
    ContainerSplit,
    ContainersPooled,
    CustodyBound,
    DeviationRequested,
)
from homeostat.quality.release.obstacles import Grounds


def unchanged(office: Office, grounds: Grounds) -> None:
    """Refuse grounds that something was added to since they were gathered: what was shown is signed, or nothing.

    That is any event of the batch or of one that it was made from, and what was done with containers that concern it.
    """
    if grounds.seen is None:
        return
    batch, seen, ledger = grounds.certificate.batch, grounds.seen, office.ledger
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
