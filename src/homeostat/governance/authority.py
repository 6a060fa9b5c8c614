"""Authority: whether a session's person may do what they are about to do. Every act asks here first.

session alive? account active? role? qualified? -> the account, or an `AuthorityError` and a refusal on record
act of a session -> on record, if the session may be relied on still once nobody else can write
"""

from collections.abc import Callable
from typing import Literal, TypeAlias

from homeostat.errors import AuthorityError, TakenError
from homeostat.governance.known import directory, moment
from homeostat.governance.office import Office
from homeostat.governance.session import Session
from homeostat.governance.sessions import End, Presence, Sessions
from homeostat.ledger.catalogue import Act
from homeostat.ledger.catalogue.people import AccessRefused, SessionClosed
from homeostat.ledger.identity import GRANTS, Account, Permission, permitted
from homeostat.ledger.identity.qualifications import QUALIFICATIONS

Cause: TypeAlias = Literal["session", "account", "role", "training", "segregation", "state"]
_Fault: TypeAlias = tuple[Cause, str, str]


def authorise(office: Office, session: Session, permission: Permission, *, task: str = "") -> Account:
    """The account behind `session`, if it may use `permission` now, and is qualified for `task` where one is named.

    Raises AuthorityError otherwise, and puts the refusal on record.
    """
    account = present(office, session, permission)
    fault = _unfit(account, permission) or _unqualified(office, account, permission, task)
    if fault:
        raise refusal(office, session, permission, *fault)
    return account


def present(office: Office, session: Session, permission: str) -> Account:
    """The account behind a session that is alive, and whose use is noted; AuthorityError otherwise."""
    store, now = Sessions(office.site), office.clock()
    account, presence = _known(office, session)
    if account is None or presence is None:
        raise refusal(office, session, permission, "session", "there is no such session", "log in again")
    cause = _over(office, account, presence, now)
    if cause:
        store.end(session.token)
        act = SessionClosed(account=account.id, session=session.token, cause=cause, why="found by the system")
        office.put("system", act)
        raise refusal(
            office, session, permission, "session", f"the session has ended ({cause})", "log in again"
        )
    store.touch(session.token, now)
    return account


def remains(office: Office, session: Session) -> None:
    """Refuse what a session's person began, where the session is over by now: to be asked while nobody else can write.

    A password takes a while to be checked, a record to be read, and the person may be locked meanwhile, or lose a role.
    Raises AuthorityError, and puts nothing on record, which can be done only afterwards.
    """
    account, presence = _known(office, session)
    if account is None or presence is None or _over(office, account, presence, office.clock()):
        words = "the session ended before this was on record: nothing was done"
        raise AuthorityError(words, where=session.person, mend="log in again")


def put_by(
    office: Office,
    session: Session,
    act: Act,
    *,
    batch: str = "",
    event: str = "",
    lest: Callable[[], object] = lambda: None,
) -> str:
    """`Office.put` of an act of the session's person, whose session has to last until it is on record.

    Raises AuthorityError where it does not, or somebody else has taken the id of the `event`.
    """

    def still() -> None:
        remains(office, session)
        lest()

    try:
        return office.put(session.person, act, batch=batch, event=event, lest=still)
    except TakenError as error:
        still()  # which says what came in between, where it knows
        words, mend = "somebody was quicker: nothing was done", "look at it again, then repeat"
        raise AuthorityError(words, where=session.person, mend=mend) from error


def distinct(office: Office, session: Session, permission: Permission, others: dict[str, str]) -> None:
    """Refuse an act whose person has had another part in the same thing: part -> the account that had it.

    `distinct(office, session, "step.verify", {"performed it": "demo-operator"})`
    """
    part = next((part for part, account in others.items() if account == session.person), None)
    if part is not None:
        words = f"{session.person} {part}: another person has to do this"
        raise refusal(office, session, permission, "segregation", words, "have a second person do it")


def refusal(
    office: Office, session: Session, permission: str, cause: Cause, words: str, mend: str
) -> AuthorityError:
    """The error of a refused act, once the refusal is on record."""
    known = directory(office).get(session.person)
    person = session.person if known else ""
    act = AccessRefused(account=person, permission=permission, cause=cause, why=words)
    office.put(person or "unknown", act)
    return AuthorityError(f"'{permission}' is refused: {words}", where=session.person, mend=mend)


def _known(office: Office, session: Session) -> tuple[Account | None, Presence | None]:
    """The account of a session, and what is kept of it; None where there is no such session, or it is another's."""
    account, presence = directory(office).get(session.person), Sessions(office.site).find(session.token)
    return account, presence if presence and presence.account == session.person else None


def _over(
    office: Office, account: Account, presence: Presence, now: str
) -> End | Literal["credential", "account"] | None:
    """Why a session is over; None while it lasts."""
    return presence.ended(now, directory(office).policy) or _overtaken(office, account, presence)


def _overtaken(
    office: Office, account: Account, presence: Presence
) -> Literal["credential", "account"] | None:
    """Whether the account has changed so that its open sessions are over."""
    if account.state != "active" or (account.locks, account.losses) != (presence.locks, presence.losses):
        return "account"
    if account.demonstration and office.site.kind == "gmp":
        return "account"
    return "credential" if account.fingerprint != presence.fingerprint else None


def _unfit(account: Account, permission: Permission) -> _Fault | None:
    if permitted(account.roles, permission):
        return None
    mend = "ask " + " or ".join(role for role in GRANTS if permission in GRANTS[role])
    return "role", f"{account.id} holds no role that permits it", mend


def _unqualified(office: Office, account: Account, permission: Permission, task: str) -> _Fault | None:
    gmp = office.site.kind == "gmp"
    words = unqualified(account, permission, at=office.clock(), gmp=gmp, task=task)
    if not words:
        return None
    name = task if f"'{task}'" in words else QUALIFICATIONS[permission]
    return "training", words, f"another person records it: homeostat user train {account.id} {name}"


def unqualified(account: Account, permission: Permission, *, at: str, gmp: bool, task: str = "") -> str:
    """Why an account was not qualified for a permission at the stamp `at`; empty where it was.

    At a GMP site every needed qualification must stand; at a training site only none may have run out.
    """
    for name in filter(None, (QUALIFICATIONS.get(permission, ""), task)):
        held = account.qualifications.get(name)
        if held is None and not gmp:
            continue
        if held is None or held.withdrawn:
            return f"{account.id} is not qualified for '{name}'"
        if moment(held.expires) <= moment(at):
            return f"the qualification of {account.id} for '{name}' expired {held.expires}"
    return ""
