"""The site's signing certificate: what the readers of PDF files know, where the ledger's own key is unknown to them.

In: a site. Out: an RSA key and a self-signed X.509 certificate in `keys/`, made once; that they were made, with the
certificate's fingerprint, is an act in the ledger, so the ledger's heads vouch for it. RSA with PKCS #1 v1.5
(RFC 8017) because every reader checks it and because it has no random part: the same document, the same signature.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from homeostat.errors import QualityError
from homeostat.governance import Office
from homeostat.governance.numbering import unused
from homeostat.ledger import PublicKey
from homeostat.ledger.catalogue import CertificateIssued
from homeostat.site import Site

PRIVATE_NAME = "documents.pem"
CERTIFICATE_NAME = "documents.crt.pem"
BITS = 3072
YEARS = 30
"""As long as records are kept (Regulation (EC) 1394/2007, article 15: 30 years, paraphrase)."""
ACTOR = "site"
"""Who issues the certificate: the site itself, when the first document is sealed."""


@dataclass(frozen=True, slots=True)
class SigningFiles:
    """Where key and certificate lie, and the certificate's SHA-256 (hex, of its DER bytes)."""

    key: Path
    certificate: Path
    fingerprint: str


def signing_files(site: Site) -> SigningFiles:
    """The site's certificate. Raises QualityError where it was not issued yet or cannot be read."""
    key, path = site.keys / PRIVATE_NAME, site.keys / CERTIFICATE_NAME
    try:
        loaded = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as fault:
        raise QualityError(
            "the site's document certificate cannot be read",
            where=str(path),
            mend="restore the keys directory from its copy",
        ) from fault
    return SigningFiles(key, path, loaded.fingerprint(hashes.SHA256()).hex())


def issue(office: Office, make_key: Callable[[], rsa.RSAPrivateKey] | None = None) -> SigningFiles:
    """The site's certificate, made where there is none; that it was made is on record before it signs anything.

    A crash between the files and the ledger is made up for by the next call.
    """
    site = office.site
    if not (site.keys / CERTIFICATE_NAME).is_file():
        _make(site, datetime.fromisoformat(office.clock()), make_key or _key)
    found = signing_files(site)
    told = (one.event.data.get("fingerprint") for one in office.acts((CertificateIssued.type,)))
    if found.fingerprint not in told:
        loaded = x509.load_pem_x509_certificate(found.certificate.read_bytes())
        act = CertificateIssued(
            why="the site seals its documents with it",
            fingerprint=found.fingerprint,
            subject=loaded.subject.rfc4514_string(),
            until=loaded.not_valid_after_utc.isoformat(),
            algorithm=f"RSA-{BITS}, PKCS #1 v1.5, SHA-256",
        )
        office.put(ACTOR, act, event=unused(office.ledger, f"certificate/{found.fingerprint[:32]}"))
    return found


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=BITS)


def _make(site: Site, now: datetime, make_key: Callable[[], rsa.RSAPrivateKey]) -> None:
    """Key first, then the certificate: a key without its certificate is replaced, for it has signed nothing."""
    key = make_key()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    private = site.keys / PRIVATE_NAME
    private.unlink(missing_ok=True)
    private.touch(mode=0o600)
    private.write_bytes(pem)
    made = _certificate(site, key, now).public_bytes(Encoding.PEM)
    scratch = site.keys / f".{CERTIFICATE_NAME}"
    scratch.write_bytes(made)
    scratch.replace(site.keys / CERTIFICATE_NAME)


def _certificate(site: Site, key: rsa.RSAPrivateKey, now: datetime) -> x509.Certificate:
    """Self-signed, for signatures only; its name carries the fingerprint of the key that signs the ledger's heads."""
    heads = PublicKey.load(site.keys).fingerprint
    kind = "TRAINING site" if site.kind == "training" else "GMP site"
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Homeostat"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, kind),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Site {heads[:32]}"),
        ]
    )
    public = key.public_key()
    serial = hashlib.sha256(f"{heads} {public.public_numbers().n}".encode()).digest()[:16]
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(int.from_bytes(serial, "big") >> 1)
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=365 * YEARS + 8))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
