"""`homeostat user found|add|invite|roles|lock|unlock|retire`: accounts from the first one to the last day."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.persons import As, Code, PasswordFile, acting, new_password, opened
from homeostat.cli.user.shared import Roles, Who, Why, told

if TYPE_CHECKING:
    from homeostat.governance import Office

Name = Annotated[str, typer.Option("--name", metavar="NAME", help="The person's name, as it is printed.")]
Verified = Annotated[
    str, typer.Option("--verified", metavar="TEXT", help="How the person's identity was established.")
]
NewFile = Annotated[
    Path | None,
    typer.Option("--new-password-file", metavar="FILE", help="A file whose first line is the new password."),
]


def found_site(
    *,
    account: Who,
    name: Name,
    verified: Verified,
    why: Why,
    new_password_file: NewFile = None,
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """Make the first administrator of a site, with a password of their own."""
    from homeostat.governance.people import Secret, found

    with opened(site) as office:
        secret = Secret(new_password(account, new_password_file))
        found(office, account, name, secret, verified=verified, why=why)
        told(office, account, f"{account} is the first administrator of this site.{_NEXT}", as_json=as_json)


def add_user(
    *,
    account: Who,
    name: Name,
    role: Roles,
    verified: Verified,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Enrol a person. They take their account over with the one-time code that is printed: user join."""
    from homeostat.governance.people import enrol

    with acting(site, by, "user.manage", password_file=password_file, code=code) as (office, me, mine):
        given = enrol(office, me, mine, account, name, role, verified=verified, why=why)
        words = _invited(account, given) + _awaited(office, account)
        told(office, account, words, as_json=as_json, code=given)


def invite_user(
    *,
    account: Who,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Give a person who has not taken their account over yet another one-time code."""
    from homeostat.governance.people import invite

    with acting(site, by, "user.manage", password_file=password_file, code=code) as (office, me, mine):
        given = invite(office, me, mine, account, why=why)
        words = _invited(account, given) + _awaited(office, account)
        told(office, account, words, as_json=as_json, code=given)


def change_user_roles(
    *,
    account: Who,
    role: Roles,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Give an account these roles in place of those it has."""
    from homeostat.governance.people import change_roles

    with acting(site, by, "user.manage", password_file=password_file, code=code) as (office, me, mine):
        change_roles(office, me, mine, account, tuple(role), why=why)
        words = f"Roles of {account}: {', '.join(role)}.{_awaited(office, account)}"
        told(office, account, words, as_json=as_json)


def lock_user(
    *,
    account: Who,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Lock an account at once; everybody may lock their own."""
    from homeostat.governance.people import lock

    _keep(lock, account, why, site, by, password_file, code, words="is locked", as_json=as_json)


def unlock_user(
    *,
    account: Who,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Let a locked account be used again."""
    from homeostat.governance.people import unlock

    _keep(unlock, account, why, site, by, password_file, code, words="can be used again", as_json=as_json)


def retire_user(
    *,
    account: Who,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """End an account for good; its id is never given again."""
    from homeostat.governance.people import retire

    _keep(retire, account, why, site, by, password_file, code, words="is retired", as_json=as_json)


def _keep(  # noqa: PLR0917  what every one of these commands was given
    act: Callable[..., None],
    account: str,
    why: str,
    site: Path,
    by: str | None,
    password_file: Path | None,
    code: str,
    *,
    words: str,
    as_json: bool,
) -> None:
    with acting(site, by, "user.manage", password_file=password_file, code=code) as (office, me, _):
        act(office, me, account, why=why)
        told(office, account, f"{account} {words}.", as_json=as_json)


_NEXT = """
Next: homeostat user add ACCOUNT --role "quality assurance" ...  (the first one needs nobody's agreement)
      homeostat user join ACCOUNT                               (the person, with the one-time code)
      homeostat user add ACCOUNT --role ROLE ...                (everybody else, also a second administrator)
      homeostat user agree ACCOUNT --as QA                      (at a GMP site, before the person joins)"""


def _awaited(office: "Office", account: str) -> str:
    """What is to be done before what was asked for counts."""
    from homeostat.governance.known import directory

    pending = directory(office).accounts[account].pending
    words = f"\nIt counts once quality assurance agrees: homeostat user agree {account} --as QA"
    return words if pending else ""


def _invited(account: str, code: str) -> str:
    return (
        f"{account} is enrolled. One-time code, for the person alone: {code} (homeostat user join {account})."
    )
