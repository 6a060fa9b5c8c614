"""Identifying a person: the password opens their key, the second factor is fresh; a failure counts and is on record.

account, secret -> known? usable? password? code or security key? -> the opened key, or an `AuthorityError`
too many failures -> locked, alert
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

from homeostat.errors import AuthorityError, TakenError
from homeostat.governance.known import directory, moment
from homeostat.governance.numbering import next_id, unused
from homeostat.governance.office import Office
from homeostat.governance.people.answering import Wrong, answered
from homeostat.governance.people.asking import Shown
from homeostat.governance.people.secret import Secret
from homeostat.governance.together import put_together
from homeostat.governance.turns import OvertakenError
from homeostat.ledger.catalogue import Act, Change
from homeostat.ledger.catalogue.people import (
    GUESSES,
    AccountLocked,
    AccountUnlocked,
    AlertRaised,
    FailuresCleared,
    LoginRefused,
)
from homeostat.ledger.catalogue.security_keys import AskedAt
from homeostat.ledger.identity import Account, PersonalKey, passwords, totp
from homeostat.ledger.identity.challenges import answer_id
from homeostat.ledger.identity.personal import opened

At: TypeAlias = Literal["login", "signing", "password", "invitation"]
Cause: TypeAlias = Literal["unknown", "password", "code", "key", "state", "demonstration", "expired"]

_WRONG = "account or password (or second factor) is not right"
_MEND = "an account that is locked or was not taken over opens nothing: ask an administrator"
_TRIES = 20
_PURPOSES: Mapping[At, AskedAt] = {"login": "login", "signing": "signing", "password": "password"}


@dataclass(frozen=True, slots=True)
class Identified:
    """A person whose secret was right: their account, their opened key, and what they gave besides.

    `counter` is the time step of a code, which is still to be put on record; `answer` the event of a security key's
    answer, which already is ("": none).
    """

    account: Account
    key: PersonalKey
    counter: int | None = None
    answer: str = ""


def identify(
    office: Office,
    account: str,
    secret: Secret,
    at: At,
    *,
    coded: bool = True,
    spent: int | None = None,
    shown: Shown | None = None,
    purpose: AskedAt | None = None,
) -> Identified:
    """The person behind `account`, if `secret` is theirs.

    `coded` asks for the second factor where one is enrolled; `spent` is a time step whose code is taken once more. A
    security key answers about what is `shown`, if anything is, and for this `purpose`, which is `at` if none is named.
    Raises AuthorityError in the same words whatever was wrong, and puts the refusal on record.
    """
    found = _released(office, directory(office).get(account))
    if found is None or found.key is None:
        passwords.stretch(secret.password, b"nobody's account", passwords.STRONG)  # as slow as for somebody
        raise _stranger(office, found, at, "unknown" if found is None else "state", "there is no key yet")
    _refuse_state(office, found, secret, at)
    key = opened(keys_folder(office), found.id, found.fingerprint, secret.password, least(found))
    if key is None:
        raise _stranger(office, found, at, "password", "the password is wrong")
    counter, answer = None, ""
    if coded and found.totp and (secret.code or not found.security_keys):
        counter = _code(office, found, key, secret.code, at, spent)
    elif coded and found.security_keys:
        answer = _answer(office, found, secret, at, purpose, shown)
    if found.failures and at != "login":  # a login itself clears them
        office.put(found.id, FailuresCleared(account=found.id, why="identified after failed attempts"))
    return Identified(found, key, counter, answer)


def keys_folder(office: Office) -> Path:
    """Where the keys of persons lie."""
    return office.site.keys / "people"


def least(account: Account) -> passwords.Cost:
    """The cost of a guess that an account's key file must have."""
    return passwords.DEMONSTRATION if account.demonstration else passwords.STRONG


def _released(office: Office, account: Account | None) -> Account | None:
    """The account; unlocked by the system where failed attempts had locked it and the policy's time is up."""
    if account is None or account.state != "locked" or account.lock != "attempts":
        return account
    minutes = directory(office).policy.lock_minutes
    if moment(office.clock()) < moment(account.since) + timedelta(minutes=minutes):
        return account
    act = AccountUnlocked(
        account=account.id,
        cause="time",
        why=f"{minutes} minutes after failed attempts had locked it",
        changes=(Change(field="state", old="locked", new="active" if account.key else "invited"),),
    )
    event = unused(office.ledger, f"account/{account.id}/unlocked/{account.refusals}")
    with suppress(OvertakenError, TakenError):  # another process has done it
        office.put("system", act, event=event, lest=partial(_locked_still, office, account))
    return directory(office).get(account.id)


def _locked_still(office: Office, account: Account) -> None:
    now = directory(office).accounts[account.id]
    if (now.state, now.locks) != (account.state, account.locks):
        raise OvertakenError


def _refuse_state(office: Office, account: Account, secret: Secret, at: At) -> None:
    if account.demonstration and office.site.kind == "gmp":
        raise refuse(office, account, at, "demonstration", "a demonstration identity is nobody at a GMP site")
    if account.state != "active":
        passwords.stretch(secret.password, b"nobody's account", passwords.STRONG)  # as slow as for somebody
        raise _stranger(office, account, at, "state", f"the account {account.id} is {account.state}")


def _stranger(office: Office, account: Account | None, at: At, cause: Cause, words: str) -> AuthorityError:
    """As `refuse`; only the record says what was wrong, for who guesses could be anybody."""
    refuse(office, account, at, cause, words)
    return AuthorityError(_WRONG, mend=_MEND)


def _code(office: Office, account: Account, key: PersonalKey, code: str, at: At, spent: int | None) -> int:
    after = account.counter if spent is None or account.counter != spent else spent - 1
    now = moment(office.clock())
    step = totp.matched(key.totp, code, now, after=after) if key.totp else None
    if step is None:
        raise _stranger(office, account, at, "code", "the code is wrong")
    return step


def _answer(
    office: Office, account: Account, secret: Secret, at: At, purpose: AskedAt | None, shown: Shown | None
) -> str:
    """The event of a security key's answer, on record; a key that counts back is told to everybody at once."""
    found = answered(office, account, secret, purpose or _PURPOSES[at], shown)
    if isinstance(found, Wrong):
        refused = _stranger(office, account, at, "key", found.words)
        if found.copied:
            words = f"a security key of {account.id} was refused: {found.words}"
            why = "signature counter (WebAuthn, section 6.1.1)"
            office.put("unknown", AlertRaised(about=account.id, words=words, why=why))
        raise refused
    event = answer_id(found.asked)
    try:
        return office.put(account.id, found, event=event)
    except TakenError as error:
        raise _stranger(office, account, at, "key", "this was answered before") from error


def refuse(
    office: Office, account: Account | None, at: At, cause: Cause, words: str, mend: str = ""
) -> AuthorityError:
    """The error of a refused identification, once it is on record; the last allowed failure locks the account."""
    for _ in range(_TRIES):
        current = None if account is None else directory(office).accounts[account.id]
        try:
            _record(office, current, at, cause, words)
        except (OvertakenError, TakenError):
            continue  # another process has stored a refusal meanwhile: count again
        break
    return AuthorityError(words, where=account.id if account else "", mend=mend)


def _record(office: Office, account: Account | None, at: At, cause: Cause, words: str) -> None:
    if account is None:
        act = LoginRefused(account="", at=at, cause=cause, why="no such account")
        put_together(office, "unknown", [(act, "")])
        return
    refused = LoginRefused(account=account.id, at=at, cause=cause, why=words)
    name = next_id(office.ledger, f"account/{account.id}/refused", account.refusals, digits=1)
    acts: list[tuple[Act, str]] = [(refused, name)]
    failures = account.failures + (cause in GUESSES)
    if account.state == "active" and failures >= directory(office).policy.attempts:
        acts += [(act, "") for act in _lock(account, failures)]
    put_together(office, "unknown", acts, lest=partial(_none_since, office, account))


def _none_since(office: Office, account: Account) -> None:
    if directory(office).accounts[account.id].refusals != account.refusals:
        raise OvertakenError


def _lock(account: Account, failures: int) -> tuple[Act, Act]:
    words = f"{account.id} was locked after {failures} failed attempts to identify as {account.name}"
    changes = (Change(field="state", old=account.state, new="locked"),)
    return (
        AccountLocked(account=account.id, cause="attempts", why=words, changes=changes),
        AlertRaised(
            about=account.id, words=words, why="transaction safeguard (21 CFR 11.300(d), paraphrase)"
        ),
    )
