"""Proofs that the site's own key cannot make: whether an act about an account was done by those whom it takes.

account, act, accounts -> "" or what is wrong with it, in words; what is not proved changes nothing in the directory
"""

import hmac
from collections.abc import Mapping
from typing import NamedTuple

from homeostat.errors import LedgerError
from homeostat.ledger.catalogue import people as acts
from homeostat.ledger.catalogue.base import Act
from homeostat.ledger.catalogue.security_keys import SecurityKeyRegistered, SecurityKeyRemoved
from homeostat.ledger.event import canonical
from homeostat.ledger.identity.accounts import Account
from homeostat.ledger.identity.personal import digest, public_key
from homeostat.ledger.identity.roles import Permission, permitted

_CONTEXT = b"homeostat password key, version 1\n"
_REGISTRATION = b"homeostat security key registration, version 1\n"


class Unproved(NamedTuple):
    """An event that counts for nothing, and why, in words."""

    seq: int
    words: str


def statement(account: str, public: str) -> bytes:
    """What the key in force signs to be followed by the key `public` (hex)."""
    return _CONTEXT + f"{account}\n{public}".encode()


def registration(act: SecurityKeyRegistered) -> bytes:
    """What the key in force signs to have a security key beside it: all that the registration says."""
    return _REGISTRATION + canonical(act.model_dump(mode="json", exclude={"proof"}))


def halves(codes: tuple[str, str]) -> str:
    """Both codes of a reset as one proof."""
    return " ".join(code.strip() for code in codes)


def unproved(accounts: Mapping[str, Account], account: Account, act: Act, actor: str) -> str:
    """What is wrong with an act of `actor` about `account`; "" where nothing is."""
    if isinstance(act, acts.CredentialSet) and not _owned(account, act):
        return f"sets a password key for {account.id} that its owner did not prove"
    if isinstance(act, SecurityKeyRegistered) and not (actor == account.id and _registered(account, act)):
        return f"registers a security key for {account.id} that they did not register themselves"
    if isinstance(act, SecurityKeyRegistered) and (taken := _taken(accounts, account, act)):
        return f"registers a security key for {account.id}, and {taken}"
    if isinstance(act, acts.ResetRequested) and not _by_another(accounts, account, actor, "user.manage"):
        return f"asks for a reset of {account.id} by {actor}, who may not"
    if isinstance(act, acts.ResetConfirmed | acts.AccountAgreed) and not (
        _by_another(accounts, account, actor, "user.agree")
        and "administrator" not in accounts[actor].roles
        and (account.reset is None or isinstance(act, acts.AccountAgreed) or account.reset.by != actor)
    ):
        return f"agrees for quality assurance to a change of {account.id} by {actor}, who may not"
    return _unremoved(accounts, account, act, actor)


def _unremoved(accounts: Mapping[str, Account], account: Account, act: Act, actor: str) -> str:
    """What is wrong with the removal of what a person identifies by; "" where it is none, or theirs to remove."""
    if isinstance(act, acts.FactorRemoved) and actor != account.id:
        return f"removes the second factor of {account.id} by {actor}, and only its owner may"
    if isinstance(act, SecurityKeyRemoved) and not (
        actor == account.id or _by_another(accounts, account, actor, "user.manage")
    ):
        return f"removes a security key of {account.id} by {actor}, who may not"
    return ""


def _by_another(
    accounts: Mapping[str, Account], account: Account, actor: str, permission: Permission
) -> bool:
    one = accounts.get(actor)
    return (
        one is not None and actor != account.id and one.state == "active" and permitted(one.roles, permission)
    )


def _owned(account: Account, act: acts.CredentialSet) -> bool:
    """Whether the key fits its fingerprint, and the account's owner has shown that it is theirs."""
    try:
        fits = public_key(act.public).fingerprint == act.fingerprint
    except LedgerError:
        return False
    if not fits or not account.roles:
        return False
    if account.keys:
        return _followed(account, act) or _reset(account, act.proof)
    if account.first:
        return hmac.compare_digest(account.first, act.fingerprint)
    return hmac.compare_digest(account.invitation, digest(act.proof))


def _followed(account: Account, act: acts.CredentialSet) -> bool:
    """Whether the key in force has signed for the new one."""
    return _signed(account, statement(account.id, act.public), act.proof)


def _registered(account: Account, act: SecurityKeyRegistered) -> bool:
    """Whether the person has signed for a security key, with the key in force."""
    return act.fingerprint == account.fingerprint and _signed(account, registration(act), act.proof)


def _taken(accounts: Mapping[str, Account], account: Account, act: SecurityKeyRegistered) -> str:
    """Whose the id of a security key is already, or that its name is one of theirs; "" where both are new."""
    if any(one.name == act.name for one in account.security_keys):
        return f"they have one called {act.name!r}"
    held = (
        who.id for who in accounts.values() for one in who.registered_keys if one.credential == act.credential
    )
    owner = next(held, "")
    return f"the same is {owner}'s, or was" if owner else ""


def _signed(account: Account, message: bytes, proof: str) -> bool:
    """Whether the key in force has made this signature (hex)."""
    if account.key is None:
        return False
    try:
        signature = bytes.fromhex(proof)
    except ValueError:
        return False
    return public_key(account.key.public).verifies(message, signature)


def _reset(account: Account, proof: str) -> bool:
    """Whether the proof holds both codes of the reset under way."""
    codes = proof.split(" ")
    if account.reset is None or not account.reset.confirmed_code or len(codes) != 2:
        return False
    wanted = (account.reset.code, account.reset.confirmed_code)
    return all(hmac.compare_digest(w, digest(code)) for w, code in zip(wanted, codes, strict=True))
