"""Who vouches for a package: Ed25519 signatures (RFC 8032) over its content hash and the signer's name.

In: a private key as a PEM file (that of a site is `keys/site.pem`), or public keys in hexadecimal digits. Out: a signed
package, or a refusal that says which package, whose signature, and what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from homeostat.errors import MonitoringError
from homeostat.monitoring.package.hashed import Hashed, Signature, vouched

AnyPackage = TypeVar("AnyPackage", bound=Hashed)
ALGORITHM = "ed25519"
_MAKE = "give an unencrypted Ed25519 key in PEM form: openssl genpkey -algorithm ed25519 -out KEYFILE"
_LARGEST = 65_536


@dataclass(frozen=True)
class Signer:
    """A private key that signs, and its public half in hexadecimal digits."""

    public: str
    _key: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def load(cls, path: Path) -> "Signer":
        """The key in a PEM file. Raises MonitoringError where there is none."""
        try:
            key = load_pem_private_key(_content(path), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
            raise MonitoringError("this is no private key", where=str(path), mend=_MAKE) from fault
        if not isinstance(key, Ed25519PrivateKey):
            raise MonitoringError("the key is not an Ed25519 key", where=str(path), mend=_MAKE)
        return cls(key.public_key().public_bytes_raw().hex(), key)

    def sign(self, package: AnyPackage, by: str) -> AnyPackage:
        """The package, signed."""
        return package.signed(self._key.sign, by=by, key=bytes.fromhex(self.public), algorithm=ALGORITHM)


def public_key(text: str) -> str:
    """A public key given as 64 hexadecimal digits or as a PEM file. Raises MonitoringError where it is neither."""
    if len(text) == 64 and set(text) <= set("0123456789abcdef"):
        return text
    try:
        key = load_pem_public_key(_content(Path(text)))
    except (ValueError, UnsupportedAlgorithm) as fault:
        mend = "give 64 hexadecimal digits, or a PEM file such as keys/site.pub.pem"
        raise MonitoringError("this is no public key", where=text, mend=mend) from fault
    if not isinstance(key, Ed25519PublicKey):
        raise MonitoringError("the key is not an Ed25519 key", where=text, mend="give an Ed25519 public key")
    return key.public_bytes_raw().hex()


def holds(signature: Signature, content_hash: str) -> bool:
    """Whether the key that `signature` names has signed this content in the name that it tells."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.key))
        key.verify(bytes.fromhex(signature.value), vouched(content_hash, signature.by))
    except (InvalidSignature, ValueError):
        return False
    return signature.algorithm == ALGORITHM


def check_signature(package: Hashed, trusted: Sequence[str], where: str) -> None:
    """Refuse a package whose signature does not hold, and where keys are `trusted` one that none of them signed.

    Raises MonitoringError at `where`.
    """
    signature = package.signature
    if signature is None:
        if not trusted:
            return
        raise MonitoringError(
            f"the model '{package.name}' is not signed, and only signed models are trusted here",
            where=where,
            mend="have it signed by one of the trusted keys: homeostat watch train --sign KEYFILE",
        )
    if not holds(signature, package.content_hash):
        raise MonitoringError(
            f"the signature of '{signature.by}' does not hold for the model '{package.name}'",
            where=where,
            mend="take the signed original; do not use this one",
        )
    if trusted and signature.key not in trusted:
        raise MonitoringError(
            f"the model '{package.name}' was signed by '{signature.by}' with a key that is not trusted here: "
            f"{signature.key}",
            where=where,
            mend="if the key is known to be theirs, add it to the trusted ones",
        )


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as fault:
        raise MonitoringError(
            f"the key cannot be read: {fault.strerror}", where=str(path), mend="check the path"
        ) from fault
