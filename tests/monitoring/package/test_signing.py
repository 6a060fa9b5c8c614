"""Who vouches for a package: keys from files, signatures that hold, and what is refused in which words."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from homeostat.errors import MonitoringError
from homeostat.ledger import SiteKey
from homeostat.monitoring.package import Package, read, write
from homeostat.monitoring.package.signing import Signer, check_signature, holds, public_key


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """The keys of a site."""
    SiteKey.create(tmp_path / "keys")
    return tmp_path / "keys"


def test_the_key_of_a_site_signs_and_its_public_half_is_trusted(
    package: Package, keys: Path, tmp_path: Path
) -> None:
    signer = Signer.load(keys / "site.pem")
    write(signer.sign(package, "Dr. Faye"), tmp_path / "model.json")
    again = read(tmp_path / "model.json")
    assert again.signature is not None
    assert again.content_hash == package.content_hash
    trusted = public_key(str(keys / "site.pub.pem"))
    assert trusted == signer.public == public_key(signer.public)
    check_signature(again, [trusted], "here")
    check_signature(again, [], "here")


def test_an_unsigned_package_is_refused_only_where_keys_are_trusted(package: Package) -> None:
    check_signature(package, [], "here")
    with pytest.raises(
        MonitoringError, match="is not signed, and only signed models are trusted here"
    ) as told:
        check_signature(package, ["ab" * 32], "here")
    assert told.value.where == "here"


def test_a_key_that_is_not_trusted_is_named_with_its_owner(package: Package, keys: Path) -> None:
    signer = Signer.load(keys / "site.pem")
    with pytest.raises(MonitoringError, match=f"'Dr. Faye' with a key that is not trusted.*{signer.public}"):
        check_signature(signer.sign(package, "Dr. Faye"), ["ab" * 32], "here")


@pytest.mark.parametrize("field", ["value", "key", "algorithm", "by"])
@pytest.mark.parametrize("trusting", [True, False])
def test_a_signature_that_was_altered_is_refused_by_everybody(
    package: Package, keys: Path, field: str, trusting: bool
) -> None:
    signer = Signer.load(keys / "site.pem")
    signed = signer.sign(package, "Dr. Faye")
    assert signed.signature is not None
    altered = {"value": "00" * 64, "key": "01" * 32, "algorithm": "md5", "by": "Dr. Eve"}[field]
    forged = signed.model_copy(update={"signature": signed.signature.model_copy(update={field: altered})})
    with pytest.raises(MonitoringError, match=r"the signature of 'Dr\. (Faye|Eve)' does not hold"):
        check_signature(forged, [signer.public] if trusting else [], "here")


def test_a_signature_of_another_package_does_not_hold(package: Package, keys: Path) -> None:
    signed = Signer.load(keys / "site.pem").sign(package, "Dr. Faye")
    assert signed.signature is not None
    assert holds(signed.signature, package.content_hash)
    assert not holds(signed.signature, "00" * 32)


def test_what_is_no_ed25519_key_is_refused_with_the_way_to_one(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    private = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "ec.pem").write_bytes(private)
    (tmp_path / "ec.pub.pem").write_bytes(public)
    (tmp_path / "text.pem").write_text("no key", "utf-8")
    for name, what in (
        ("ec.pem", "not an Ed25519 key"),
        ("text.pem", "no private key"),
        ("none.pem", "cannot be read"),
    ):
        with pytest.raises(MonitoringError, match=what):
            Signer.load(tmp_path / name)
    for name, what in (
        ("ec.pub.pem", "not an Ed25519 key"),
        ("text.pem", "no public key"),
        ("none.pem", "cannot be read"),
    ):
        with pytest.raises(MonitoringError, match=what):
            public_key(str(tmp_path / name))


def test_signing_twice_gives_the_same_bytes(package: Package, tmp_path: Path) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    path = tmp_path / "key.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert Signer.load(path).sign(package, "A") == Signer.load(path).sign(package, "A")
