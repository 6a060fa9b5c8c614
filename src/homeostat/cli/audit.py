"""`homeostat audit`: the audit trail, filtered; and its signed reviews."""

from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir, reason_text
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting

if TYPE_CHECKING:
    from homeostat.quality.audit import Line, Wanted

audit = typer.Typer(
    name="audit",
    help="The audit trail: who did what, when, old and new and why; and its signed review.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Who = Annotated[str, typer.Option("--who", metavar="ACCOUNT", help="Only what this person or part did.")]
Of = Annotated[
    str | None, typer.Option("--batch", metavar="ID", help="Only this batch.", show_default="all of the site")
]
Kind = Annotated[str, typer.Option("--type", metavar="TYPE", help="Only events whose type begins so.")]
Since = Annotated[str, typer.Option("--since", metavar="TIME", help="From this time (ISO 8601).")]
Until = Annotated[str, typer.Option("--until", metavar="TIME", help="To this time (ISO 8601).")]
Acts = Annotated[bool, typer.Option("--acts", help="Only what persons did outside the scan.")]
Changes = Annotated[bool, typer.Option("--changes", help="Only what changed a value.")]


@audit.command("list")
def list_trail(
    *,
    who: Who = "",
    batch: Of = None,
    kind: Kind = "",
    since: Since = "",
    until: Until = "",
    acts: Acts = False,
    changes: Changes = False,
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """List the audit trail, all of it or what is asked for."""
    from homeostat.quality.audit import reviews, trail
    from homeostat.site import Site

    wanted = _wanted(who, batch, kind, since, until, acts=acts, changes=changes)
    with Site.open(site).reading() as (ledger, _):
        lines, signed = trail(ledger, wanted), reviews(ledger)
    if as_json:
        show_json(
            {
                "wanted": wanted.model_dump(mode="json"),
                "lines": [line.model_dump(mode="json") for line in lines],
                "reviews": [one.model_dump(mode="json") for one in signed],
            }
        )
        return
    show(_table(lines), f"{len(lines)} lines.")
    for one in signed:
        show(f"Reviewed by {one.by} at {one.when}: {one.lines} lines up to event {one.upto} ({one.state}).")


@audit.command("review")
def review_lines(
    *,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="What was found.")],
    who: Who = "",
    batch: Of = None,
    kind: Kind = "",
    since: Since = "",
    until: Until = "",
    acts: Acts = False,
    changes: Changes = False,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Sign that you have reviewed the audit trail, all of it or what is asked for, up to its last event."""
    from homeostat.quality.audit import review_trail

    wanted = _wanted(who, batch, kind, since, until, acts=acts, changes=changes)
    with acting(site, account, "audit.review", password_file=password_file, code=code) as (
        office,
        session,
        key,
    ):
        given = review_trail(office, session, key, wanted, why=why)
    if as_json:
        show_json({"signature": given.event, **given.signed.model_dump(mode="json")})
    else:
        lines = given.signed.terms["lines"]
        show(f"Reviewed: {lines} lines, signed by {given.signed.name} at {given.signed.at} ({given.event})")


def _wanted(
    who: str, batch: str | None, kind: str, since: str, until: str, *, acts: bool, changes: bool
) -> "Wanted":
    from homeostat.quality.audit import Wanted

    return Wanted(who=who, batch=batch, type=kind, since=since, until=until, acts=acts, changes=changes)


def _table(lines: "tuple[Line, ...]") -> Table:
    rows = [
        (
            str(line.seq),
            line.recorded,
            line.who,
            line.batch,
            line.type,
            "; ".join(f"{one.field}: {one.old} -> {one.new}" for one in line.changes),
            line.why,
        )
        for line in lines
    ]
    return Table(
        "", ("event", "recorded", "who", "batch", "type", "changed", "why"), rows, frozenset({"event"})
    )
