"""Under which rules a batch was started, and a site was founded: what persons say of a GMP batch, they sign."""

from homeostat.governance.office import Office
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import BatchStarted
from homeostat.ledger.catalogue.people import AccountEnrolled


def gmp(office: Office, batch: str) -> bool:
    """Whether the batch was started under the rules of a GMP site; of one not on record, whether the site is one."""
    unknown = next(office.acts((BatchStarted.type,), batch), None) is None
    return gmp_batch(office.ledger, batch) or (unknown and office.site.kind == "gmp")


def gmp_batch(ledger: Ledger, batch: str) -> bool:
    """Whether a ledger says that the rules of a GMP site hold for the batch: by its start, or by the founding."""
    starts = ledger.events(batch=batch, types=(BatchStarted.type,))
    return any(one.event.data.get("site_kind") == "gmp" for one in starts) or founded_gmp(ledger)


def founded_gmp(ledger: Ledger) -> bool:
    """Whether the ledger itself says that the site is a GMP site: its first person founded it as one.

    What site.json says can be changed, this cannot. Of a site that was founded before persons vouched it is not known.
    """
    first = next(ledger.events(batch="", types=(AccountEnrolled.type,)), None)
    return (
        first is not None
        and first.event.data.get("founding") is True
        and first.event.data.get("vouching") is True
    )
