"""`homeostat deviation`: open, assess, explain, act upon and close deviations; list and show them."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.deviation_shown import tell, write
from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir, reason_text
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting

if TYPE_CHECKING:
    from homeostat.governance import Office, Session

deviation = typer.Typer(
    name="deviation",
    help="Deviations: departures from what was approved, until a signature closes them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class Grade(StrEnum):
    """How grave a deviation is."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Kind(StrEnum):
    """What an action is for."""

    CORRECTION = "correction"
    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"


Name = Annotated[str, typer.Argument(metavar="DEVIATION", help="Its number (DEV-…).")]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
]


def _text(value: str) -> str:
    if not value.strip():
        raise typer.BadParameter("it may not be empty")
    return value


@deviation.command("open")
def open_one(
    *,
    title: Annotated[
        str, typer.Argument(metavar="TITLE", callback=_text, help="What it is, in a few words.")
    ],
    why: Why,
    finding: Annotated[
        str, typer.Option("--finding", metavar="TEXT", help="What was found.", show_default="as requested")
    ] = "",
    request: Annotated[
        str, typer.Option("--request", metavar="EVENT", help="The request it answers: see `deviation list`.")
    ] = "",
    batch: Annotated[str, typer.Option("--batch", metavar="ID", help="The batch it is of.")] = "",
    exceptions: Annotated[
        list[str] | None,
        typer.Option("--exception", metavar="EX", help="An exception it covers; repeatable."),
    ] = None,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Open a deviation."""
    from homeostat.quality import deviations

    with acting(site, account, "deviation.open", password_file=password_file, code=code) as (office, who, _):
        name = deviations.open_deviation(
            office,
            who,
            title=title,
            finding=finding,
            batch=batch,
            exceptions=tuple(exceptions or ()),
            request=request,
            why=why,
        )
        tell(deviations.deviation(office.ledger, name), as_json=as_json)


@deviation.command("assess")
def assess_one(
    *,
    name: Name,
    why: Why,
    grade: Annotated[Grade | None, typer.Option("--as-class", help="Classify it.")] = None,
    impact: Annotated[
        str, typer.Option("--impact", metavar="TEXT", help="What it means for product and patient.")
    ] = "",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Classify a deviation, and assess its impact."""
    from homeostat.quality import deviations

    if grade is None and not impact:
        raise typer.BadParameter("--as-class or --impact is wanted")

    def act(office: "Office", who: "Session") -> None:
        if grade is not None:
            deviations.classify(office, who, name, grade.value, why=why)
        if impact:
            deviations.assess(office, who, name, impact, why=why)

    _act(site, account, password_file, code, name, act, as_json=as_json)


@deviation.command("cause")
def explain_one(
    *,
    name: Name,
    cause: Annotated[str, typer.Argument(metavar="CAUSE", callback=_text, help="The root cause.")],
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """State the root cause of a deviation."""
    from homeostat.quality import deviations

    def act(office: "Office", who: "Session") -> None:
        deviations.explain(office, who, name, cause, why=why)

    _act(site, account, password_file, code, name, act, as_json=as_json)


@deviation.command("capa")
def act_upon(
    *,
    name: Name,
    why: Why,
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="Plan this action.")] = "",
    owner: Annotated[str, typer.Option("--owner", metavar="ACCOUNT", help="Who owns it.")] = "",
    due: Annotated[str, typer.Option("--due", metavar="DAY", help="When it is due (YYYY-MM-DD).")] = "",
    kind: Annotated[Kind, typer.Option("--kind", help="What it is for.")] = Kind.CORRECTIVE,
    done: Annotated[str, typer.Option("--done", metavar="CAPA", help="This action was carried out.")] = "",
    evidence: Annotated[str, typer.Option("--evidence", metavar="TEXT", help="What shows that.")] = "",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Plan a corrective or preventive action, or put on record that one was carried out."""
    from homeostat.quality import deviations

    if bool(text) == bool(done):
        raise typer.BadParameter("one of --text and --done is wanted")

    def act(office: "Office", who: "Session") -> None:
        if done:
            deviations.finish_action(office, who, name, done, evidence=evidence, why=why)
        else:
            deviations.plan_action(
                office, who, name, kind=kind.value, text=text, owner=owner, due=due, why=why
            )

    _act(site, account, password_file, code, name, act, as_json=as_json)


@deviation.command("close")
def close_one(
    *,
    name: Name,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The conclusion.")],
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Close a deviation by your signature over all that is on record of it; another person must have opened it."""
    from homeostat.quality import deviations

    with acting(site, account, "deviation.close", password_file=password_file, code=code) as (
        office,
        who,
        key,
    ):
        deviations.close(office, who, key, name, why=why)
        tell(deviations.deviation(office.ledger, name), as_json=as_json)


@deviation.command("settle")
def settle_finding(
    *,
    name: Name,
    event: Annotated[int, typer.Option("--event", metavar="N", help="The event, as `verify` names it.")],
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Settle a forged or unsigned event that was looked into: an administrator asks, quality assurance approves.

    Other batches can be released again; the batch that it is about is not, and `verify` goes on to name it.
    """
    from homeostat.quality.settling import settle

    with acting(site, account, "deviation.close", password_file=password_file, code=code) as (
        office,
        who,
        key,
    ):
        given = settle(office, who, key, event, name, why=why)
    if as_json:
        show_json(
            {"event": event, "deviation": name, "signature": given.event, "meaning": given.signed.meaning}
        )
    else:
        show(f"Event {event}, {name}: {given.signed.meaning} by {given.signed.name} at {given.signed.at}.")


@deviation.command("list")
def list_all(
    *,
    batch: Annotated[
        str | None, typer.Option("--batch", metavar="ID", help="Only this batch.", show_default="all")
    ] = None,
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """List deviations, and requests for which none was raised yet."""
    from homeostat.quality.deviations import deviations, requests
    from homeostat.site import Site

    with Site.open(site).reading() as (ledger, _):
        found = deviations(ledger, batch)
        asked = [one for one in requests(ledger, batch) if not one.deviation]
    if as_json:
        told = [{"state": "open" if one.open else "closed", **one.model_dump(mode="json")} for one in found]
        show_json([*told, *({"state": "requested", **one.model_dump(mode="json")} for one in asked)])
        return
    rows = [
        (one.id, one.batch, one.classification or "", "open" if one.open else "closed", one.title)
        for one in found
    ]
    rows += [(one.id, one.batch, "", "requested", one.finding) for one in asked]
    show(Table("", ("id", "batch", "class", "state", "title"), rows) if rows else "No deviations.")


@deviation.command("show")
def show_one(
    *,
    name: Name,
    pdf: Annotated[
        Path | None,
        typer.Option("--pdf", metavar="FILE", help="Write it as PDF/A-3 too, sealed by the site."),
    ] = None,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Show a deviation with everything that was done about it; as a document, who takes it is on record."""
    from homeostat.quality.deviations import deviation as of
    from homeostat.site import Site

    if pdf is not None:
        with acting(site, account, "record.review", password_file=password_file, code=code) as (
            office,
            who,
            _,
        ):
            write(office, who, name, pdf)
    with Site.open(site).reading() as (ledger, _):
        tell(of(ledger, name), as_json=as_json)


def _act(
    site: Path,
    account: str | None,
    password_file: Path | None,
    code: str,
    name: str,
    act: "Callable[[Office, Session], None]",
    *,
    as_json: bool,
) -> None:
    from homeostat.quality.deviations import deviation as of

    with acting(site, account, "deviation.assess", password_file=password_file, code=code) as (
        office,
        who,
        _,
    ):
        act(office, who)
        tell(of(office.ledger, name), as_json=as_json)
