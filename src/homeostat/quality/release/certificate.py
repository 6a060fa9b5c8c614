"""The certificate of a batch: what is certified, over which evidence. Its canonical bytes are what is signed.

batch record, process, results, review, deviations -> Certificate -> bytes
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

from homeostat.ledger import Recorded, canonical
from homeostat.ledger.catalogue import PAYLOADS
from homeostat.process import Process
from homeostat.quality.approved import approval_words
from homeostat.quality.model import BatchRecord
from homeostat.quality.model.base import Part
from homeostat.quality.release.results import Result


class Pending(Part):
    """A test that is reported after the release: within how many hours, and what a positive result asks for."""

    test: str
    title: str
    due: float
    action: str


class Certificate(Part):
    """A certificate of analysis. `evidence` is the hash of all that the batch's record rests on.

    `review` is the SHA-256 of the review report that was signed, `deviations` the ids of all that were raised,
    `approval` by what approval the process was executed, in words.
    """

    format: Literal["homeostat certificate 1"] = "homeostat certificate 1"
    batch: str
    patient: str
    process: str
    version: str
    process_hash: str
    approval: str
    site: Literal["training", "gmp"]
    decision: Literal["simple", "guarded"]
    confidence: float
    results: tuple[Result, ...]
    pending: tuple[Pending, ...]
    exceptional: bool
    review: str
    deviations: tuple[str, ...]
    evidence: str

    def content(self) -> bytes:
        """The bytes that are shown and signed."""
        return canonical(self.model_dump(mode="json"))

    @property
    def conforms(self) -> bool:
        """Whether every result conforms."""
        return all(one.conformity == "conforms" for one in self.results)

    @property
    def failing(self) -> tuple[Result, ...]:
        """The results that do not conform, or of which it is not known."""
        return tuple(one for one in self.results if one.conformity != "conforms")


def since(signed: Certificate, now: Certificate) -> str:
    """What is otherwise now than in the certificate that was signed, in words; empty where nothing is."""
    later = [one for one in now.deviations if one not in signed.deviations]
    found = [
        *([f"of deviations {', '.join(later)} came"] if later else []),
        *(["the record is another"] if now.evidence != signed.evidence else []),
        *(["its review does not stand as it was signed"] if now.review != signed.review else []),
    ]
    return f"Since it was signed: {'; '.join(found)}." if found else ""


def evidence(events: Iterable[Recorded]) -> str:
    """SHA-256 (hex) over the chain hashes of a batch's events, those of persons' later acts left out.

    The hashes bind every event before them, so that one that is changed changes this too.
    """
    digest = hashlib.sha256()
    for one in events:
        known = PAYLOADS.get(one.event.type)
        if known is None or known.role != "act":
            digest.update(one.hash)
    return digest.hexdigest()


def certify(
    record: BatchRecord,
    process: Process,
    results: Sequence[Result],
    *,
    site: Literal["training", "gmp"],
    exceptional: bool,
    review: str,
    deviations: Sequence[str],
    evidence: str,
) -> Certificate:
    """The certificate of a batch, as everything stands now."""
    rule = process.release
    return Certificate(
        batch=record.header.batch,
        patient=record.header.patient,
        process=record.header.process,
        version=record.header.version,
        process_hash=record.header.process_hash,
        approval=approval_words(record.header),
        site=site,
        decision=rule.decision,
        confidence=rule.confidence.to("1"),
        results=tuple(results),
        pending=tuple(
            Pending(test=name, title=test.title, due=test.due.to("h"), action=test.action)
            for name, test in rule.pending.items()
        ),
        exceptional=exceptional,
        review=review,
        deviations=tuple(deviations),
        evidence=evidence,
    )
