"""Signatures on a batch record: what exactly is signed of it, and how each signature stands against it now.

record -> the bytes that are shown and signed; ledger, record -> the record with its signatures, and with those of the
reviews and the release of its batch
"""

from collections.abc import Callable

from homeostat.governance import released
from homeostat.governance.signing import Judge, Standing, Subject
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import RecordSigned
from homeostat.quality import reviewed
from homeostat.quality.exceptions import versions
from homeostat.quality.model import BatchRecord, ExceptionReport, SignedLine

RECORD = "record"
KINDS = (RECORD, reviewed.KIND, released.KIND)
"""Of what the signatures are that a record shows."""


def record_subject(record: BatchRecord) -> Subject:
    """What is signed of a record: all of it but its own signatures, and where in the ledger it now ends."""
    content = record.model_dump_json(indent=2, exclude={"signatures", "provenance"}) + "\n"
    return Subject(RECORD, record.header.batch, content.encode(), record.header.batch)


def with_signatures(
    ledger: Ledger, record: BatchRecord, reported: Callable[[int], ExceptionReport]
) -> BatchRecord:
    """The record with the signatures given on it, on its reviews and on its release, each judged by what it is now.

    `reported` makes the report of a rule set: a review is judged by the rules it was made with. A certificate is a
    paper of its time; of its signatures only the genuineness is told.
    """
    batch = record.header.batch
    given = [
        one
        for one in ledger.events(batch=batch, types=(RecordSigned.type,))
        if one.event.data.get("kind") in KINDS and one.event.data.get("subject") == batch
    ]
    if not given:
        return record
    judge, content = Judge(ledger), record_subject(record).content
    lines = []
    for one in given:
        genuine = judge.standing(one, None)
        if genuine.signed.kind == RECORD:
            genuine = judge.standing(one, content)
        elif genuine.signed.kind == reviewed.KIND:
            report = reported(_rules(genuine, record))
            genuine = judge.standing(one, reviewed.standing(ledger, report).shown)
        lines.append(_line(genuine))
    return record.model_copy(update={"signatures": tuple(lines)})


def _rules(review: Standing, record: BatchRecord) -> int:
    """The rule set that a review was made with."""
    named = review.signed.terms.get("rules")
    return named if isinstance(named, int) and named in versions() else record.rules


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
        kind=one.signed.kind,
    )
