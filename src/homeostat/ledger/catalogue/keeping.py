"""How a site is kept: certificates, backups, restorations, and the table that says who a patient code stands for."""

from typing import ClassVar

from homeostat.ledger.catalogue.base import Act


class CertificateIssued(Act):
    """The site made itself a certificate for sealing documents; `fingerprint` is its SHA-256."""

    type: ClassVar[str] = "certificate.issued"
    fingerprint: str
    subject: str
    until: str
    algorithm: str


class DocumentIssued(Act):
    """A person had a document or a bundle made: its kind, the batch or number it is of, and its file's SHA-256."""

    type: ClassVar[str] = "document.issued"
    kind: str
    number: str
    sha256: str


class BackupMade(Act):
    """The site was copied to `place`: so many `events` under the head of this `root`, with `keys` as said."""

    type: ClassVar[str] = "backup.made"
    place: str
    manifest: str
    events: int
    root: str
    keys: str


class SiteRestored(Act):
    """The site was brought back from the backup of this `manifest` (SHA-256) when it held so many `events`."""

    type: ClassVar[str] = "site.restored"
    manifest: str
    made: str
    events: int
    root: str


class PatientNamed(Act):
    """The table of patients got or changed the entry of a `code`; who it is stands in no event."""

    type: ClassVar[str] = "patient.named"
    code: str


class PatientShown(Act):
    """A person looked up who a patient `code` stands for."""

    type: ClassVar[str] = "patient.shown"
    code: str


class PatientErased(Act):
    """Who the patient `code` stands for was erased for good; records keep the code alone."""

    type: ClassVar[str] = "patient.erased"
    code: str
