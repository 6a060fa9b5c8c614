"""Answers of security keys, judged as the test vectors of the standard and two other libraries judge them."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.server import Fido2Server
from fido2.webauthn import AttestationObject, PublicKeyCredentialRpEntity
from hypothesis import given
from hypothesis import strategies as some
from webauthn import verify_authentication_response, verify_registration_response

from homeostat.governance.people import Question
from homeostat.governance.people.fido import public
from homeostat.ledger.catalogue.security_keys import Asked, SecurityKeyUsed
from homeostat.ledger.identity import assertions
from homeostat.ledger.identity.assertions import counter, regressed, signed_by, wrong
from homeostat.ledger.identity.challenges import challenge, decoded, encoded
from homeostat.ledger.identity.parties import RelyingParty, fault
from homeostat.validation.token import Token

STANDARD = json.loads((Path(__file__).parent / "webauthn_vectors.json").read_text("utf-8"))
VECTORS = {one["section"].removeprefix("sctn-test-vectors-"): one for one in STANDARD["vectors"]}
UNVERIFIED = "the key has not verified its person (by PIN or fingerprint)"
JUDGED = {
    "none-es256": UNVERIFIED,
    "packed-self-es256": UNVERIFIED,
    "none-es256-crossOrigin": "it was given inside a page of somebody else",
    "none-es256-long-credential-id": "",
    "packed-es256": "",
    "packed-rs256": UNVERIFIED,
    "packed-eddsa": UNVERIFIED,
}
ASKED = Asked(
    account="maria",
    at="login",
    party=STANDARD["party"],
    origin=STANDARD["origin"],
    nonce="n",
    expires="2026-11-22T09:00:00+00:00",
)


@dataclass
class Vector:
    """A registration and an authentication of the standard, in bytes."""

    name: str

    def __getitem__(self, field: str) -> bytes:
        part, _, name = field.partition(".")
        return bytes.fromhex(VECTORS[self.name][part][name])

    @property
    def public(self) -> str:
        made = AttestationObject(self["registration.attestationObject"]).auth_data.credential_data
        assert made is not None
        assert made.credential_id == self["registration.credential_id"]
        return public(made.public_key)

    @property
    def used(self) -> SecurityKeyUsed:
        return SecurityKeyUsed(
            account="maria",
            credential=encoded(self["registration.credential_id"]),
            counter=counter(self["authentication.authenticatorData"]),
            asked=ASKED,
            client_data=encoded(self["authentication.clientDataJSON"]),
            authenticator_data=encoded(self["authentication.authenticatorData"]),
            signature=encoded(self["authentication.signature"]),
            why="a test",
        )


@pytest.mark.parametrize("name", JUDGED)
def test_the_standards_vectors_are_judged_as_they_are(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    vector = Vector(name)
    monkeypatch.setattr(assertions, "challenge", lambda _: encoded(vector["authentication.challenge"]))
    assert wrong(vector.used, vector.public) == JUDGED[name]
    monkeypatch.setattr(assertions, "challenge", challenge)
    assert wrong(vector.used, vector.public) == "it answers another challenge"


@pytest.mark.parametrize("name", JUDGED)
def test_their_signatures_hold_and_no_other(name: str) -> None:
    vector = Vector(name)
    client = hashlib.sha256(vector["authentication.clientDataJSON"]).digest()
    message, signature = (
        vector["authentication.authenticatorData"] + client,
        vector["authentication.signature"],
    )
    assert signed_by(bytes.fromhex(vector.public), signature, message)
    assert not signed_by(bytes.fromhex(vector.public), signature, message + b"\0")
    assert not signed_by(b"no key", signature, message)


def test_an_algorithm_that_was_not_asked_for_is_refused() -> None:
    with pytest.raises(ValueError, match="another algorithm"):
        _ = Vector("packed-ed448").public


@pytest.mark.parametrize("name", ["none-es256", "packed-self-es256", "none-es256-long-credential-id"])
def test_the_software_key_says_and_signs_the_very_bytes_of_the_standard(name: str) -> None:
    """So that what is proved with it holds for a key that others made: ECDSA by RFC 6979, as in the vectors."""
    vector = Vector(name)
    number = int.from_bytes(vector["registration.credential_private_key"], "big")
    token = Token(ec.derive_private_key(number, ec.SECP256R1()), vector["registration.credential_id"])
    registered = AttestationObject(vector["registration.attestationObject"]).auth_data
    token.flags = int(registered.flags)
    assert token.attested(STANDARD["party"], vector["registration.aaguid"]) == bytes(registered)
    said = vector["authentication.authenticatorData"]
    assert token.head(STANDARD["party"], said[32]) == said
    client = hashlib.sha256(vector["authentication.clientDataJSON"]).digest()
    assert token.sign(said + client) == vector["authentication.signature"]


LIES: dict[str, dict[str, Any]] = {
    "": {},
    "it was given at": {"origin": "https://examp1e.org"},
    "it is for another site": {"party": "examp1e.org"},
    "has not verified": {"flags": 0x01},
    "nobody was there": {"flags": 0x04},
    "contradict": {"flags": 0x15},
    "inside a page": {"cross": True},
}


@pytest.mark.parametrize(("words", "lie"), LIES.items())
def test_two_other_libraries_judge_as_we_do(words: str, lie: dict[str, Any]) -> None:
    """fido2 (Yubico) and webauthn (Duo Labs), each over the same registration and the same answer."""
    token = Token()
    create = asked_to("create", {"rp": {"id": ASKED.party}})
    made = verify_registration_response(
        credential=dict(token(create)),
        expected_challenge=decoded(create.options["challenge"]),
        expected_rp_id=ASKED.party,
        expected_origin=ASKED.origin,
        require_user_verification=True,
    )
    attested = AttestationObject.create("none", attested_data(token), {}).auth_data.credential_data
    assert attested is not None
    assert made.credential_public_key == attested_data(token)[-len(made.credential_public_key) :]
    for name, value in lie.items():
        setattr(token, name, value)
    response = token(asked_to("get", {"rpId": ASKED.party}))
    inside = response["response"]
    used = SecurityKeyUsed(
        account="maria",
        credential=response["rawId"],
        counter=token.counter,
        asked=ASKED,
        client_data=inside["clientDataJSON"],
        authenticator_data=inside["authenticatorData"],
        signature=inside["signature"],
        why="a test",
    )
    found = wrong(used, public(attested.public_key))
    assert (words in found) if words else found == ""
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=ASKED.party, name="x"), verify_origin=lambda one: one == ASKED.origin
    )
    state = {"challenge": challenge(ASKED), "user_verification": "required"}
    peers = [
        accepts(lambda: server.authenticate_complete(state, [attested], response)),
        accepts(
            lambda: verify_authentication_response(
                credential=dict(response),
                expected_challenge=decoded(challenge(ASKED)),
                expected_rp_id=ASKED.party,
                expected_origin=ASKED.origin,
                credential_public_key=made.credential_public_key,
                credential_current_sign_count=token.counter - 1,
                require_user_verification=True,
            )
        ),
    ]
    if words in {
        "contradict",
        "inside a page",
    }:  # there we are stricter than one of them, or both
        assert found
    else:
        assert peers == [not found, not found]


def asked_to(ceremony: Any, options: dict[str, Any]) -> Question:
    return Question(ceremony, ASKED.origin, {**options, "challenge": challenge(ASKED)}, "")


def attested_data(token: Token) -> bytes:
    return token.attested(ASKED.party)


def accepts(judge: Any) -> bool:
    """Whether a library takes it; each has exceptions of its own."""
    try:
        judge()
    except Exception:  # noqa: BLE001
        return False
    return True


@given(some.integers(0, 2**32 - 1), some.integers(0, 2**32 - 1))
def test_a_counter_goes_on_or_does_not_count_at_all(before: int, now: int) -> None:
    assert regressed(before, now) == (now <= before and bool(before or now))


@given(some.binary())
def test_bytes_come_back_from_base64url(content: bytes) -> None:
    assert decoded(encoded(content)) == content


def test_a_challenge_holds_all_that_is_asked() -> None:
    other = {"at": "signing", "expires": "2026-11-22T09:00:01+00:00"}
    ones = {challenge(ASKED)} | {
        challenge(ASKED.model_copy(update={name: other.get(name, "x")})) for name in Asked.model_fields
    }
    assert len(ones) == len(Asked.model_fields) + 1


@pytest.mark.parametrize(
    ("party", "origin", "words"),
    [
        ("cells.example", "https://cells.example", ""),
        ("cells.example", "https://records.cells.example:8443", ""),
        ("localhost", "http://localhost:8080", ""),
        ("cells.example", "http://cells.example", "not encrypted"),
        ("cells.example", "https://other.example", "no part of it"),
        ("cells.example", "https://notcells.example", "no part of it"),
        ("cells.example", "https://cells.example/page", "more than"),
        ("cells.example", "https://cells.example:x", "no address"),
        ("Cells Example", "https://cells.example", "no domain"),
        ("", "https://", "no domain"),
    ],
)
def test_a_relying_party_is_a_domain_with_an_address_in_it(party: str, origin: str, words: str) -> None:
    found = fault(RelyingParty(party, origin))
    assert (words in found) if words else found == ""
