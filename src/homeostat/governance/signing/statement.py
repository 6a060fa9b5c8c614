"""The bytes under a person's signature: everything the signature event says, and its own id.

`CONTEXT`, then canonical JSON (`homeostat.ledger.canonical`) of the event's data without `signature`, with the event's
id as `event`. A third party rebuilds them from the ledger with nothing but a JSON library.
"""

from collections.abc import Mapping

from homeostat.ledger import JSON, canonical
from homeostat.ledger.catalogue import RecordSigned

CONTEXT = b"homeostat signature, version 1\n"
"""Put before the signed bytes, so that a person's signature can never pass for one of anything else."""


def statement(event: str, data: Mapping[str, JSON]) -> bytes:
    """What is signed by the signature event of this id with these data."""
    said = {name: value for name, value in data.items() if name != "signature"}
    return CONTEXT + canonical({**said, "event": event})


def statement_of(event: str, signed: RecordSigned) -> bytes:
    """The same of a typed payload."""
    return statement(event, signed.model_dump(mode="json"))
