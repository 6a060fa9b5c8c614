"""How a person identifies themselves on the command line, and acts: `--as`, a password that is never an argument.

--as, password (environment, file or terminal), --code or security key -> login -> (office, session, secret) -> logout
"""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from homeostat.cli.failures import say
from homeostat.cli.security_key import asking
from homeostat.errors import AuthorityError

if TYPE_CHECKING:
    from homeostat.governance import Office, Session
    from homeostat.governance.people import Secret
    from homeostat.ledger.identity import Permission

PASSWORD = "HOMEOSTAT_PASSWORD"  # noqa: S105  the name of a variable
SESSION = "HOMEOSTAT_SESSION"
NEW_PASSWORD = "HOMEOSTAT_NEW_PASSWORD"  # noqa: S105  the name of a variable
_LONGEST_FILE = 4096

As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="ACCOUNT",
        help="Who acts; the password comes from HOMEOSTAT_PASSWORD, --password-file or the terminal.",
        show_default="at a training site, a demonstration identity",
    ),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", metavar="FILE", help="A file whose first line is the password."),
]
Code = Annotated[
    str, typer.Option("--code", metavar="CODE", help="The code of the second factor, if enrolled.")
]


@contextmanager
def opened(site: Path) -> Iterator["Office"]:
    """The office of the site at `site`; the demonstration identities of a training site are made if missing."""
    from homeostat.execution.clock import stamp
    from homeostat.governance import Office
    from homeostat.governance.demonstration import enrol_demonstration
    from homeostat.site import Site

    place = Site.open(site)
    with Office.open(place, stamp, lambda: secrets.token_hex(16)) as office:
        if place.kind == "training":
            enrol_demonstration(office)
        yield office


@contextmanager
def acting(
    site: Path,
    account: str | None,
    permission: "Permission | None",
    *,
    password_file: Path | None = None,
    code: str = "",
) -> Iterator[tuple["Office", "Session", "Secret"]]:
    """A person who is logged in for one command, with the open office and what they identified themselves by.

    Without an account the session that HOMEOSTAT_SESSION holds goes on, or else a training site's demonstration
    identity with the `permission` acts, and it is said. Raises AuthorityError where nobody can be identified.
    """
    from homeostat.governance.people import login, logout

    with opened(site) as office:
        if _goes_on(account):
            yield _going_on(office, password_file, code)
            return
        person, secret = _who(office, account, permission, password_file, code)
        session = login(office, person, secret)
        try:
            yield office, session, secret
        finally:
            logout(office, session)


@contextmanager
def ordering(
    site: Path,
    by: str | None,
    account: str | None,
    permission: "Permission",
    *,
    password_file: Path | None = None,
    code: str = "",
) -> Iterator[tuple[str, tuple["Office", "Session", "Secret"] | None]]:
    """Who gives an order, and what they act with: an account that may, or at a training site any name `by`.

    Raises AuthorityError otherwise. A mere name has nothing to act with.
    """
    from homeostat.governance.authority import authorise
    from homeostat.site import Site

    gmp = Site.open(site).kind == "gmp"
    if by is not None and (gmp or account is not None):
        mend = "name your account with --as" + ("" if gmp else ", or a name with --by, not both")
        raise AuthorityError("an order is given by one identified person", where=f"--by {by}", mend=mend)
    if by is not None:
        yield by, None
        return
    if account is None and not (gmp or os.environ.get(SESSION)):
        raise AuthorityError("who gives the order?", mend="name your account with --as, or a name with --by")
    with acting(site, account, permission, password_file=password_file, code=code) as (office, me, secret):
        yield authorise(office, me, permission).id, (office, me, secret)


def _goes_on(account: str | None) -> bool:
    """Whether a session of before is meant: one is held, and nobody else is named."""
    return account is None and bool(os.environ.get(SESSION))


def _going_on(
    office: "Office", password_file: Path | None, code: str
) -> tuple["Office", "Session", "Secret"]:
    """The session that the environment holds; the password is only needed to sign, and asked for again then."""
    from homeostat.governance.people import Secret, resume

    session = resume(office, os.environ[SESSION])
    given = password_file is not None or PASSWORD in os.environ or sys.stdin.isatty()
    word = password(session.person, password_file) if given else ""
    return office, session, Secret(word, code, ask=asking())


def _who(
    office: "Office",
    account: str | None,
    permission: "Permission | None",
    password_file: Path | None,
    code: str,
) -> tuple[str, "Secret"]:
    from homeostat.governance.demonstration import ROLES, SECRET, demonstrator
    from homeostat.governance.people import Secret

    if account is None and (office.site.kind == "gmp" or permission is None):
        raise AuthorityError("it has to be known who acts", mend="name your account with --as")
    person = account or demonstrator(cast("Permission", permission))
    if office.site.kind == "training" and person in ROLES:
        say(f"training: {person} acts")
        return person, SECRET
    return person, Secret(password(person, password_file), code, ask=asking())


def password(account: str, file: Path | None = None) -> str:
    """The password of `account`, from a file, the environment or the terminal. AuthorityError where there is none."""
    return secret_text(account, file, variable=PASSWORD, what="Password")


def new_password(account: str, file: Path | None = None) -> str:
    """The password that `account` is to have, asked for twice on a terminal."""
    return secret_text(account, file, variable=NEW_PASSWORD, what="New password", twice=True)


def secret_text(account: str, file: Path | None, *, variable: str, what: str, twice: bool = False) -> str:
    """A text that nobody else may see: never an argument, never echoed. AuthorityError where there is none."""
    if file is not None:
        return _from_file(file)
    if variable in os.environ:
        return os.environ[variable]
    if not sys.stdin.isatty():
        mend = f"set {variable}, name a file that holds it, or use a terminal"
        raise AuthorityError(f"the {what.lower()} is missing", where=account, mend=mend)
    text: str = typer.prompt(f"{what} of {account}", hide_input=True, confirmation_prompt=twice, err=True)
    return text


def _from_file(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as stream:
            return stream.read(_LONGEST_FILE).partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise AuthorityError("the file of the password cannot be read", where=str(file)) from error
