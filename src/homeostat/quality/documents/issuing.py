"""Issuing: from the stores of a site to a document, whole and sealed.

ledger, historian, batch -> record, signatures -> Paper -> PDF/A-3 -> seal of the site
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.governance import Office, Session
from homeostat.governance.authority import authorise, put_by
from homeostat.governance.signing import Judge, Standing
from homeostat.historian import Historian
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import DocumentIssued
from homeostat.quality.documents.batch import batch_paper
from homeostat.quality.documents.certificate import issue
from homeostat.quality.documents.paper import Paper, SignatureLine
from homeostat.quality.documents.sealing import seal
from homeostat.quality.documents.typeset import typeset
from homeostat.quality.model import SignedLine
from homeostat.quality.record import batch_record, render_json
from homeostat.quality.unproven import touching, unproven

_UNSAID = {"superseded": "changed since: ", "invalid": "INVALID: "}


@dataclass(frozen=True, slots=True)
class Issued:
    """A document as data (JSON) and as a file; `when` is its own time."""

    source: bytes
    pdf: bytes
    when: str


def signature_lines(
    ledger: Ledger, batch: str, judged: Sequence[SignedLine] = ()
) -> tuple[SignatureLine, ...]:
    """Every signature that was given about a batch; those that a record has `judged` by what it is now, as it says."""
    known = {one.event: one for one in judged}
    return tuple(_line(one, known.get(one.event, one)) for one in Judge(ledger).all(batch))


def _line(one: Standing, now: Standing | SignedLine) -> SignatureLine:
    return SignatureLine(
        name=one.name,
        account=one.person,
        meaning=one.meaning,
        when=one.when,
        of=f"{one.signed.kind} {one.signed.subject}",
        why=one.why,
        standing="valid" if now.state == "valid" else f"{_UNSAID[now.state]}{now.words}",
    )


def batch_document(ledger: Ledger, historian: Historian, batch: str, *, training: bool) -> Issued:
    """The batch record as JSON and as PDF/A-3, not sealed. Raises RecordError where there is no such batch."""
    record = batch_record(ledger, historian, batch)
    source = render_json(record).encode()
    paper = batch_paper(
        record,
        tuple(ledger.stored(batch=batch)),
        historian,
        training=training,
        signatures=signature_lines(ledger, batch, record.signatures),
        findings=touching(ledger, unproven(ledger, "training" if training else "gmp"), batch),
    )
    return Issued(source, typeset(paper, source), paper.when)


def sealed(office: Office, paper: Paper, source: bytes) -> bytes:
    """Any paper as a sealed PDF/A-3 of the office's site, with its data attached."""
    return sealed_file(office, typeset(paper, source), paper.when, f"{paper.kind} {paper.number}")


def sealed_file(office: Office, pdf: bytes, when: str, reason: str) -> bytes:
    """A document under the seal of the site; its certificate is issued, on record, where there is none yet."""
    return seal(pdf, issue(office), when, reason)


def hand_over(office: Office, session: Session, kind: str, number: str, content: bytes, *, why: str) -> str:
    """Put on record that a person takes this file out of the site, before it has its name; its SHA-256 (hex).

    It is an act of the site and not of the batch: a record is no other one because somebody had it printed. Raises
    AuthorityError for who may not ("record.review").
    """
    authorise(office, session, "record.review")
    sha256 = hashlib.sha256(content).hexdigest()
    put_by(office, session, DocumentIssued(why=why, kind=kind, number=number, sha256=sha256))
    return sha256
