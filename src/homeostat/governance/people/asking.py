"""Asking a security key: a challenge that is fresh, ends soon and is taken once, in a small file beside the ledger.

    what is asked -> challenge, kept -> question -> browser or key -> answer -> what was asked, forgotten

No file holds a secret. That an answer serves once also stands in the ledger: its event's id is made of the challenge.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from homeostat.errors import SiteError
from homeostat.governance.known import directory, moment
from homeostat.governance.office import Office
from homeostat.governance.people.secret import Question
from homeostat.ledger.catalogue.security_keys import Asked, AskedAt
from homeostat.ledger.identity import Account
from homeostat.ledger.identity.challenges import challenge, encoded
from homeostat.ledger.identity.personal import digest, one_time_code

MINUTES = 5
"""How long a question can be answered."""
_ALGORITHMS = (
    -7,
    -8,
    -257,
)  # ES256, EdDSA, RS256, in the order that section 5.4 of WebAuthn recommends to offer
_HANDLE = 32


@dataclass(frozen=True, slots=True)
class Shown:
    """What is about to be signed: kind and id, meaning, and the SHA-256 (hex) of exactly the bytes that were shown."""

    kind: str
    subject: str
    meaning: str
    sha256: str


def question(office: Office, account: Account, at: AskedAt, shown: Shown | None = None) -> Question:
    """Something new to ask of the security keys of `account`, open for `MINUTES`."""
    party, now = directory(office).party, moment(office.clock())
    about = {} if shown is None else {name: getattr(shown, name) for name in shown.__slots__}
    asked = Asked(
        account=account.id,
        at=at,
        party=party.id,
        origin=party.origin,
        nonce=digest(office.nonce() + one_time_code()),
        expires=(now + timedelta(minutes=MINUTES)).isoformat(),
        **about,
    )
    _keep(office, asked)
    if at == "registration":
        return Question(
            "create", party.origin, _creation(office, account, asked), f"register it for {account.id}"
        )
    return Question("get", party.origin, _request(account, asked), _words(account, asked))


def taken(office: Office, given: str) -> Asked | None:
    """What was asked with this challenge, which is forgotten by it; None where nothing was, or it was taken before."""
    if not given.replace("-", "").replace("_", "").isalnum():
        return None
    path = _folder(office) / given
    try:
        asked = Asked.model_validate_json(path.read_bytes())
        path.unlink()
    except (OSError, ValueError):
        return None
    return asked if challenge(asked) == given else None


def over(office: Office, asked: Asked) -> bool:
    """Whether a question was asked too long ago."""
    return moment(asked.expires) <= moment(office.clock())


def _creation(office: Office, account: Account, asked: Asked) -> Mapping[str, Any]:
    """Options of `navigator.credentials.create`: none of one's keys twice, no certificate of its maker."""
    handle = encoded(bytes.fromhex(digest(f"homeostat account {account.id}"))[:_HANDLE])
    return {
        "rp": {"id": asked.party, "name": f"Homeostat {office.site.root.resolve().name}"},
        "user": {"id": handle, "name": account.id, "displayName": account.name},
        "challenge": challenge(asked),
        "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in _ALGORITHMS],
        "timeout": MINUTES * 60_000,
        "excludeCredentials": _descriptors(account),
        "authenticatorSelection": {"residentKey": "discouraged", "userVerification": "required"},
        "attestation": "none",
    }


def _request(account: Account, asked: Asked) -> Mapping[str, Any]:
    """Options of `navigator.credentials.get`."""
    return {
        "challenge": challenge(asked),
        "timeout": MINUTES * 60_000,
        "rpId": asked.party,
        "allowCredentials": _descriptors(account),
        "userVerification": "required",
    }


def _descriptors(account: Account) -> list[Mapping[str, str]]:
    return [{"type": "public-key", "id": one.credential} for one in account.security_keys]


def _words(account: Account, asked: Asked) -> str:
    if asked.sha256:
        return f"{account.id} signs {asked.kind} {asked.subject} as {asked.meaning}, SHA-256 {asked.sha256}"
    return f"{account.id}, {asked.at}"


def _folder(office: Office) -> Path:
    return office.site.root / "sessions" / "challenges"


def _keep(office: Office, asked: Asked) -> None:
    """Store what is asked under its challenge, and forget what was never answered."""
    folder = _folder(office)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in folder.iterdir():
            with suppress(OSError, ValueError, KeyError):
                if moment(json.loads(path.read_bytes())["expires"]) <= moment(office.clock()):
                    path.unlink()
        (folder / challenge(asked)).write_bytes(asked.model_dump_json().encode())
    except OSError as error:
        what = f"a security key cannot be asked: {error.strerror}"
        raise SiteError(what, where=str(folder)) from error
