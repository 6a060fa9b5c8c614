"""What persons write about persons, and whom they mean by it, or an error in words."""

from datetime import datetime
from typing import get_args

from homeostat.errors import AuthorityError
from homeostat.governance.known import directory, moment
from homeostat.governance.office import Office
from homeostat.ledger.identity import Account, RoleName

_LONGEST = 400


def existing(office: Office, account: str) -> Account:
    """The account of this id. AuthorityError where there is none, or where it is retired."""
    one = directory(office).get(account)
    if one is None:
        raise AuthorityError(
            f"there is no account '{account}'", where=account, mend="list them: homeostat user list"
        )
    if one.state == "retired":
        raise AuthorityError(f"the account {account} is retired", where=account, mend="enrol a new one")
    return one


def stated(what: str, text: str) -> None:
    """AuthorityError unless `text` says something."""
    if not text.strip() or len(text) > _LONGEST or not text.isprintable():
        mend = f"1 to {_LONGEST} printable characters, not only blanks"
        raise AuthorityError(f"the {what} is missing or cannot be used", mend=mend)


def instant(what: str, text: str) -> datetime:
    """The moment that a person wrote, with its offset from UTC. AuthorityError for a text that is none."""
    try:
        found = moment(text)
    except ValueError:
        found = None
    if found is None or found.utcoffset() is None:
        mend = "like 2027-01-31T23:59:00+00:00, with the offset from UTC"
        raise AuthorityError(f"'{text}' is no moment in time", where=what, mend=mend)
    return found


def known(roles: tuple[str, ...]) -> None:
    """AuthorityError unless all of `roles` are roles, and each is named once."""
    names = get_args(RoleName)
    stranger = next((role for role in roles if role not in names), None)
    if stranger is not None:
        raise AuthorityError(f"'{stranger}' is no role", mend="one of: " + ", ".join(names))
    if not roles or len(set(roles)) != len(roles):
        raise AuthorityError("an account has at least one role, and each once")


INCOMPATIBLE: tuple[tuple[RoleName, RoleName], ...] = (
    ("administrator", "operator"),
    ("administrator", "supervisor"),
    ("administrator", "process scientist"),
    ("administrator", "quality assurance"),
    ("administrator", "qualified person"),
    ("operator", "quality assurance"),
    ("operator", "qualified person"),
    ("supervisor", "quality assurance"),
    ("supervisor", "qualified person"),
)
"""Roles that no person holds both of at a GMP site: who keeps the system has no interest in its data, and who makes a
product does not judge it (EU GMP chapters 1 and 2, paraphrase)."""


def apart(kind: str, roles: tuple[str, ...]) -> None:
    """AuthorityError where `roles` at a GMP site are for two persons."""
    for one, other in INCOMPATIBLE if kind == "gmp" else ():
        if one in roles and other in roles:
            raise AuthorityError(f"nobody is {one} and {other} at once", mend="enrol two persons")
