"""The site's seal: PAdES, the same bytes again, any changed byte found; its certificate is on record."""

import hashlib
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.errors import QualityError
from homeostat.ledger.catalogue import CertificateIssued
from homeostat.quality.documents.certificate import CERTIFICATE_NAME, PRIVATE_NAME, issue, signing_files
from homeostat.quality.documents.issuing import batch_document, sealed, sealed_file
from homeostat.quality.documents.sealing import check_seal, seal
from homeostat.site import Site
from tests.conftest import SHIPPED_BITS
from tests.marks import in_drills

from .sealed_scene import office_of, opened, told_site
from .test_documents import paper


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A training site with a batch."""
    return told_site(tmp_path_factory.mktemp("sealed") / "site")


@pytest.fixture(scope="module")
def document(site: Site) -> bytes:
    """Its batch record, sealed."""
    with opened(site) as (office, historian):
        issued = batch_document(office.ledger, historian, "B0001", training=True)
        return sealed_file(office, issued.pdf, issued.when, "batch record B0001")


def test_p11_30_a_sealed_document_is_whole_and_the_sites(site: Site, document: bytes) -> None:
    found = check_seal(document, signing_files(site).fingerprint)
    assert found.sound
    assert found.words == "the document is whole as the site sealed it"
    assert found.when.startswith("2026-01-01T08:00:")


def test_the_seal_is_pades_and_leaves_pdf_a(document: bytes) -> None:
    with pikepdf.open(BytesIO(document)) as pdf:
        assert pdf.open_metadata().pdfa_status == "3A"
        (field,) = pdf.Root.AcroForm.Fields
        assert field.V.SubFilter == "/ETSI.CAdES.detached"
        assert field.V.Reason == "batch record B0001"


def test_the_same_document_gets_the_same_seal(site: Site, document: bytes) -> None:
    with opened(site, day=9) as (office, historian):
        issued = batch_document(office.ledger, historian, "B0001", training=True)
        assert sealed_file(office, issued.pdf, issued.when, "batch record B0001") == document


@pytest.mark.parametrize("changes", [60, *in_drills([1000])])
def test_p11_30_any_changed_byte_is_found(document: bytes, changes: int) -> None:
    @settings(max_examples=changes)
    @given(place=st.integers(0, len(document) - 1), flip=st.integers(1, 255))
    def changed(place: int, flip: int) -> None:
        bent = bytearray(document)
        bent[place] ^= flip
        found = check_seal(bytes(bent))
        assert not found.sound or _in_container(document, place)
        assert found.words

    changed()


def _in_container(document: bytes, place: int) -> bool:
    """Whether the byte is in the signature's own container, whose unused end no signature can cover."""
    start, length, again, _ = map(int, document.split(b"/ByteRange [", 1)[1].split(b"]", 1)[0].split())
    return start + length <= place < again


@pytest.mark.parametrize("cut", [1, 100, 5000])
def test_a_cut_document_is_found(document: bytes, cut: int) -> None:
    assert not check_seal(document[:-cut]).sound


@pytest.mark.parametrize("more", [b"\n", b"%", b"\n1 0 obj\n<<>>\nendobj\n"])
def test_what_is_added_is_found(document: bytes, more: bytes) -> None:
    assert check_seal(document + more).words == "something was added after the document was sealed"


def test_a_changed_revision_on_top_is_found(document: bytes) -> None:
    with pikepdf.open(BytesIO(document)) as pdf:
        pdf.pages[0].Rotate = 90
        target = BytesIO()
        pdf.save(target)
    assert not check_seal(target.getvalue()).sound


def test_a_document_without_a_seal_is_said(site: Site) -> None:
    with opened(site) as (office, historian):
        issued = batch_document(office.ledger, historian, "B0001", training=True)
    assert check_seal(issued.pdf).words == "it bears 0 seals, one is expected"
    assert not check_seal(b"not a document").sound


def test_another_sites_seal_is_told_apart(document: bytes, tmp_path: Path) -> None:
    other = Site.create(tmp_path / "other", "gmp")
    with office_of(other) as office:
        issue(office)
    found = check_seal(document, signing_files(other).fingerprint)
    assert (found.sound, found.words) == (False, "the seal is sound, but it is another site's")


def test_a_site_makes_a_key_as_long_as_it_takes_beyond_2030() -> None:
    """NIST SP 800-57 part 1 (rev. 5), tables 2 and 4: RSA of 3072 bits has 128 bits of strength; 112 end with 2030."""
    assert SHIPPED_BITS == 3072


def test_the_certificate_is_on_record_once(site: Site, document: bytes) -> None:
    assert document
    with opened(site) as (office, _):
        (act,) = office.acts((CertificateIssued.type,))
        again = issue(office)
        assert len(list(office.acts((CertificateIssued.type,)))) == 1
    assert act.event.data["fingerprint"] == again.fingerprint
    loaded = x509.load_pem_x509_certificate((site.keys / CERTIFICATE_NAME).read_bytes())
    assert hashlib.sha256(loaded.public_bytes(Encoding.DER)).hexdigest() == again.fingerprint
    assert (site.keys / PRIVATE_NAME).stat().st_mode & 0o077 == 0


def test_a_crash_before_the_certificate_leaves_no_half_of_it(tmp_path: Path) -> None:
    site = Site.create(tmp_path / "site")

    def dies() -> rsa.RSAPrivateKey:
        raise KeyboardInterrupt

    with office_of(site) as office:
        with pytest.raises(KeyboardInterrupt):
            issue(office, dies)
        with pytest.raises(QualityError, match="certificate cannot be read"):
            signing_files(site)
        issue(office)
        assert sealed(office, paper(), b"{}").startswith(b"%PDF")


def test_a_lost_key_is_said(tmp_path: Path, document: bytes) -> None:
    site = Site.create(tmp_path / "site")
    with office_of(site) as office:
        found = issue(office)
        (site.keys / PRIVATE_NAME).write_text("nothing", "utf-8")
        with pytest.raises(QualityError, match="key for documents"):
            seal(document, found, "2026-01-01T00:00:00+00:00", "x")
