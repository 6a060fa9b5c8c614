"""Keeping accounts: other roles, locked, unlocked, retired. Never one's own, so that one administrator remains.

The one exception: everybody may lock their own account, as soon as they believe that somebody else can use it.
"""

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise, distinct, present
from homeostat.governance.known import directory
from homeostat.governance.office import Office
from homeostat.governance.people.wording import apart, existing, known, stated
from homeostat.governance.session import Session
from homeostat.ledger.catalogue import Change
from homeostat.ledger.catalogue.people import AccountLocked, AccountRetired, AccountUnlocked, RolesChanged
from homeostat.ledger.identity import Account, permitted


def change_roles(office: Office, session: Session, account: str, roles: tuple[str, ...], *, why: str) -> None:
    """Give an account other roles; what its person has open obeys at once. Raises AuthorityError."""
    one = _anothers(office, session, account, why)
    known(roles)
    apart(office.site.kind, roles)
    if set(roles) == set(one.roles):
        raise AuthorityError(f"{account} has just these roles", where=account)
    change = Change(field="roles", old=list(one.roles), new=list(roles))
    office.put(session.person, RolesChanged(account=account, roles=roles, why=why, changes=(change,)))


def lock(office: Office, session: Session, account: str, *, why: str) -> None:
    """Let an account do nothing until it is unlocked; its sessions are over. Raises AuthorityError."""
    if account == session.person:
        present(office, session, "lock one's own account")
        stated("reason", why)
        _refuse_last(office, account)
        one = existing(office, account)
    else:
        one = _anothers(office, session, account, why)
    if one.state == "locked":
        raise AuthorityError(f"{account} is locked already", where=account)
    act = AccountLocked(account=account, cause="order", why=why, changes=_state(one, "locked"))
    office.put(session.person, act)


def unlock(office: Office, session: Session, account: str, *, why: str) -> None:
    """Let a locked account be used again. Raises AuthorityError."""
    one = _anothers(office, session, account, why)
    if one.state != "locked":
        raise AuthorityError(f"{account} is not locked", where=account)
    act = AccountUnlocked(account=account, why=why, changes=_state(one, "active" if one.key else "invited"))
    office.put(session.person, act)


def retire(office: Office, session: Session, account: str, *, why: str) -> None:
    """End an account for good: its key signs no more, and its id is never given again. Raises AuthorityError."""
    one = _anothers(office, session, account, why)
    act = AccountRetired(account=account, why=why, changes=_state(one, "retired"))
    office.put(session.person, act)


def _anothers(office: Office, session: Session, account: str, why: str) -> Account:
    """The account, if it is another's and the session's person keeps accounts."""
    authorise(office, session, "user.manage")
    distinct(office, session, "user.manage", {"is whom the account belongs to": account})
    stated("reason", why)
    return existing(office, account)


def _refuse_last(office: Office, account: str) -> None:
    keepers = [one.id for one in directory(office).active() if permitted(one.roles, "user.manage")]
    if keepers == [account]:
        mend = "enrol another administrator first"
        raise AuthorityError("the last administrator cannot be locked", where=account, mend=mend)


def _state(one: Account, new: str) -> tuple[Change, ...]:
    return (Change(field="state", old=one.state, new=new),)
