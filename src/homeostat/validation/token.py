"""A security key in software, for scenes and tests: it answers as a browser with a key does, and can be made to lie.

    token = Token(); person.ask = token -> Secret(password, ask=token)

After W3C Web Authentication Level 3: client data (section 5.8.1), authenticator data (6.1), attestation "none" (8.7).
Its private half lies in memory, so it is no second factor of anybody. Tests hold it to the standard's own test vectors.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from homeostat.governance.people import Question, Response
from homeostat.governance.people.fido import library
from homeostat.ledger.identity.challenges import encoded

_ATTESTED = 0x40
_MODEL = bytes(16)  # which make of key it is: it does not say


class Token:
    """One credential. What it says of itself and of the page are attributes that a scene may change."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | None = None, credential: bytes = b"") -> None:
        """A new key, or one that is given."""
        self._key = key or ec.generate_private_key(ec.SECP256R1())
        self.credential = credential or secrets.token_bytes(32)
        self.counter, self.step = 0, 1  # a step of 0 is that of a key which does not count
        self.flags = 0x05  # somebody is present, and verified
        self.party = ""  # "": that of the question
        self.origin = ""
        self.cross = False

    def __call__(self, question: Question) -> Response:
        """The answer to a question."""
        self.counter += self.step
        client = json.dumps(
            {
                "type": f"webauthn.{question.ceremony}",
                "challenge": question.options["challenge"],
                "origin": self.origin or question.origin,
                "crossOrigin": self.cross,
            }
        ).encode()
        create = question.ceremony == "create"
        answer = self._attestation(question.options) if create else self._assertion(question.options, client)
        inside = {"clientDataJSON": client, **answer}
        return {
            "id": encoded(self.credential),
            "rawId": encoded(self.credential),
            "type": "public-key",
            "response": {name: encoded(content) for name, content in inside.items()},
            "clientExtensionResults": {},
        }

    def head(self, party: str, flags: int) -> bytes:
        """The first 37 bytes of authenticator data."""
        return hashlib.sha256(party.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def attested(self, party: str, model: bytes = _MODEL) -> bytes:
        """The authenticator data of a registration, with the new credential in it."""
        credential = len(self.credential).to_bytes(2, "big") + self.credential
        head = self.head(party, self.flags | _ATTESTED)
        return head + model + credential + bytes(library("fido2.cbor").encode(self._cose()))

    def sign(self, message: bytes) -> bytes:
        """ES256, with the nonce of RFC 6979, so that the same message gives the same signature."""
        return self._key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def _attestation(self, options: Mapping[str, Any]) -> Mapping[str, bytes]:
        said = {"fmt": "none", "attStmt": {}, "authData": self.attested(self.party or options["rp"]["id"])}
        return {"attestationObject": library("fido2.cbor").encode(said)}

    def _assertion(self, options: Mapping[str, Any], client: bytes) -> Mapping[str, bytes]:
        head = self.head(self.party or options["rpId"], self.flags)
        signature = self.sign(head + hashlib.sha256(client).digest())
        return {"authenticatorData": head, "signature": signature}

    def _cose(self) -> Mapping[int, Any]:
        """The public half in COSE form (RFC 9053 section 7.1)."""
        at = self._key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: at.x.to_bytes(32, "big"), -3: at.y.to_bytes(32, "big")}
