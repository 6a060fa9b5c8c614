"""The site's signing key: Ed25519 (RFC 8032), as two PEM files in the site's `keys/` directory.

In: a directory. Out: a `SiteKey` that signs, or the `PublicKey` alone, which is all that verification needs.
"""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from homeostat.errors import LedgerError

PRIVATE_NAME = "site.pem"
PUBLIC_NAME = "site.pub.pem"
SIGNATURE = 64
"""Bytes of a signature (RFC 8032, 5.1.6)."""
_RESTORE = "restore the keys directory from its copy"


@dataclass(frozen=True)
class PublicKey:
    """The public half: says whether a signature is the site's. `fingerprint`: SHA-256 of the raw key, hex."""

    fingerprint: str
    _key: Ed25519PublicKey = field(repr=False, compare=False)

    @classmethod
    def of(cls, key: Ed25519PublicKey) -> "PublicKey":
        """The public key with its fingerprint."""
        return cls(hashlib.sha256(key.public_bytes_raw()).hexdigest(), key)

    @classmethod
    def load(cls, directory: Path) -> "PublicKey":
        """Read `site.pub.pem`; `LedgerError` if it is missing or damaged."""
        path = directory / PUBLIC_NAME
        try:
            key = load_pem_public_key(_read(path))
        except (ValueError, UnsupportedAlgorithm) as fault:
            raise LedgerError(
                "this is not a public key in PEM form", where=str(path), mend=_RESTORE
            ) from fault
        if not isinstance(key, Ed25519PublicKey):
            raise LedgerError("the key is not an Ed25519 key", where=str(path), mend=_RESTORE)
        return cls.of(key)

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` over `message` was made with the private half."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SiteKey:
    """The private half with its public one; it never leaves the site."""

    public: PublicKey
    _key: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def create(cls, directory: Path) -> "SiteKey":
        """Make a new key in `directory`, private file readable by its owner alone; never over an old key."""
        for path in (directory / PRIVATE_NAME, directory / PUBLIC_NAME):
            if path.exists():
                raise LedgerError(
                    "a key is already here; a new one would orphan every signature made with it",
                    where=str(path),
                    mend="move the keys directory away first if the old key is really to be retired",
                )
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            _write_new(directory / PRIVATE_NAME, private, mode=0o600)
            _write_new(directory / PUBLIC_NAME, public, mode=0o644)
        except OSError as fault:
            raise LedgerError(f"the key cannot be written: {fault.strerror}", where=str(directory)) from fault
        return cls(PublicKey.of(key.public_key()), key)

    @classmethod
    def load(cls, directory: Path) -> "SiteKey":
        """Read both files; `LedgerError` if one is missing or damaged, or if they do not belong together."""
        path = directory / PRIVATE_NAME
        try:
            key = load_pem_private_key(_read(path), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
            raise LedgerError(
                "this is not an unencrypted private key in PEM form", where=str(path), mend=_RESTORE
            ) from fault
        if not isinstance(key, Ed25519PrivateKey):
            raise LedgerError("the key is not an Ed25519 key", where=str(path), mend=_RESTORE)
        public = PublicKey.load(directory)
        if public != PublicKey.of(key.public_key()):
            raise LedgerError(
                f"{PRIVATE_NAME} and {PUBLIC_NAME} do not belong together",
                where=str(directory),
                mend=_RESTORE,
            )
        return cls(public, key)

    @property
    def fingerprint(self) -> str:
        """The public half's fingerprint."""
        return self.public.fingerprint

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature over `message`."""
        return self._key.sign(message)


def _read(path: Path) -> bytes:
    """The file's bytes, or an error that names the missing key."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise LedgerError(
            f"the key cannot be read: {fault.strerror}", where=str(path), mend=_RESTORE
        ) from fault


def _write_new(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file that must not exist yet; it is on disk on return, before anything is signed with it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
