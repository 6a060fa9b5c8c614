"""What is put on record about security keys (FIDO2, WebAuthn): the site they are for, registered, used, removed.

Bytes that a browser hands over stay as it writes them, in base64url without padding. No secret is among them: the
private half never leaves the key, and its PIN or fingerprint never leaves it either.
"""

from typing import ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from homeostat.ledger.catalogue.base import Act, Vouched

AskedAt: TypeAlias = Literal["registration", "login", "signing", "password", "test"]


class RelyingPartySet(Vouched):
    """For whom security keys of this site answer: the relying party's `id` (a domain), at this `origin` (an address).

    In force from now on; before the first one it is `LOCAL` of `ledger/identity/parties.py`.
    """

    type: ClassVar[str] = "party.set"
    id: str
    origin: str


class Asked(BaseModel):
    """What a security key was asked: its challenge is a hash over all of this (`ledger/identity/challenges.py`).

    `party` and `origin` are the site's, `nonce` was never used before, `expires` is a stamp. Where something was
    signed, `kind`, `subject`, `meaning` and `sha256` (of exactly the bytes that were shown) say what; else they are "".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    account: str
    at: AskedAt
    party: str
    origin: str
    nonce: str
    expires: str
    kind: str = ""
    subject: str = ""
    meaning: str = ""
    sha256: str = ""


class SecurityKeyRegistered(Act):
    """A person has a security key, called `name`: it signs with the private half of `public` (DER, hex).

    `credential` is its id, `counter` where its count of signatures stood. `client_data` and `attestation` are what it
    answered when it was `asked`. `proof` (hex) was made with the person's own key of `fingerprint` over all else
    (`ledger/identity/proofs.py`): nobody registers a key for another.
    """

    type: ClassVar[str] = "security_key.registered"
    account: str
    credential: str
    name: str
    public: str
    counter: int
    asked: Asked
    client_data: str
    attestation: str
    fingerprint: str
    proof: str


class SecurityKeyUsed(Act):
    """A security key has answered what it was `asked`, and its `counter` stands there now.

    `signature` was made with the key over `authenticator_data` and the hash of `client_data`: whoever holds the ledger
    can check it again (`ledger/identity/assertions.py`).
    """

    type: ClassVar[str] = "security_key.used"
    account: str
    credential: str
    counter: int
    asked: Asked
    client_data: str
    authenticator_data: str
    signature: str


class SecurityKeyRemoved(Act):
    """A security key opens nothing any more."""

    type: ClassVar[str] = "security_key.removed"
    account: str
    credential: str
