"""`homeostat user list|review`: every account, and the signed review of who may do what."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting, opened
from homeostat.cli.user.shared import facts

if TYPE_CHECKING:
    from homeostat.governance.access import AccessLine, AccessReport

_COLUMNS = ("account", "name", "roles", "state", "since", "last login", "2nd factor", "may sign")


def list_users(*, site: SiteDir = DEFAULT_SITE, as_json: AsJson = False) -> None:
    """List all accounts, also those that are locked or retired."""
    from homeostat.governance.access import line_of
    from homeostat.governance.known import accounts
    from homeostat.site import Site

    place = Site.open(site)
    if place.ledger_path.is_file():
        with place.looking() as ledger:
            found = list(accounts(ledger).accounts.values())
    else:
        found = []
    if as_json:
        show_json([facts(one) for one in found])
        return
    rows = [_row(line_of(one)) for one in found]
    show(Table("", _COLUMNS, rows) if rows else "Nobody has an account at this site yet.")


def review_users(
    *,
    sign: Annotated[bool, typer.Option("--sign", help="Sign that you have looked through it.")] = False,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, to sign.")] = "",
    site: SiteDir = DEFAULT_SITE,
    by: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Show every account with what it may do and what deserves a look; --sign says by whom that was reviewed."""
    from homeostat.governance.access import access_report, review_access

    signature = None
    if sign:
        with acting(site, by, "user.review", password_file=password_file, code=code) as (office, me, mine):
            report = access_report(office)
            signature = review_access(office, me, mine, report, why=why)
    else:  # to look asks for nobody, as in `user list`
        with opened(site) as office:
            report = access_report(office)
    if as_json:
        show_json(
            {**asdict(report), "signature": signature.signed.model_dump(mode="json") if signature else None}
        )
        return
    show(*_told(report))
    if signature is not None:
        show(f"Signed as reviewed by {signature.signed.name}, {signature.signed.at}.")


def _told(report: "AccessReport") -> list[Table | str]:
    rows = [_row(line) for line in report.lines]
    looks = Table("What deserves a look", ("finding",), [(one,) for one in report.findings])
    alerts = Table("Alerts since the last review", ("alert",), [(one,) for one in report.alerts])
    return [Table(f"Access at {report.at}", _COLUMNS, rows), looks, alerts]


def _row(line: "AccessLine") -> tuple[str, ...]:
    active = line.state == "active"
    return (
        line.account,
        line.name,
        _roles(line),
        line.state,
        _day(line.since),
        _day(line.last_login),
        "yes" if line.second_factor else "no",
        "yes" if line.accountable and active else "no",
    )


def _roles(line: "AccessLine") -> str:
    """What the account may do, and what else it would once quality assurance agrees."""
    asked = f"(asked for: {', '.join(line.pending)})" if line.pending else ""
    return " ".join(filter(None, (", ".join(line.roles), asked)))


def _day(stamp: str) -> str:
    return stamp[:10] or "-"
