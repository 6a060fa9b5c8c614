"""Keeping accounts: other roles, locked, unlocked, retired. Never one's own, so that one administrator remains.

The one exception: everybody may lock their own account, as soon as they believe that somebody else can use it.
"""

from functools import partial

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise, distinct, present, put_by
from homeostat.governance.known import directory
from homeostat.governance.office import Office
from homeostat.governance.people.secret import Secret
from homeostat.governance.people.vouching import put_vouched
from homeostat.governance.people.wording import apart, existing, known, stated
from homeostat.governance.session import Session
from homeostat.ledger.catalogue import Change
from homeostat.ledger.catalogue.people import AccountLocked, AccountRetired, AccountUnlocked, RolesChanged
from homeostat.ledger.identity import Account, permitted


def change_roles(
    office: Office, session: Session, secret: Secret, account: str, roles: tuple[str, ...], *, why: str
) -> None:
    """Give an account other roles; what its person has open obeys at once. Raises AuthorityError.

    At a GMP site a new role counts once quality assurance has agreed, and those before until then.
    """
    one = _anothers(office, session, account, why)
    known(roles)
    apart(office.site.kind, roles)
    if set(roles) == set(one.roles):
        raise AuthorityError(f"{account} has just these roles", where=account)
    lest = partial(_refuse_last_quality, office, account if "quality assurance" not in roles else "")
    lest()
    awaits = office.site.kind == "gmp" and not set(roles) <= set(one.roles)
    field, old = ("roles asked for", one.pending) if awaits else ("roles", one.roles)
    change = Change(field=field, old=list(old) or None, new=list(roles))
    act = RolesChanged(account=account, roles=roles, awaits=awaits, why=why, changes=(change,))
    put_vouched(office, session, secret, act, lest=lest)


def lock(office: Office, session: Session, account: str, *, why: str) -> None:
    """Let an account do nothing until it is unlocked; its sessions are over. Raises AuthorityError."""
    if account == session.person:
        present(office, session, "lock one's own account")
        stated("reason", why)
        one = existing(office, account)
    else:
        one = _anothers(office, session, account, why)
    lest = partial(_lockable, office, session, account)
    lest()
    act = AccountLocked(account=account, cause="order", why=why, changes=_state(one, "locked"))
    put_by(office, session, act, lest=lest)


def unlock(office: Office, session: Session, account: str, *, why: str) -> None:
    """Let a locked account be used again. Raises AuthorityError."""
    one = _anothers(office, session, account, why)
    lest = partial(_unlockable, office, account)
    lest()
    act = AccountUnlocked(account=account, why=why, changes=_state(one, "active" if one.key else "invited"))
    put_by(office, session, act, lest=lest)


def retire(office: Office, session: Session, account: str, *, why: str) -> None:
    """End an account for good: its key signs no more, and its id is never given again. Raises AuthorityError."""
    one = _anothers(office, session, account, why)
    lest = partial(_refuse_last_quality, office, account)
    lest()
    act = AccountRetired(account=account, why=why, changes=_state(one, "retired"))
    put_by(office, session, act, lest=lest)


def _anothers(office: Office, session: Session, account: str, why: str) -> Account:
    """The account, if it is another's and the session's person keeps accounts."""
    authorise(office, session, "user.manage")
    distinct(office, session, "user.manage", {"is whom the account belongs to": account})
    stated("reason", why)
    return existing(office, account)


def _lockable(office: Office, session: Session, account: str) -> None:
    """Refuse to lock what is locked by order, or oneself as the last administrator."""
    one = existing(office, account)
    if one.state == "locked" and one.lock == "order":
        raise AuthorityError(f"{account} is locked already", where=account)
    if account == session.person:
        _refuse_last(office, account)


def _unlockable(office: Office, account: str) -> None:
    if existing(office, account).state != "locked":
        raise AuthorityError(f"{account} is not locked", where=account)


def _refuse_last(office: Office, account: str) -> None:
    keepers = [one.id for one in directory(office).active() if permitted(one.roles, "user.manage")]
    if keepers == [account]:
        mend = "enrol another administrator first"
        raise AuthorityError("the last administrator cannot be locked", where=account, mend=mend)


def _refuse_last_quality(office: Office, account: str) -> None:
    """At a GMP site nobody could agree to a successor of the last person of quality assurance."""
    there = [one for one in directory(office).accounts.values() if one.state != "retired"]
    held = [one.id for one in there if "quality assurance" in one.roles]
    if office.site.kind == "gmp" and held == [account]:
        mend = "enrol another person of quality assurance first"
        raise AuthorityError("the last person of quality assurance has to stay", where=account, mend=mend)


def _state(one: Account, new: str) -> tuple[Change, ...]:
    return (Change(field="state", old=one.state, new=new),)
