"""Setting a password: always a new key, sealed in its file before the ledger says that it is in force.

The old key is revoked by the same event; its file goes afterwards, so that an old password opens nothing.
"""

from contextlib import suppress
from datetime import timedelta
from functools import partial

from homeostat.errors import AuthorityError
from homeostat.governance.known import directory, moment
from homeostat.governance.numbering import next_id
from homeostat.governance.office import Office
from homeostat.governance.people.identifying import identify, keys_folder, least
from homeostat.governance.people.secret import Secret
from homeostat.governance.together import put_together
from homeostat.ledger.catalogue import Change
from homeostat.ledger.catalogue.people import CredentialSet, FactorUsed
from homeostat.ledger.identity import Account, PersonalKey
from homeostat.ledger.identity.passwords import weakness
from homeostat.ledger.identity.personal import opened, place
from homeostat.ledger.identity.proofs import statement


def change_password(office: Office, account: str, secret: Secret, password: str, *, why: str) -> None:
    """The person behind `account` sets another password; an expired one can be changed as well.

    Raises AuthorityError where `secret` is not theirs or `password` is not fit.
    """
    known = identify(office, account, secret, "password")
    found = known.account
    if opened(keys_folder(office), found.id, found.fingerprint, password, least(found)) is not None:
        raise AuthorityError("this is the password that is to be changed", mend="choose another")
    key = PersonalKey.generate(found.id).with_totp(known.key.totp if found.totp else "")
    proof = known.key.sign(statement(found.id, key.public)).hex()
    act = credential(office, found, key, password, why, proof=proof)
    spent = [] if known.counter is None else [(_spent(found, known.counter), "")]
    acts = [(act, key_id(office, found)), *spent]
    put_together(office, found.id, acts, lest=partial(unmoved, office, found))
    discard_old(office, found)


def credential(
    office: Office, account: Account, key: PersonalKey, password: str, why: str, *, proof: str
) -> CredentialSet:
    """The act that puts `key` in force, whose file is on disk on return. AuthorityError for an unfit password.

    `proof` is what the directory believes it by; "" for the key that the account's enrolment names.
    """
    fault = "" if account.demonstration else weakness(password, account.id, account.name)
    if fault:
        raise AuthorityError(fault, where=account.id, mend="choose another password")
    key.write(keys_folder(office), password, least(account))
    return CredentialSet(
        account=account.id,
        public=key.public,
        fingerprint=key.fingerprint,
        expires="" if account.demonstration else _expiry(office),
        proof=proof,
        why=why,
        changes=(Change(field="key", old=account.fingerprint or None, new=key.fingerprint),),
    )


def key_id(office: Office, account: Account) -> str:
    """The id of the event that sets the next password key of an account."""
    return next_id(office.ledger, f"account/{account.id}/key", len(account.keys), digits=1)


def unmoved(office: Office, before: Account) -> None:
    """Refuse a password for an account that has another key, code or state than when it was asked for."""
    now = directory(office).accounts[before.id]
    if _rests_on(now) != _rests_on(before):
        mend = "look at it again, then repeat"
        raise AuthorityError("the account was changed meanwhile", where=before.id, mend=mend)


def _rests_on(account: Account) -> tuple[object, ...]:
    return account.keys, account.invitation, account.reset, account.state, account.locks


def discard_old(office: Office, before: Account) -> None:
    """Remove the files of the keys that an account has had; one that cannot be removed is revoked all the same."""
    for key in before.keys:
        with suppress(OSError):
            place(keys_folder(office), before.id, key.fingerprint).unlink(missing_ok=True)


def _spent(account: Account, counter: int) -> FactorUsed:
    return FactorUsed(account=account.id, at="credential", counter=counter, why="code for the new password")


def _expiry(office: Office) -> str:
    days = directory(office).policy.password_days
    return (moment(office.clock()) + timedelta(days=days)).isoformat() if days else ""
