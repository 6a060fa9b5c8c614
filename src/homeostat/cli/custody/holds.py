"""`homeostat custody hold` and `resolve`: stop a container, and let quality assurance settle it."""

from enum import StrEnum
from typing import Annotated

import typer

from homeostat.cli.custody.options import ContainerName, tell
from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir, reason_text
from homeostat.cli.persons import As, Code, PasswordFile, acting

Reason = Annotated[
    str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
]


class Outcome(StrEnum):
    """How a hold ends."""

    CLEARED = "cleared"
    REJECTED = "rejected"


def hold_container(
    container: ContainerName,
    *,
    why: Reason,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Stop a container: it may not move or be used until quality assurance has resolved why."""
    from homeostat.governance.custody import hold

    with acting(site, account, "deviation.open", password_file=password_file, code=code) as (office, who, _):
        act = hold(office, who, container, why=why)
    tell(act, f"{container}: HELD, a deviation is requested", as_json=as_json)


def resolve_container(
    container: ContainerName,
    outcome: Annotated[Outcome, typer.Argument(help="Let it go on, or take it out for good.")],
    *,
    why: Reason,
    deviation: Annotated[
        str, typer.Option(metavar="ID", help="The deviation in which it was looked into.")
    ] = "",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Settle a hold, by signature of quality assurance."""
    from homeostat.governance.custody import resolve

    with acting(site, account, "deviation.close", password_file=password_file, code=code) as (
        office,
        who,
        key,
    ):
        act = resolve(office, who, key, container, outcome.value, deviation=deviation, why=why)
    tell(act, f"{container}: {act.outcome}, signed by {who.person}", as_json=as_json)
