"""Signatures on a batch record: what exactly is signed of it, and how each signature stands against it now.

record -> the bytes that are shown and signed; ledger, record -> the record with its signatures
"""

from homeostat.governance.signing import Standing, Subject, signatures
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import RecordSigned
from homeostat.quality.model import BatchRecord, SignedLine

RECORD = "record"


def record_subject(record: BatchRecord) -> Subject:
    """What is signed of a record: all of it but its own signatures, and where in the ledger it now ends."""
    content = record.model_dump_json(indent=2, exclude={"signatures", "provenance"}) + "\n"
    return Subject(RECORD, record.header.batch, content.encode(), record.header.batch)


def with_signatures(ledger: Ledger, record: BatchRecord) -> BatchRecord:
    """The record with the signatures that were given on it, judged by what it is now."""
    if next(ledger.events(batch=record.header.batch, types=(RecordSigned.type,)), None) is None:
        return record
    subject = record_subject(record)
    lines = [_line(one) for one in signatures(ledger, subject.kind, subject.id, subject.content)]
    return record.model_copy(update={"signatures": tuple(lines)})


def _line(one: Standing) -> SignedLine:
    return SignedLine(
        name=one.name,
        account=one.person,
        roles=one.roles,
        meaning=one.meaning,
        at=one.when,
        why=one.why,
        state=one.state,
        words=one.words,
        event=one.event,
        sha256=one.signed.sha256,
    )
