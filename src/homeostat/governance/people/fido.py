"""The optional library for security keys: fido2 (Yubico), of the extra `webauthn`.

It reads what a new key says of itself (CBOR, COSE) and talks to a key at a USB port. An answer of a registered key is
judged without it (`ledger/identity/assertions.py`).
"""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from homeostat.errors import AuthorityError


def library(module: str) -> Any:
    """The module of fido2 with this name. Raises AuthorityError where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise AuthorityError(
            "security keys cannot be used: fido2 is not installed",
            mend="install the extra: pip install 'homeostat[webauthn]'",
        ) from error


_PUBLIC: Mapping[int, Callable[[Mapping[int, Any]], Any]] = {
    -7: lambda cose: EllipticCurvePublicNumbers(
        int.from_bytes(cose[-2], "big"), int.from_bytes(cose[-3], "big"), SECP256R1()
    ).public_key(),
    -8: lambda cose: Ed25519PublicKey.from_public_bytes(cose[-2]),
    -257: lambda cose: RSAPublicNumbers(
        int.from_bytes(cose[-2], "big"), int.from_bytes(cose[-1], "big")
    ).public_key(),
}
"""The public key of each algorithm that is asked for, from its COSE form (RFC 9053 section 7, RFC 8230 section 4)."""


def public(cose: Mapping[int, Any]) -> str:
    """A COSE key as DER, hex. Raises ValueError for one of another algorithm, or one that is no key."""
    make = _PUBLIC.get(cose.get(3, 0))
    if make is None:
        raise ValueError("another algorithm than was asked for")
    try:
        key = make(cose)
    except (KeyError, TypeError) as error:
        raise ValueError("no key") from error
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded.hex()
