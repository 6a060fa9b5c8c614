"""`homeostat release list` and `release alert`: how every release stands, and the tests that are overdue."""

from typing import Annotated

import typer

from homeostat.cli.failures import ExitCode
from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir, reason_text
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting
from homeostat.cli.release_shown import overdue_table

Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
]


def list_releases(*, site: SiteDir = DEFAULT_SITE, as_json: AsJson = False) -> None:
    """How the release of every batch stands, and what is still awaited. Exit code 1 where a test is overdue."""
    from homeostat.execution.clock import stamp
    from homeostat.quality.release import awaited, status
    from homeostat.site import Site

    with Site.open(site).reading() as (ledger, _):
        stands = {name: status(ledger, name) for name in ledger.batches()}
        found = awaited(ledger, stamp())
    if as_json:
        show_json(
            [
                {
                    "batch": name,
                    "state": one.state,
                    "by": one.by,
                    "at": one.when,
                    "recalled": {"by": one.recalled_by, "at": one.recalled, "cause": one.cause},
                    "awaited": [each.model_dump(mode="json") for each in found if each.batch == name],
                }
                for name, one in stands.items()
            ]
        )
    else:
        waiting = {name: [one.title for one in found if one.batch == name] for name in stands}
        rows = [
            (name, one.state, one.recalled_by or one.by, one.recalled or one.when, ", ".join(waiting[name]))
            for name, one in stands.items()
        ]
        show(Table("", ("batch", "release", "by", "when", "awaited"), rows), overdue_table(found))
    if any(one.overdue for one in found):
        raise typer.Exit(ExitCode.FAILED)


def alert(
    *,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Raise an urgent alert for every test that is overdue, once for each."""
    from homeostat.quality.release import alert_overdue

    with acting(site, account, "record.review", password_file=password_file, code=code) as (office, who, _):
        found = alert_overdue(office, who, why)
    if as_json:
        show_json([one.model_dump(mode="json") for one in found])
    else:
        show(
            *[f"ALERT: batch {one.batch}, {one.title}: {one.words}." for one in found]
            or ["Nothing new is overdue."]
        )
