"""`homeostat review`: the exceptions of a batch first, a word on each, and the signature over what was shown."""

import hashlib
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from homeostat.cli.options import DEFAULT_SITE, AsJson, Batch, SiteDir, reason_text
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting
from homeostat.cli.release_shown import overdue_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeostat.quality import BatchRecord
    from homeostat.quality.review import Review


class Shows(TyperGroup):
    """A group whose first word may be a batch: then that is shown."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command's name before what is none."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["show", *args]
        rest: list[str] = super().parse_args(ctx, args)
        return rest


review = typer.Typer(
    name="review",
    cls=Shows,
    help="Review a batch by exception: `review BATCH` shows it; `dispose` and `sign` settle it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
]
Rules = Annotated[
    int | None,
    typer.Option("--rules", metavar="N", help="Another version of the rules.", show_default="the newest"),
]


@review.command("show")
def show_review(
    *,
    batch: Batch,
    everything: Annotated[bool, typer.Option("--all", help="Open every section of the record.")] = False,
    rules: Rules = None,
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """Show what the rules found in a batch, what was said of it, and how much passed."""
    from homeostat.execution.clock import stamp
    from homeostat.quality import batch_record
    from homeostat.quality.exceptions import NEWEST
    from homeostat.quality.release import awaited
    from homeostat.quality.review import review as reviewed
    from homeostat.site import Site

    version = NEWEST if rules is None else rules
    with Site.open(site).reading() as (ledger, historian):
        now = reviewed(ledger, historian, batch, version)
        record = batch_record(ledger, historian, batch, version) if everything else None
        waiting = awaited(ledger, stamp(), batch)
    if as_json:
        late = {"awaited": [one.model_dump(mode="json") for one in waiting]}
        show_json(_object(now) | late | ({"record": record.model_dump(mode="json")} if record else {}))
        return
    _page(now)
    if any(one.overdue for one in waiting):
        print()
        show(overdue_table(waiting))
    if record:
        show(*_sections(record))


@review.command("begin")
def begin_review(
    *,
    batch: Batch,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Put on record that you begin to review a batch."""
    from homeostat.quality.review import begin

    with (
        acting(site, account, "record.review", password_file=password_file, code=code) as (office, who, _),
        office.site.reading() as (_, historian),
    ):
        now = begin(office, who, historian, batch, why=why)
    if as_json:
        show_json(_object(now))
    else:
        _page(now)


@review.command("dispose")
def dispose(
    *,
    batch: Batch,
    exceptions: Annotated[list[str], typer.Argument(metavar="EXCEPTION...", help="Their names (EX-…).")],
    why: Why,
    accept: Annotated[bool, typer.Option("--accept", help="Accept it, for the reason given.")] = False,
    raised: Annotated[bool, typer.Option("--deviation", help="Raise a deviation for it.")] = False,
    existing: Annotated[
        str, typer.Option("--by", metavar="DEV", help="Let this deviation cover it.", show_default=False)
    ] = "",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Say a word on exceptions: all accepted for the reason given, or all under one deviation."""
    from homeostat.quality.review import accept as accepted
    from homeostat.quality.review import raise_deviation

    if accept + raised + bool(existing) != 1:
        raise typer.BadParameter("one of --accept, --deviation and --by is wanted")
    with (
        acting(site, account, "record.review", password_file=password_file, code=code) as (office, who, _),
        office.site.reading() as (_, historian),
    ):
        name = ""
        if accept:
            accepted(office, who, historian, batch, *exceptions, why=why)
        else:
            name = raise_deviation(office, who, historian, batch, *exceptions, existing=existing, why=why)
    told = [{"batch": batch, "exception": one, "deviation": name, "accepted": accept} for one in exceptions]
    if as_json:
        show_json(told if len(told) > 1 else told[0])
    else:
        show(*(f"{one}: " + (f"covered by {name}" if name else "accepted") for one in exceptions))


@review.command("sign")
def sign_reviewed(
    *,
    batch: Batch,
    why: Why,
    shown: Annotated[
        str,
        typer.Option(
            "--shown", metavar="SHA256", help="Sign only this very content, as `review BATCH` told it."
        ),
    ] = "",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Sign the review of a batch, over the hash of exactly what is shown."""
    from homeostat.quality.review import sign_review

    with (
        acting(site, account, "record.review", password_file=password_file, code=code) as (office, who, key),
        office.site.reading() as (_, historian),
    ):
        given = sign_review(office, who, key, historian, batch, shown=shown, why=why)
    if as_json:
        show_json({"signature": given.event, **given.signed.model_dump(mode="json")})
    else:
        show(f"Reviewed: batch {batch}, signed by {given.signed.name} at {given.signed.at} ({given.event})")


def _object(now: "Review") -> dict[str, object]:
    return {"sha256": hashlib.sha256(now.shown).hexdigest(), **now.model_dump(mode="json")}


def _page(now: "Review") -> None:
    """One page: state, exceptions with their dispositions, the count of what passed, remarks."""
    report = now.report
    signed = f", signed by {now.signed_by} at {now.signed}" if now.signed else ""
    show(f"Batch {now.batch}: review {now.state}{signed}. Rule set {report.rules}.")
    waiting = sum(one.waiting for one in report.checks)
    show(
        f"{report.checked} things checked: {report.passed} passed, {sum(c.flagged for c in report.checks)} "
        f"flagged, {waiting} not due yet; {len(report.items)} exceptions."
    )
    rows = [
        (one.id, one.severity, one.group, one.text, ", ".join(one.events[:2]), _said(now, one.id))
        for one in report.items
    ]
    show(Table("", ("exception", "severity", "class", "what", "where", "disposition"), rows))
    checks = [
        (one.title, str(one.checked), str(one.passed), str(one.flagged), str(one.waiting))
        for one in report.checks
        if one.checked
    ]
    numeric = frozenset({"checked", "passed", "flagged", "not due"})
    print()
    show(Table("", ("rule", "checked", "passed", "flagged", "not due"), checks, numeric))
    show(*(f"Remark: {one.text}" for one in report.remarks))
    show(f"SHA-256 of this report: {hashlib.sha256(now.shown).hexdigest()}")


def _said(now: "Review", exception: str) -> str:
    said = now.said(exception)
    return "open" if said is None else said.deviation or f"accepted by {said.by}: {said.why}"


def _sections(record: "BatchRecord") -> "Iterator[Table]":
    """Every section of the record as a table of its plain fields."""
    for name, lines in record.model_dump(mode="json").items():
        rows = lines if isinstance(lines, list) else []
        if not rows or name in {"exceptions", "checks", "remarks"}:
            continue
        columns = tuple(key for key, value in rows[0].items() if not isinstance(value, list | dict))
        cells = [tuple("" if line[key] is None else str(line[key]) for key in columns) for line in rows]
        yield Table(f"{name.replace('_', ' ').capitalize()} ({len(rows)})", columns, cells)
