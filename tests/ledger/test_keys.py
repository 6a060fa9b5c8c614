"""The site key: made once, readable by its owner, and every fault of its files said in words."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed448
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from homeostat.errors import LedgerError
from homeostat.ledger import PublicKey, SiteKey
from homeostat.ledger.keys import PRIVATE_NAME, PUBLIC_NAME


def test_a_key_signs_and_its_loaded_halves_agree(tmp_path: Path) -> None:
    made = SiteKey.create(tmp_path / "keys")
    loaded = SiteKey.load(tmp_path / "keys")
    public = PublicKey.load(tmp_path / "keys")
    assert made.fingerprint == loaded.fingerprint == public.fingerprint
    assert public.verifies(b"message", loaded.sign(b"message"))
    assert not public.verifies(b"massage", loaded.sign(b"message"))
    assert not public.verifies(b"message", b"short")


def test_the_private_file_is_its_owners_alone(tmp_path: Path) -> None:
    SiteKey.create(tmp_path)
    assert stat.S_IMODE((tmp_path / PRIVATE_NAME).stat().st_mode) == 0o600


def test_the_private_half_does_not_show(tmp_path: Path) -> None:
    assert "_key" not in repr(SiteKey.create(tmp_path))


@pytest.mark.parametrize("kept", [PRIVATE_NAME, PUBLIC_NAME])
def test_a_key_is_never_written_over(tmp_path: Path, kept: str) -> None:
    (tmp_path / kept).write_bytes(b"precious")
    with pytest.raises(LedgerError, match="a key is already here") as refusal:
        SiteKey.create(tmp_path)
    assert kept in refusal.value.where
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(kept, b"precious")]


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerError, match="cannot be written"):
        SiteKey.create(tmp_path / "file" / "keys")


@pytest.mark.parametrize("name", [PRIVATE_NAME, PUBLIC_NAME])
@pytest.mark.parametrize("content", [None, b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_missing_or_damaged_file_is_named(tmp_path: Path, name: str, content: bytes | None) -> None:
    SiteKey.create(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(LedgerError, match="key") as refusal:
        SiteKey.load(tmp_path)
    assert refusal.value.where.endswith(name)
    assert refusal.value.mend


def test_halves_of_two_keys_do_not_pass(tmp_path: Path) -> None:
    SiteKey.create(tmp_path / "a")
    SiteKey.create(tmp_path / "b")
    (tmp_path / "b" / PUBLIC_NAME).replace(tmp_path / "a" / PUBLIC_NAME)
    with pytest.raises(LedgerError, match="do not belong together"):
        SiteKey.load(tmp_path / "a")


def test_keys_of_another_kind_are_refused(tmp_path: Path) -> None:
    SiteKey.create(tmp_path)
    other = ed448.Ed448PrivateKey.generate()
    private = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / PUBLIC_NAME).write_bytes(public)
    with pytest.raises(LedgerError, match="not an Ed25519 key"):
        PublicKey.load(tmp_path)
    (tmp_path / PRIVATE_NAME).write_bytes(private)
    with pytest.raises(LedgerError, match="not an Ed25519 key"):
        SiteKey.load(tmp_path)


def test_an_encrypted_key_is_refused(tmp_path: Path) -> None:
    SiteKey.create(tmp_path)
    path = tmp_path / PRIVATE_NAME
    key = load_pem_private_key(path.read_bytes(), password=None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    path.write_bytes(locked)
    with pytest.raises(LedgerError, match="unencrypted private key"):
        SiteKey.load(tmp_path)
