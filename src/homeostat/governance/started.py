"""Under which rules a batch was started: what persons say of a GMP batch, they sign."""

from homeostat.governance.office import Office
from homeostat.ledger.catalogue import BatchStarted, payload


def gmp(office: Office, batch: str) -> bool:
    """Whether the batch was started under the rules of a GMP site; of one not on record, whether the site is one."""
    for one in office.acts((BatchStarted.type,), batch):
        started = payload(one.event.type, one.event.data)
        return isinstance(started, BatchStarted) and started.site_kind == "gmp"
    return office.site.kind == "gmp"
