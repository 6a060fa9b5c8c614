"""`homeostat user join|password|reset`: a person sets their password, which nobody else ever knows."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.persons import (
    As,
    Code,
    PasswordFile,
    acting,
    new_password,
    opened,
    password,
    secret_text,
)
from homeostat.cli.security_key import asking
from homeostat.cli.user.accounts import NewFile
from homeostat.cli.user.shared import Who, Why, told

if TYPE_CHECKING:
    from homeostat.ledger.identity import Permission

CODE = "HOMEOSTAT_CODE"
OTHER_CODE = "HOMEOSTAT_OTHER_CODE"


class Stage(StrEnum):
    """Where a reset stands: an administrator asks, quality assurance agrees, the person sets the new password."""

    REQUEST = "request"
    CONFIRM = "confirm"
    COMPLETE = "complete"


def join_site(
    *,
    account: Who,
    code_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file with the one-time code (or HOMEOSTAT_CODE).")
    ] = None,
    new_password_file: NewFile = None,
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """Take your account over: with the one-time code you were given, and a password of your own."""
    from homeostat.governance.people import activate

    with opened(site) as office:
        code = secret_text(account, code_file, variable=CODE, what="One-time code")
        chosen = new_password(account, new_password_file)
        activate(office, account, code, chosen, why="taken over by its person")
        told(
            office,
            account,
            f"{account} is yours. Next: homeostat user accept --as {account}",
            as_json=as_json,
        )


def change_own_password(
    *,
    account: Who,
    password_file: PasswordFile = None,
    new_password_file: NewFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """Change your password, also one that has expired."""
    from homeostat.governance.people import Secret, change_password

    with opened(site) as office:
        secret = Secret(password(account, password_file), code, ask=asking())
        chosen = new_password(account, new_password_file)
        change_password(office, account, secret, chosen, why="changed by its person")
        told(office, account, f"The password of {account} is changed.", as_json=as_json)


def reset_password(
    *,
    stage: Annotated[Stage, typer.Argument(help="What is to be done.")],
    account: Who,
    why: Why,
    new_password_file: NewFile = None,
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Replace a forgotten password. It takes two persons, who give half of a proof each, and never know the new one."""
    from homeostat.governance.people import complete_reset, confirm_reset, request_reset

    if stage is Stage.COMPLETE:
        with opened(site) as office:
            codes = _half(account, CODE, "First code"), _half(account, OTHER_CODE, "Other code")
            complete_reset(office, account, codes, new_password(account, new_password_file), why=why)
            told(office, account, f"The password of {account} is new.", as_json=as_json)
        return
    act = request_reset if stage is Stage.REQUEST else confirm_reset
    wanted: Permission = "user.manage" if stage is Stage.REQUEST else "user.agree"
    with acting(site, by, wanted, password_file=password_file, code=code) as (office, me, mine):
        half = act(office, me, mine, account, why=why)
        told(office, account, f"Half of the proof, for {account} alone: {half}", as_json=as_json, code=half)


def _half(account: str, variable: str, what: str) -> str:
    return secret_text(account, None, variable=variable, what=what)
