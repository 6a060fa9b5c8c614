"""A challenge: the bytes that a security key signs, made of everything that it is asked for.

challenge = SHA-256(context, canonical JSON of what is asked). It holds the hash of exactly what was shown where
something is signed, so that an answer cannot stand under anything else; and whoever has the ledger can make it again.
"""

import base64
import hashlib

from homeostat.ledger.catalogue.security_keys import Asked
from homeostat.ledger.event import canonical

_CONTEXT = b"homeostat security key, version 1\n"


def challenge(asked: Asked) -> str:
    """The challenge (32 bytes) as WebAuthn writes it."""
    return encoded(hashlib.sha256(_CONTEXT + canonical(asked.model_dump(mode="json"))).digest())


def answer_id(asked: Asked) -> str:
    """The id of the event that answers this: taken once, so that an answer serves once."""
    return f"security-key/{challenge(asked)}"


def encoded(content: bytes) -> str:
    """Bytes in base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of a text in base64url, padded or not. Raises ValueError for anything else."""
    bare = text.rstrip("=").encode("ascii")
    return base64.b64decode(bare + b"=" * (-len(bare) % 4), altchars=b"-_", validate=True)
