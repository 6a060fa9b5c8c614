"""Whether a security key's answer is one: to this challenge, of this key, for this site, by a person it has verified.

answer, public key, what was asked -> "" or what is wrong with it, in words

After W3C Web Authentication Level 3, section 7.2, the steps that a relying party takes. Section 6.1 gives the bytes:
the party's hash (32), flags (1), counter (4), then extensions, which nothing here depends on. The same function judges
an answer when it is given and when the ledger is verified, years later and without any library for security keys.
"""

import hashlib
import hmac
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from homeostat.ledger.catalogue.security_keys import Asked, SecurityKeyUsed
from homeostat.ledger.identity.challenges import challenge, decoded

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP = 0x01, 0x04, 0x08, 0x10
"""Flags: somebody touched the key; it knows who; its private half may be copied by its maker's service, and was."""
_HEAD = 37  # bytes up to the extensions
_CREATE, _GET = "webauthn.create", "webauthn.get"


def counter(authenticator_data: bytes) -> int:
    """The count of signatures that a key tells; 0 where it counts none."""
    return int.from_bytes(authenticator_data[33:_HEAD], "big")


def regressed(before: int, now: int) -> bool:
    """Whether a key counts back, as a copy of it would (sections 6.1.1 and 7.2, signCount)."""
    return (before, now) != (0, 0) and now <= before


def wrong(used: SecurityKeyUsed, public: str) -> str:
    """What is wrong with an answer of the key whose public half is `public` (DER, hex); "" where nothing is."""
    try:
        client = decoded(used.client_data)
        authenticator = decoded(used.authenticator_data)
        signature, key = decoded(used.signature), bytes.fromhex(public)
    except ValueError:
        return "it cannot be read"
    found = client_fault(client, used.asked) or authenticator_fault(authenticator, used.asked.party)
    if found:
        return found
    if counter(authenticator) != used.counter:
        return f"it counts {counter(authenticator)}, not {used.counter}"
    signed = authenticator + hashlib.sha256(client).digest()
    return "" if signed_by(key, signature, signed) else "it was not signed by this key, or changed since"


def client_fault(client: bytes, asked: Asked) -> str:
    """What is wrong with the client's data (sections 7.1 and 7.2): kind, challenge, origin."""
    try:
        said: Any = json.loads(client)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return "what the browser says cannot be read"
    wanted = _CREATE if asked.at == "registration" else _GET
    if said.get("type") != wanted:
        return f"it answers {said.get('type')!r}, not {wanted}"
    if not hmac.compare_digest(str(said.get("challenge")).encode(), challenge(asked).encode()):
        return "it answers another challenge"
    if said.get("origin") != asked.origin:
        return f"it was given at {said.get('origin')!r}, not at {asked.origin}"
    return "it was given inside a page of somebody else" if said.get("crossOrigin") else ""


def authenticator_fault(authenticator: bytes, party: str) -> str:
    """What is wrong with the authenticator's data (sections 7.1 and 7.2): party, presence, verification, backup."""
    if len(authenticator) < _HEAD:
        return "what the key says is cut off"
    if authenticator[:32] != hashlib.sha256(party.encode()).digest():
        return f"it is for another site than {party}"
    flags = authenticator[32]
    if not flags & PRESENT:
        return "nobody was there to touch the key"
    if not flags & VERIFIED:
        return "the key has not verified its person (by PIN or fingerprint)"
    return "its flags contradict each other" if flags & BACKED_UP and not flags & ELIGIBLE else ""


def signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the message was signed: ES256, EdDSA or RS256 (RFC 8152, RFC 8812), which are all that are asked for."""
    try:
        key = load_der_public_key(public)
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True
