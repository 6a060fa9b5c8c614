"""Signatures over the content hash and the signer's name, with Ed25519 given by the caller."""

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from homeostat.errors import MonitoringError
from homeostat.monitoring.package import Package, Signature, read, write

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


def verifier(signature: Signature, content: bytes) -> bool:
    """Whether a signature by the one trusted key holds."""
    if bytes.fromhex(signature.key) != PUBLIC:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(PUBLIC).verify(bytes.fromhex(signature.value), content)
    except InvalidSignature:
        return False
    return True


def test_a_signed_package_is_read_by_who_trusts_the_key(package: Package, tmp_path: Path) -> None:
    signed = package.signed(KEY.sign, by="Dr. Faye", key=PUBLIC)
    write(signed, tmp_path / "model.json")
    again = read(tmp_path / "model.json", verifier)
    assert again.signature is not None
    assert again.signature.by == "Dr. Faye"
    assert again.content_hash == package.content_hash


def test_an_unsigned_package_is_refused_where_a_signature_is_asked_for(
    package: Package, tmp_path: Path
) -> None:
    write(package, tmp_path / "model.json")
    with pytest.raises(MonitoringError, match="is not signed"):
        read(tmp_path / "model.json", verifier)


def test_a_signature_by_another_key_or_of_another_package_is_refused(package: Package) -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public = other.public_key().public_bytes_raw()
    signed = package.signed(KEY.sign, by="Dr. Faye", key=PUBLIC)
    forged = signed.model_copy(update={"content_hash": "00" * 32})
    assert signed.signature is not None
    renamed = signed.model_copy(update={"signature": signed.signature.model_copy(update={"by": "Dr. Eve"})})
    for found in (package.signed(other.sign, by="Dr. Faye", key=public), forged, renamed):
        with pytest.raises(MonitoringError, match="does not hold"):
            found.verify(verifier)
