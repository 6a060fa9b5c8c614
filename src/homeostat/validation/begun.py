"""A batch of the floor's process on record without its run: its start, and whatever else a check wants said of it."""

from homeostat.governance import Office
from homeostat.ledger import Event
from homeostat.ledger.catalogue import BatchStarted, Payload
from homeostat.validation.floor import BATCH, questions


def tell(office: Office, event: str, content: Payload, batch: str = BATCH) -> None:
    """Put an event of the batch on record."""
    data = content.model_dump(mode="json")
    office.ledger.append(Event(event, content.type, batch, 0, "scan", data))
    office.ledger.commit()


def started() -> BatchStarted:
    """The start of a batch of the floor's process at a GMP site."""
    process = questions()
    return BatchStarted(
        process=process.process,
        version=process.version,
        process_hash=process.content_hash,
        declaration=process.model_dump_json(),
        patient="P",
        scan=1,
        tags=(),
        outputs=(),
        equipment={},
        twin={},
        environment={},
        site_kind="gmp",
        operator="person",
    )
