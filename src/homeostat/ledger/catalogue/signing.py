"""Electronic signatures: who signed what, meaning what, at which place of the record."""

from typing import ClassVar, Literal, TypeAlias

from pydantic import Field, JsonValue

from homeostat.ledger.catalogue.base import Act

Meaning: TypeAlias = Literal[
    "authored",
    "performed",
    "verified",
    "reviewed",
    "approved",
    "rejected",
    "released",
    "agreed",
    "requested",
    "acknowledged",
]
"""What a signature says about its subject (21 CFR 11.50(a)(3))."""


class RecordSigned(Act):
    """A person signed: one event is the whole signature, so that nothing can be half signed.

    `name` and `roles` as held at that moment; `at` when, ISO 8601 with UTC offset. `kind` and `subject` say what was
    signed, `batch` of which batch, `sha256` is that of exactly the bytes that were shown, `terms` what else the signer
    states. `place` and `chain` are size and chain hash (hex) of the ledger at that moment. `signature` (hex) is the
    person's own, Ed25519, made with the key of fingerprint `key` over all the other fields and the event's id.
    `answer` is the event in which a security key answered for it; "" where none did, and in ledgers of before.
    """

    type: ClassVar[str] = "record.signed"
    account: str
    name: str
    roles: tuple[str, ...]
    meaning: Meaning
    at: str
    kind: str
    subject: str
    batch: str
    sha256: str
    place: int
    chain: str
    key: str
    signature: str
    terms: dict[str, JsonValue] = Field(default_factory=dict)
    answer: str = ""
