"""Several acts that are durable together or not at all."""

from collections.abc import Callable, Iterable

from homeostat.governance.office import Office
from homeostat.ledger import Event
from homeostat.ledger.catalogue import Act


def put_together(
    office: Office,
    actor: str,
    acts: Iterable[tuple[Act, str]],
    *,
    batch: str = "",
    lest: Callable[[], object] = lambda: None,
) -> None:
    """Make acts of `actor` durable in one transaction; each with an id that can be taken once, or "" for a new one.

    All are about the `batch`, if one is named. Raises LedgerError where one is taken, and what `lest` raises, which
    looks at the ledger once nobody else can write: then nothing was stored.
    """
    try:
        for act, event in acts:
            name = event or f"act/{office.nonce()}"
            office.ledger.append(Event(name, act.type, batch, 0, actor, act.model_dump(mode="json")))
        office.ledger.commit(lest)
    except BaseException:
        office.ledger.drop()
        raise
