"""Identifying a person: the password opens their key, the device's code is fresh; a failure counts and is on record.

account, secret -> known? usable? password? code? -> the opened key, or an `AuthorityError`; too many -> locked, alert
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from homeostat.errors import AuthorityError, LedgerError
from homeostat.governance.known import directory, moment
from homeostat.governance.office import Office
from homeostat.governance.people.secret import Secret
from homeostat.governance.together import put_together
from homeostat.ledger.catalogue import Act, Change
from homeostat.ledger.catalogue.people import AccountLocked, AlertRaised, FailuresCleared, LoginRefused
from homeostat.ledger.identity import Account, PersonalKey, passwords, totp
from homeostat.ledger.identity.personal import opened

At: TypeAlias = Literal["login", "signing", "password", "invitation"]
Cause: TypeAlias = Literal["unknown", "password", "code", "state", "demonstration", "expired"]

_WRONG = "account or password (or code) is not right"
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Identified:
    """A person whose secret was right: their account, their opened key, and the time step of the code they gave."""

    account: Account
    key: PersonalKey
    counter: int | None = None


def identify(
    office: Office, account: str, secret: Secret, at: At, *, coded: bool = True, spent: int | None = None
) -> Identified:
    """The person behind `account`, if `secret` is theirs.

    `coded` asks for the second factor where one is enrolled; `spent` is a time step whose code is taken once more.
    Raises AuthorityError in the same words whatever was wrong, and puts the refusal on record.
    """
    found = directory(office).get(account)
    if found is None or found.key is None:
        passwords.stretch(secret.password, b"nobody's account", passwords.STRONG)  # as slow as for somebody
        raise refuse(office, found, at, "unknown" if found is None else "state", _WRONG)
    _refuse_state(office, found, at)
    key = opened(keys_folder(office), found.id, found.fingerprint, secret.password, least(found))
    if key is None:
        raise refuse(office, found, at, "password", _WRONG)
    counter = _code(office, found, key, secret.code, at, spent) if coded and found.second_factor else None
    if found.failures and at != "login":  # a login itself clears them
        office.put(found.id, FailuresCleared(account=found.id, why="identified after failed attempts"))
    return Identified(found, key, counter)


def keys_folder(office: Office) -> Path:
    """Where the keys of persons lie."""
    return office.site.keys / "people"


def least(account: Account) -> passwords.Cost:
    """The cost of a guess that an account's key file must have."""
    return passwords.DEMONSTRATION if account.demonstration else passwords.STRONG


def _refuse_state(office: Office, account: Account, at: At) -> None:
    if account.demonstration and office.site.kind == "gmp":
        raise refuse(office, account, at, "demonstration", "a demonstration identity is nobody at a GMP site")
    if account.state != "active":
        mend = "ask an administrator" if account.state == "locked" else ""
        raise refuse(office, account, at, "state", f"the account {account.id} is {account.state}", mend)


def _code(office: Office, account: Account, key: PersonalKey, code: str, at: At, spent: int | None) -> int:
    after = account.counter if spent is None or account.counter != spent else spent - 1
    now = moment(office.clock())
    step = totp.matched(key.totp, code, now, after=after) if key.totp else None
    if step is None:
        raise refuse(office, account, at, "code", _WRONG)
    return step


def refuse(
    office: Office, account: Account | None, at: At, cause: Cause, words: str, mend: str = ""
) -> AuthorityError:
    """The error of a refused identification, once it is on record; the last allowed failure locks the account."""
    for _ in range(_TRIES):
        current = None if account is None else directory(office).accounts[account.id]
        try:
            _record(office, current, at, cause, words)
        except LedgerError:
            continue  # another process has stored a refusal meanwhile: count again
        break
    return AuthorityError(words, where=account.id if account else "", mend=mend)


def _record(office: Office, account: Account | None, at: At, cause: Cause, words: str) -> None:
    if account is None:
        act = LoginRefused(account="", at=at, cause=cause, why="no such account")
        put_together(office, "unknown", [(act, "")])
        return
    refused = LoginRefused(account=account.id, at=at, cause=cause, why=words)
    acts: list[tuple[Act, str]] = [(refused, f"account/{account.id}/refused/{account.refusals + 1}")]
    failures = account.failures + (cause in {"password", "code"})
    if account.state == "active" and failures >= directory(office).policy.attempts:
        acts += [(act, "") for act in _lock(account, failures)]
    put_together(office, "unknown", acts)


def _lock(account: Account, failures: int) -> tuple[Act, Act]:
    words = f"{account.id} was locked after {failures} failed attempts to identify as {account.name}"
    changes = (Change(field="state", old=account.state, new="locked"),)
    return (
        AccountLocked(account=account.id, cause="attempts", why=words, changes=changes),
        AlertRaised(
            about=account.id, words=words, why="transaction safeguard (21 CFR 11.300(d), paraphrase)"
        ),
    )
