"""`homeostat user train`: who is qualified for what, until when."""

from typing import Annotated

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.persons import As, Code, PasswordFile, acting
from homeostat.cli.user.shared import Who, Why, told
from homeostat.errors import AuthorityError


def train_user(
    *,
    account: Who,
    tasks: Annotated[
        list[str],
        typer.Argument(
            metavar="TASK...",
            help="execution, control, materials, equipment, custody, quality, or a task that a recipe names.",
        ),
    ],
    why: Why,
    until: Annotated[
        str, typer.Option(metavar="STAMP", help="When it expires, with its offset from UTC.")
    ] = "",
    evidence: Annotated[
        str, typer.Option(metavar="TEXT", help="What shows it, as a certificate's number.")
    ] = "",
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="The person is not qualified any more.")
    ] = False,
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Record that a person is qualified for tasks, or is so no more. Nobody records their own."""
    from homeostat.governance import people

    if not withdraw and not (until and evidence):
        raise AuthorityError("a qualification has an end and an evidence", mend="give --until and --evidence")
    with acting(site, by, "user.train", password_file=password_file, code=code) as (office, me, _):
        for task in tasks:
            if withdraw:
                people.withdraw(office, me, account, task, why=why)
            else:
                people.train(office, me, account, task, evidence=evidence, expires=until, why=why)
        words = "is not qualified any more" if withdraw else f"is qualified until {until}"
        told(office, account, f"{account} {words}: {', '.join(tasks)}.", as_json=as_json)
