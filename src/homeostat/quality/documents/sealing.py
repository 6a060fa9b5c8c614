"""The seal: a PAdES signature of the site over a document, and the check of one that comes back.

In: PDF bytes and the site's certificate. Out: the PDF with its signature (ETSI EN 319 142-1, baseline B-B), the same
bytes for the same document; or, of a sealed document, whether it is whole and whose seal it bears, in words.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from homeostat.errors import QualityError
from homeostat.quality.documents.certificate import SigningFiles

FIELD = "Site"
_HASH = "sha256"


@dataclass(frozen=True, slots=True)
class Seal:
    """What is known of a document's seal: `sound` if it is the whole document of the site it names, else `words`."""

    sound: bool
    words: str
    fingerprint: str = ""
    when: str = ""


class _Writer(IncrementalPdfFileWriter):
    """Appends the seal and nothing else: neither chance nor the machine's clock gets into the file.

    The new revision's identity follows from its content (ISO 32000-1, 14.4), and the document keeps its own dates.
    """

    def _update_meta(self) -> None:
        pass

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> ArrayObject:
        prev.stream.seek(0)
        fresh = hashlib.sha256(prev.stream.read()).digest()[:16]
        first = prev.trailer["/ID"][0] if "/ID" in prev.trailer else ByteStringObject(fresh)
        return ArrayObject([first, ByteStringObject(fresh)])


class _Signer(PdfSigner):
    """Signs with the record's time; the library would look at the machine's clock."""

    def __init__(self, metadata: PdfSignatureMetadata, signer: SimpleSigner, when: datetime) -> None:
        super().__init__(metadata, signer)
        self._when = when

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._when
        return session


def seal(pdf: bytes, files: SigningFiles, when: str, reason: str) -> bytes:
    """`pdf` with the site's signature, dated `when` (ISO 8601 with offset). Raises QualityError where it cannot."""
    signer = _signer(files)
    metadata = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm=_HASH, subfilter=SigSeedSubFilter.PADES, reason=reason
    )
    try:
        writer = _Writer(BytesIO(pdf))
        signed = _Signer(metadata, signer, datetime.fromisoformat(when).replace(microsecond=0)).sign_pdf(
            writer
        )
    except (PdfError, SigningError) as fault:
        raise QualityError(f"the document cannot be sealed: {fault}") from fault
    return bytes(signed.getvalue())


def _signer(files: SigningFiles) -> SimpleSigner:
    try:
        certificate = load_cert_from_pemder(str(files.certificate))
        key = load_private_key_from_pemder(str(files.key), passphrase=None)
    except (OSError, ValueError) as fault:
        raise QualityError(
            "the key for documents cannot be read",
            where=str(files.key),
            mend="restore the keys directory from its copy",
        ) from fault
    return SimpleSigner(certificate, key, SimpleCertificateStore())


def check_seal(pdf: bytes, fingerprint: str = "") -> Seal:
    """Whether `pdf` is whole as it was sealed, and by the certificate of this `fingerprint` if one is given."""
    try:
        found = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
        if len(found) != 1:
            return Seal(False, f"it bears {len(found)} seals, one is expected")
        return _judged(found[0], fingerprint)
    except Exception as fault:  # noqa: BLE001  damage may break any of the readers in any way: it is the finding
        return Seal(False, f"the file is damaged: {fault}")


def _judged(signature: EmbeddedPdfSignature, fingerprint: str) -> Seal:
    certificate = signature.signer_cert
    own = hashlib.sha256(certificate.dump()).hexdigest()
    context = ValidationContext(trust_roots=[certificate], allow_fetching=False)
    status = validate_pdf_signature(signature, context)
    stamp = signature.self_reported_timestamp
    when = stamp.isoformat() if stamp else ""
    if not (status.intact and status.valid):
        return Seal(False, "the document was changed after it was sealed", own, when)
    if not status.bottom_line or status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        return Seal(False, "something was added after the document was sealed", own, when)
    if fingerprint and own != fingerprint:
        return Seal(False, "the seal is sound, but it is another site's", own, when)
    return Seal(True, "the document is whole as the site sealed it", own, when)
