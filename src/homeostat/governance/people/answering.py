"""Judging what a security key has answered: asked here, just now, of this person, for this; then it is spent.

account, response, occasion -> the act to be put on record, or what is wrong with it, in words
"""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from homeostat.governance.office import Office
from homeostat.governance.people.asking import Shown, over, question, taken
from homeostat.governance.people.secret import Response, Secret
from homeostat.ledger.catalogue.security_keys import Asked, AskedAt, SecurityKeyUsed
from homeostat.ledger.identity import Account
from homeostat.ledger.identity.accounts import SecurityKey
from homeostat.ledger.identity.assertions import counter, regressed, wrong
from homeostat.ledger.identity.challenges import decoded, encoded

_PARTS = ("clientDataJSON", "authenticatorData", "signature")


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why an answer opens nothing; `copied` names the key that counts back, as one would of which there are two."""

    words: str
    copied: str = ""


def answered(
    office: Office, account: Account, secret: Secret, at: AskedAt, shown: Shown | None
) -> SecurityKeyUsed | Wrong:
    """The answer that `secret` holds or gets, if it is one of a key of `account`, to what was asked for this."""
    response = secret.answer
    if response is None and secret.ask is not None:
        response = secret.ask(question(office, account, at, shown))
    if response is None:
        return Wrong("no security key has answered")
    given = _read(response)
    if given is None:
        return Wrong("the answer of the security key cannot be read")
    asked = was_asked(office, account, response, at, shown)
    if isinstance(asked, Wrong):
        return asked
    key = next((one for one in account.security_keys if one.credential == given.credential), None)
    if key is None:
        return Wrong("the security key is none of this person's")
    used = SecurityKeyUsed(
        account=account.id,
        credential=given.credential,
        counter=counter(decoded(given.authenticator_data)),
        asked=asked,
        client_data=given.client_data,
        authenticator_data=given.authenticator_data,
        signature=given.signature,
        why=f"answered by '{key.name}'",
    )
    return _judged(used, key)


class _Given(NamedTuple):
    """What a response holds, in base64url without padding."""

    credential: str
    client_data: str
    authenticator_data: str
    signature: str


def _read(response: Response) -> _Given | None:
    """The parts of an AuthenticationResponseJSON (WebAuthn section 5.1); None where it is none."""
    try:
        inside = response["response"]
        parts = (response["rawId"], *(inside[name] for name in _PARTS))
        return _Given(*(encoded(decoded(part)) for part in parts))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _judged(used: SecurityKeyUsed, key: SecurityKey) -> SecurityKeyUsed | Wrong:
    fault = wrong(used, key.public)
    if fault:
        return Wrong(f"the answer of '{key.name}' is refused: {fault}")
    if regressed(key.counter, used.counter):
        words = f"'{key.name}' counts {used.counter} after {key.counter}: there may be a copy of it"
        return Wrong(words, key.name)
    return used


def was_asked(
    office: Office, account: Account, response: Response, at: AskedAt, shown: Shown | None = None
) -> Asked | Wrong:
    """What the response answers, which is spent by it: of this person, on this occasion, about this."""
    asked = taken(office, _challenge(response))
    if asked is None:
        return Wrong("this was not asked, or was answered before")
    if over(office, asked):
        return Wrong("this was asked too long ago")
    if (asked.account, asked.at) != (account.id, at):
        return Wrong(f"this was asked of {asked.account} for {asked.at}")
    about = (asked.kind, asked.subject, asked.meaning, asked.sha256)
    wanted = ("", "", "", "") if shown is None else (shown.kind, shown.subject, shown.meaning, shown.sha256)
    return asked if about == wanted else Wrong("this was asked about something else than is signed")


def _challenge(response: Response) -> str:
    """The challenge that a response says it answers; "" where it says none."""
    try:
        said: Any = json.loads(decoded(response["response"]["clientDataJSON"]))
        return str(said["challenge"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""
