"""A person's signing key (Ed25519), sealed under their password; to open it is the password check.

    password -> scrypt -> AES-256-GCM -> the key and the secret of the second factor, in one file of mode 0600

The file is bound to account and public key: put in another's place it does not open.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from homeostat.errors import LedgerError
from homeostat.ledger.identity.passwords import Cost, bearable, stretch
from homeostat.ledger.keys import PublicKey

_FORMAT = 1
_RESTORE = "restore the keys directory from its copy, or have the password reset"


@dataclass(frozen=True)
class PersonalKey:
    """An opened key: it signs for `account`, as long as the process holds it. `totp` is "" without a second factor."""

    account: str
    public: str
    fingerprint: str
    totp: str = field(default="", repr=False)
    _key: Ed25519PrivateKey = field(repr=False, compare=False, kw_only=True)

    @classmethod
    def generate(cls, account: str) -> "PersonalKey":
        """A new key of `account`, from the system's source of randomness."""
        return cls._of(account, Ed25519PrivateKey.generate(), "")

    @classmethod
    def _of(cls, account: str, key: Ed25519PrivateKey, totp: str) -> "PersonalKey":
        public = key.public_key()
        return cls(account, public.public_bytes_raw().hex(), PublicKey.of(public).fingerprint, totp, _key=key)

    def with_totp(self, totp: str) -> "PersonalKey":
        """The same key with another secret of the second factor."""
        return PersonalKey(self.account, self.public, self.fingerprint, totp, _key=self._key)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over `message`."""
        return self._key.sign(message)

    def write(self, folder: Path, password: str, cost: Cost) -> Path:
        """Seal the key under `password` into its file, which is on disk on return."""
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        inside = json.dumps({"key": self._key.private_bytes_raw().hex(), "totp": self.totp}).encode()
        about = _bound(self.account, self.public, cost)
        sealed = AESGCM(stretch(password, salt, cost)).encrypt(nonce, inside, about)
        facts = {"format": _FORMAT, "account": self.account, "public": self.public}
        kdf = {"kdf": "scrypt", **cost._asdict(), "salt": salt.hex()}
        text = json.dumps(
            {**facts, **kdf, "cipher": "AES-256-GCM", "nonce": nonce.hex(), "sealed": sealed.hex()}
        )
        path = place(folder, self.account, self.fingerprint)
        _write(path, text.encode())
        return path


def opened(folder: Path, account: str, fingerprint: str, password: str, least: Cost) -> PersonalKey | None:
    """The key of `account` with this fingerprint, or None where `password` is not its password.

    `least` is the lowest cost that is accepted. Raises LedgerError where the file is missing or damaged.
    """
    path = place(folder, account, fingerprint)
    try:
        facts = json.loads(path.read_bytes())
        cost = Cost(int(facts["n"]), int(facts["r"]), int(facts["p"]))
        salt, nonce, sealed = (bytes.fromhex(facts[name]) for name in ("salt", "nonce", "sealed"))
        known = (facts["format"], facts["account"]) == (_FORMAT, account) and bearable(cost, least)
    except OSError as error:
        what = f"the key of {account} cannot be read: {error.strerror}"
        raise LedgerError(what, where=str(path), mend=_RESTORE) from error
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerError(f"the key of {account} is damaged", where=str(path), mend=_RESTORE) from error
    if not known:
        raise LedgerError(f"the file does not hold a key of {account}", where=str(path), mend=_RESTORE)
    try:
        about = _bound(account, facts["public"], cost)
        inside = json.loads(AESGCM(stretch(password, salt, cost)).decrypt(nonce, sealed, about))
    except InvalidTag:
        return None
    key = _unpacked(account, inside)
    if key.fingerprint != fingerprint:
        raise LedgerError(f"the file does not hold this key of {account}", where=str(path), mend=_RESTORE)
    return key


def _unpacked(account: str, inside: Mapping[str, str]) -> PersonalKey:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(inside["key"]))
    return PersonalKey._of(account, key, inside["totp"])


def place(folder: Path, account: str, fingerprint: str) -> Path:
    """Where the sealed key lies."""
    return folder / f"{account}-{fingerprint}.json"


def public_key(public: str) -> PublicKey:
    """The public half (hex) as what verifies signatures; LedgerError where it is no key."""
    try:
        return PublicKey.of(Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)))
    except ValueError as error:
        raise LedgerError("this is no public key of a person") from error


def one_time_code() -> str:
    """A code of 80 bits that nobody can guess, in groups that a person can copy; only its `digest` is kept."""
    text = secrets.token_hex(10)
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def digest(text: str) -> str:
    """SHA-256 of a text, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _bound(account: str, public: str, cost: Cost) -> bytes:
    return json.dumps([_FORMAT, account, public, *cost]).encode()


def _write(path: Path, content: bytes) -> None:
    """Put the file there whole or not at all, readable by its owner alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
        if os.name == "posix":  # elsewhere a folder cannot be opened
            handle = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
    except OSError as error:
        raise LedgerError(f"a key cannot be written: {error.strerror}", where=str(path)) from error
